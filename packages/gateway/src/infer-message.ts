import { DATATYPES, dtypeOf, type JsonTensor } from "@modelyard/model";

/** Body of an inference request of the Open Inference Protocol v2. */
export function inferRequest(id: string, inputs: readonly JsonTensor[]): Buffer {
  const tensors = inputs.map(({ name, dtype, shape, data }) => ({ name, shape, datatype: DATATYPES[dtype], data }));
  return Buffer.from(JSON.stringify({ id, inputs: tensors }));
}

/** Outputs of an inference answer of the Open Inference Protocol v2. Throws when it is not one. */
export function readInferAnswer(body: Buffer): JsonTensor[] {
  const answer: unknown = JSON.parse(body.toString("utf8"));
  const outputs = (answer as { outputs?: unknown } | null)?.outputs;
  if (!Array.isArray(outputs)) throw new Error("the answer has no outputs");
  return outputs.map(readTensor);
}

function readTensor(value: unknown): JsonTensor {
  const { name, datatype, shape, data } = value as { name?: unknown; datatype?: unknown; shape?: unknown; data?: unknown };
  const dtype = dtypeOf(String(datatype));
  if (typeof name !== "string" || dtype === undefined || !Array.isArray(shape) || !Array.isArray(data))
    throw new Error("an output is not a tensor of the protocol");
  if (!shape.every((extent) => Number.isInteger(extent) && extent >= 0)) throw new Error(`output ${name} has no proper shape`);
  return { name, dtype, shape: shape as number[], data: (data as unknown[]).flat(shape.length) as JsonTensor["data"] };
}
