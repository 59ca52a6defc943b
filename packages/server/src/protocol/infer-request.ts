import type { Tensor } from "@modelyard/model";
import { dataFromBytes, dtypeOf, elementCount, formatShape } from "@modelyard/model";
import { HttpProblem, malformed, quote, tooLarge, unfit } from "../http-problem.ts";
import { MAX_ID_LENGTH, MAX_RANK, type ServerLimits } from "../limits.ts";
import { parseBody } from "./json-body.ts";
import { readValues } from "./tensor-values.ts";

export interface RequestedOutput {
  readonly name: string;
  readonly binary: boolean;
}

/** A parsed inference request; `outputs` undefined asks for all, as JSON unless `binary`. */
export interface InferRequest {
  readonly id: string | undefined;
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly RequestedOutput[] | undefined;
  readonly binary: boolean;
}

type JsonObject = Readonly<Record<string, unknown>>;

/**
 * Parses the body of `POST .../infer` (Open Inference Protocol v2 and its binary tensor data extension). `headerLength` is the header
 * Inference-Header-Content-Length: the bytes of JSON before the raw tensors. Throws HttpProblem 400, 413 or 422.
 */
export function parseInferRequest(body: Uint8Array, headerLength: string | undefined, limits: ServerLimits): InferRequest {
  const jsonSize = headerLength === undefined ? body.length : parseHeaderLength(headerLength, body.length);
  const request = object(parseBody(body.subarray(0, jsonSize)), "the body");
  const parameters = parametersOf(request, "the body");
  const raw = new RawTensors(body.subarray(jsonSize));
  const inputs = list(request, "inputs", limits.maxTensors).map((input) => readInput(object(input, "an input"), raw, limits));
  if (inputs.length === 0) throw malformed("the body has no inputs");
  raw.requireEnd();
  const twice = inputs.find((input, i) => inputs.findIndex((other) => other.name === input.name) !== i);
  if (twice) throw malformed(`the input ${quote(twice.name)} is given twice`);
  const binary = flag(parameters, "binary_data_output") ?? false;
  const outputs =
    request["outputs"] === undefined ? undefined : list(request, "outputs", limits.maxTensors).map((output) => readOutput(output, binary));
  return { id: readId(request), inputs, outputs: outputs?.length === 0 ? undefined : outputs, binary };
}

function readInput(input: JsonObject, raw: RawTensors, limits: ServerLimits): Tensor {
  const name = nameOf(input, "an input");
  const shape = readShape(name, input["shape"], limits);
  const datatype = input["datatype"];
  const dtype = typeof datatype === "string" ? dtypeOf(datatype) : undefined;
  if (dtype === undefined)
    throw malformed(`input ${quote(name)} has the datatype ${quote(datatype)}; write one such as FP32, INT64 or BYTES`);
  const size = parametersOf(input, `input ${quote(name)}`)["binary_data_size"];
  if (size !== undefined) {
    if (input["data"] !== undefined) throw malformed(`input ${quote(name)} has both data and binary_data_size`);
    const data = dataFromBytes(dtype, raw.take(name, size), elementCount(shape));
    if (typeof data === "string") throw malformed(`input ${quote(name)}: ${data}`);
    return { name, dtype, shape, data };
  }
  const given = input["data"];
  if (!Array.isArray(given)) throw malformed(`input ${quote(name)} has no data: give a list of values, or the parameter binary_data_size`);
  return { name, dtype, shape, data: readValues(name, dtype, shape, given) };
}

function readShape(name: string, shape: unknown, limits: ServerLimits): number[] {
  if (!Array.isArray(shape) || !shape.every((extent): extent is number => Number.isSafeInteger(extent) && (extent as number) >= 0)) {
    throw malformed(`input ${quote(name)} has the shape ${quote(shape)}; write a list of whole numbers`);
  }
  if (shape.length === 0 || shape.length > MAX_RANK)
    throw malformed(`input ${quote(name)} has ${shape.length} extents; 1 to ${MAX_RANK} are allowed`);
  // No more values than bytes of a body can be honest; the product also bounds what is allocated.
  if (elementCount(shape) > limits.maxBodyBytes) throw tooLarge(`input ${quote(name)} of the shape ${formatShape(shape)} is too large`);
  return shape;
}

function readOutput(given: unknown, binaryDefault: boolean): RequestedOutput {
  const output = object(given, "an output");
  const name = nameOf(output, "an output");
  const parameters = parametersOf(output, `output ${quote(name)}`);
  if (Number(parameters["classification"] ?? 0) > 0) throw unfit(`output ${quote(name)}: the classification extension is not offered`);
  return { name, binary: flag(parameters, "binary_data") ?? binaryDefault };
}

/** The raw tensors after the JSON, taken in the order of the inputs. */
class RawTensors {
  private at = 0;
  private readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  take(name: string, size: unknown): Uint8Array {
    if (!Number.isSafeInteger(size) || (size as number) < 0)
      throw malformed(`input ${quote(name)} has the binary_data_size ${quote(size)}; write a whole number`);
    const end = this.at + (size as number);
    if (end > this.bytes.length)
      throw malformed(`input ${quote(name)} takes ${size as number} bytes; ${this.bytes.length - this.at} are left after the JSON`);
    const part = this.bytes.subarray(this.at, end);
    this.at = end;
    return part;
  }

  requireEnd(): void {
    if (this.at !== this.bytes.length) throw malformed(`${this.bytes.length - this.at} bytes follow that no input takes`);
  }
}

function parseHeaderLength(text: string, size: number): number {
  const length = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (length >= 0 && length <= size) return length;
  throw malformed(`Inference-Header-Content-Length is ${quote(text)}; the body has ${size} bytes`);
}

function readId(request: JsonObject): string | undefined {
  const id = request["id"];
  if (id === undefined || id === null || id === "") return undefined;
  if (typeof id !== "string" || id.length > MAX_ID_LENGTH || !id.isWellFormed())
    throw malformed(`the id must be a text of ${MAX_ID_LENGTH} characters at most`);
  return id;
}

function object(value: unknown, what: string): JsonObject {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as JsonObject;
  throw malformed(`${what} must be a JSON object`);
}

function parametersOf(owner: JsonObject, what: string): JsonObject {
  const parameters = owner["parameters"];
  return parameters === undefined || parameters === null ? {} : object(parameters, `the parameters of ${what}`);
}

function list(owner: JsonObject, key: string, most: number): readonly unknown[] {
  const value = owner[key];
  if (!Array.isArray(value)) throw malformed(`the body must have a list "${key}"`);
  if (value.length > most) throw new HttpProblem(413, `${value.length} ${key} are given; ${most} are allowed`);
  return value;
}

function nameOf(owner: JsonObject, what: string): string {
  const name = owner["name"];
  if (typeof name === "string" && name !== "") return name;
  throw malformed(`${what} has no name`);
}

function flag(parameters: JsonObject, key: string): boolean | undefined {
  const value = parameters[key];
  if (value === undefined || typeof value === "boolean") return value;
  throw malformed(`the parameter ${key} must be true or false`);
}
