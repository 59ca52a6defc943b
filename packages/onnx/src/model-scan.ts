import { userError } from "@modelyard/base";
import type { Dtype } from "@modelyard/model";
import { dtypeOfOnnx } from "./data-type.ts";
import { notOnnxHint } from "./not-onnx.ts";
import { readFields, readIntegers, WireError, type WireField } from "./wire.ts";

/** An input or output that the graph declares; -1 is an extent that a call chooses. */
export interface OnnxPort {
  readonly name: string;
  /** undefined: an element type or a kind (sequence, map) that no signature can name. */
  readonly dtype: Dtype | undefined;
  /** undefined: the graph declares no shape. */
  readonly shape: readonly number[] | undefined;
}

/** Subgraphs in subgraphs (If, Loop, Scan) of honest models stay in single figures. */
const MAX_DEPTH = 32;
/** The largest published graphs have some 100,000 nodes. */
const MAX_NODES = 1_000_000;
/** IR versions: 3 is ONNX 1.0 of 2017; a higher one than the newest known is the runtime's to judge. */
const MIN_IR_VERSION = 3;

/** What a scan gathers; `what` names the model in messages. */
export interface Found {
  readonly what: string;
  irVersion: number;
  producer: string;
  opsets: Map<string, number>;
  inputs: OnnxPort[];
  outputs: OnnxPort[];
  initializers: Set<string>;
  operators: Set<string>;
  domains: Set<string>;
  functionDomains: Set<string>;
  nodes: number;
  initializerBytes: number;
  graphs: number;
}

/** Reads a model's fields. Throws MODEL_NOT_ONNX, MODEL_EXTERNAL_DATA, MODEL_UNKNOWN_OPERATORS. */
export function scanModel(bytes: Uint8Array, what: string): Found {
  const found: Found = {
    what,
    irVersion: 0,
    producer: "",
    opsets: new Map(),
    inputs: [],
    outputs: [],
    initializers: new Set(),
    operators: new Set(),
    domains: new Set(),
    functionDomains: new Set(),
    nodes: 0,
    initializerBytes: 0,
    graphs: 0,
  };
  const problem = readModel(bytes, found);
  if (problem !== undefined) throw userError("MODEL_NOT_ONNX", `${what} is not an ONNX model: ${problem}`, notOnnxHint(bytes));
  return found;
}

/** Fills `found`; a text says why the bytes are not a model. Refusals of real models are thrown as ModelyardError. */
function readModel(bytes: Uint8Array, found: Found): string | undefined {
  if (bytes.length === 0) return "it is empty";
  try {
    for (const field of readFields(bytes)) modelField(field, found);
  } catch (error) {
    // RangeError and TypeError come from decoding texts that are no UTF-8.
    if (error instanceof WireError || error instanceof TypeError) return error.message;
    throw error;
  }
  if (found.graphs !== 1) return found.graphs === 0 ? "it has no graph" : "it has several graphs";
  if (found.irVersion < MIN_IR_VERSION) return `its IR version is ${found.irVersion}`;
  if (found.opsets.size === 0) return "it imports no operator set";
  if (found.outputs.length === 0) return "its graph has no output";
  return undefined;
}

function modelField(field: WireField, found: Found): void {
  if (field.number === 1) found.irVersion = Number(field.varint);
  else if (field.number === 2) found.producer = decode(field.bytes).slice(0, 100);
  else if (field.number === 7) {
    found.graphs++;
    readGraph(field.bytes, found, 0);
  } else if (field.number === 8) readOpset(field.bytes, found);
  else if (field.number === 25) readFunction(field.bytes, found);
  else if (field.number === 20)
    throw userError("MODEL_UNKNOWN_OPERATORS", `${found.what} carries training graphs`, "export the model for inference");
}

function readOpset(bytes: Uint8Array, found: Found): void {
  let domain = "";
  let version = 0;
  for (const field of readFields(bytes)) {
    if (field.number === 1) domain = decode(field.bytes);
    else if (field.number === 2) version = Number(field.varint);
  }
  found.opsets.set(domain, version);
}

