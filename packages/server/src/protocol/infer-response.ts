import { utf8 } from "@modelyard/base";
import { DATATYPES, fromFloat16Bits, type Tensor, tensorToBytes } from "@modelyard/model";
import { unfit } from "../http-problem.ts";
import type { InferRequest } from "./infer-request.ts";

export interface EncodedResponse {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** The outputs that the request asks for, with how; all of them in the model's order when it names none. Throws HttpProblem 422. */
export function chooseOutputs(request: InferRequest, names: readonly string[]): readonly { name: string; binary: boolean }[] {
  if (request.outputs === undefined) return names.map((name) => ({ name, binary: request.binary }));
  const unknown = request.outputs.find((output) => !names.includes(output.name));
  if (unknown) throw unfit(`the model has no output "${unknown.name.slice(0, 60)}"; it has ${names.join(", ")}`);
  return request.outputs;
}

/** Body of an inference response: JSON, followed by the raw tensors when any output is binary. */
export function encodeResponse(
  model: { readonly name: string; readonly version: number },
  id: string,
  outputs: readonly { readonly tensor: Tensor; readonly binary: boolean }[],
): EncodedResponse {
  const raw: Uint8Array[] = [];
  const parts = outputs.map(({ tensor, binary }) => {
    const head = `{"name":${JSON.stringify(tensor.name)},"datatype":"${DATATYPES[tensor.dtype]}","shape":[${tensor.shape.join(",")}]`;
    if (!binary) return `${head},"data":[${valuesText(tensor)}]}`;
    const bytes = tensorToBytes(tensor);
    raw.push(bytes);
    return `${head},"parameters":{"binary_data_size":${bytes.length}}}`;
  });
  const json = utf8(
    `{"model_name":${JSON.stringify(model.name)},"model_version":"${model.version}","id":${JSON.stringify(id)},"outputs":[${parts.join(",")}]}`,
  );
  if (raw.length === 0) return { headers: { "content-type": "application/json" }, body: json };
  return {
    headers: { "content-type": "application/octet-stream", "inference-header-content-length": String(json.length) },
    body: Buffer.concat([json, ...raw]),
  };
}

/** Values as JSON: 64-bit integers with all digits, -0 as -0, NaN and the infinities as texts. */
function valuesText(tensor: Tensor): string {
  const { data, dtype } = tensor;
  if (Array.isArray(data)) return data.map((text) => JSON.stringify(text)).join(",");
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) return data.join(",");
  if (dtype === "bool") return Array.from(data, (value) => (value === 0 ? "false" : "true")).join(",");
  if (dtype === "float16") return Array.from(data, (bits) => numberText(fromFloat16Bits(bits))).join(",");
  return dtype === "float32" || dtype === "float64" ? Array.from(data, numberText).join(",") : data.join(",");
}

function numberText(value: number): string {
  if (Number.isFinite(value)) return Object.is(value, -0) ? "-0" : String(value);
  return `"${value}"`;
}
