import { userError } from "@modelyard/base";
import { type Dtype, formatShape, type Signature } from "@modelyard/model";
import type { OnnxPort } from "./inspect.ts";

interface Ports {
  readonly inputs: readonly OnnxPort[];
  readonly outputs: readonly OnnxPort[];
}

/** Every way in which the graph contradicts the signature, as sentences; empty when it keeps it. */
export function checkModelAgainstSignature(model: Ports, signature: Signature): string[] {
  const problems = [...checkPorts("input", model.inputs, signature.inputs), ...checkPorts("output", model.outputs, signature.outputs)];
  for (const port of model.inputs) {
    if (!signature.inputs.some((input) => input.name === port.name))
      problems.push(`the model's input ${port.name} is not in the signature`);
  }
  return problems;
}

/** Throws MODEL_SIGNATURE_MISMATCH with all problems. */
export function requireSignature(model: Ports, signature: Signature, what: string): void {
  const problems = checkModelAgainstSignature(model, signature);
  if (problems.length === 0) return;
  throw userError(
    "MODEL_SIGNATURE_MISMATCH",
    `${what} does not keep its signature: ${problems.join("; ")}`,
    "write signature.json from the exported graph's own inputs and outputs",
  );
}

function checkPorts(
  kind: string,
  ports: readonly OnnxPort[],
  wanted: readonly { name: string; dtype: Dtype; shape: readonly number[] }[],
): string[] {
  return wanted.flatMap((want) => {
    const port = ports.find((candidate) => candidate.name === want.name);
    if (!port)
      return [`${kind} ${want.name} is not in the model (it has ${ports.map((candidate) => candidate.name).join(", ") || "none"})`];
    const problems: string[] = [];
    if (port.dtype !== want.dtype)
      problems.push(`${kind} ${want.name} is ${port.dtype ?? "of a type no signature can name"}, the signature says ${want.dtype}`);
    if (port.shape && !shapesAgree(port.shape, want.shape)) {
      problems.push(`${kind} ${want.name} has the shape ${formatShape(port.shape)}, the signature says ${formatShape(want.shape)}`);
    }
    return problems;
  });
}

/** A graph may leave free what the signature fixes, never fix what the signature leaves free. */
function shapesAgree(graph: readonly number[], signature: readonly number[]): boolean {
  return graph.length === signature.length && graph.every((extent, i) => extent < 0 || extent === signature[i]);
}