/** A function is made of nodes; its own domain needs no library. */
function readFunction(bytes: Uint8Array, found: Found): void {
  for (const field of readFields(bytes)) {
    if (field.number === 7) readNode(field.bytes, found, 1);
    else if (field.number === 10) found.functionDomains.add(decode(field.bytes));
  }
}

function readGraph(bytes: Uint8Array, found: Found, depth: number): void {
  if (depth > MAX_DEPTH) throw new WireError(`graphs nested deeper than ${MAX_DEPTH}`);
  for (const field of readFields(bytes)) {
    if (field.number === 1) readNode(field.bytes, found, depth);
    else if (field.number === 5) {
      const name = readTensor(field.bytes, found);
      if (depth === 0) found.initializers.add(name);
    } else if (field.number === 15) readSparse(field.bytes, found);
    else if (depth === 0 && field.number === 11) found.inputs.push(readValue(field.bytes));
    else if (depth === 0 && field.number === 12) found.outputs.push(readValue(field.bytes));
  }
}

function readNode(bytes: Uint8Array, found: Found, depth: number): void {
  if (++found.nodes > MAX_NODES) throw new WireError(`more than ${MAX_NODES} nodes`);
  let type = "";
  let domain = "";
  for (const field of readFields(bytes)) {
    if (field.number === 4) type = decode(field.bytes);
    else if (field.number === 7) domain = decode(field.bytes);
    else if (field.number === 5) readAttribute(field.bytes, found, depth);
  }
  if (type === "") throw new WireError("a node without an operator");
  found.operators.add(domain === "" || domain === "ai.onnx" ? type : `${domain}:${type}`);
  found.domains.add(domain);
}

function readAttribute(bytes: Uint8Array, found: Found, depth: number): void {
  for (const field of readFields(bytes)) {
    if (field.number === 5 || field.number === 10) readTensor(field.bytes, found);
    else if (field.number === 6 || field.number === 11) readGraph(field.bytes, found, depth + 1);
    else if (field.number === 22 || field.number === 23) readSparse(field.bytes, found);
  }
}

function readSparse(bytes: Uint8Array, found: Found): void {
  for (const field of readFields(bytes)) if (field.number === 1 || field.number === 2) readTensor(field.bytes, found);
}

/** Name of a constant; refuses data kept outside the model. */
function readTensor(bytes: Uint8Array, found: Found): string {
  let name = "";
  for (const field of readFields(bytes)) {
    if (field.number === 8) name = decode(field.bytes);
    else if (field.number === 9) found.initializerBytes += field.bytes.length;
    else if (field.number === 13 || (field.number === 14 && field.varint === 1n)) {
      throw userError(
        "MODEL_EXTERNAL_DATA",
        `${found.what} keeps weights in another file`,
        "save it as one file, for example onnx.save(model, path, save_as_external_data=False)",
      );
    }
  }
  return name;
}

function readValue(bytes: Uint8Array): OnnxPort {
  let name = "";
  let type: { dtype: Dtype | undefined; shape: number[] | undefined } = { dtype: undefined, shape: undefined };
  for (const field of readFields(bytes)) {
    if (field.number === 1) name = decode(field.bytes);
    else if (field.number === 2) type = readType(field.bytes);
  }
  return { name, ...type };
}

function readType(bytes: Uint8Array): { dtype: Dtype | undefined; shape: number[] | undefined } {
  let dtype: Dtype | undefined;
  let shape: number[] | undefined;
  for (const field of readFields(bytes)) {
    if (field.number !== 1) continue;
    for (const part of readFields(field.bytes)) {
      if (part.number === 1) dtype = dtypeOfOnnx(Number(part.varint));
      else if (part.number === 2) shape = readShape(part.bytes);
    }
  }
  return { dtype, shape };
}

function readShape(bytes: Uint8Array): number[] {
  const shape: number[] = [];
  for (const field of readFields(bytes)) {
    if (field.number !== 1) continue;
    let extent = -1;
    for (const part of readFields(field.bytes)) if (part.number === 1) extent = Number(readIntegers(part)[0] ?? -1n);
    shape.push(extent);
  }
  return shape;
}

const decoder = new TextDecoder("utf-8", { fatal: true });

function decode(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}
