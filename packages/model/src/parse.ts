import { userError } from "@modelyard/base";
import { parseDocument } from "@modelyard/content";
import { type PredictionLine, predictionLineSchema } from "./prediction-line.ts";
import { type Signature, signatureSchema } from "./signature.ts";
import { type Golden, goldenSchema } from "./tensor.ts";
import { elementCount } from "./tensor-data.ts";

/** Parses `signature.json`. Throws JSON_INVALID, DOCUMENT_INVALID, FORMAT_TOO_NEW, SIGNATURE_INVALID naming `what`. */
export function parseSignature(bytes: Uint8Array | string, what = "signature.json"): Signature {
  const signature = parseDocument(signatureSchema, bytes, what);
  const problems = signatureProblems(signature);
  if (problems.length > 0)
    throw userError("SIGNATURE_INVALID", `${what}: ${problems.join("; ")}`, "correct the signature where the model is trained");
  return signature;
}

/** Parses `golden.json`. Throws JSON_INVALID, DOCUMENT_INVALID, FORMAT_TOO_NEW naming `what`. */
export function parseGolden(bytes: Uint8Array | string, what = "golden.json"): Golden {
  return parseDocument(goldenSchema, bytes, what);
}

/** Parses one line of a prediction log. Throws JSON_INVALID or DOCUMENT_INVALID naming `what`. */
export function parsePredictionLine(text: string, what = "the prediction line"): PredictionLine {
  return parseDocument(predictionLineSchema, text, what);
}

/** What the schema cannot say: names once, columns that fill a row, labels that fill the last extent, an output to judge by. */
export function signatureProblems(signature: Signature): string[] {
  const problems: string[] = [];
  for (const kind of ["inputs", "outputs"] as const) {
    const names = signature[kind].map((port) => port.name);
    const twice = names.find((name, i) => names.indexOf(name) !== i);
    if (twice !== undefined) problems.push(`${kind} name ${twice} twice`);
  }
  for (const input of signature.inputs) {
    const perRow = elementCount(input.shape.slice(1));
    if (input.columns !== undefined && input.column !== undefined) problems.push(`input ${input.name} has both columns and column`);
    if (input.columns !== undefined && perRow >= 0 && input.columns.length !== perRow) {
      problems.push(`input ${input.name} takes ${perRow} values a row and names ${input.columns.length} columns`);
    }
  }
  for (const output of signature.outputs) {
    const last = output.shape.length > 1 ? output.shape.at(-1)! : -1;
    // One column of probabilities is that of the second of two labels.
    if (output.role === "probabilities" && output.labels && last > 1 && output.labels.length !== last) {
      problems.push(`output ${output.name} has ${last} columns and ${output.labels.length} labels`);
    }
  }
  const judged = signature.outputs.some((output) =>
    signature.task === "regression" ? output.role === "value" : output.role === "label" || output.role === "probabilities",
  );
  if (!judged)
    problems.push(
      `a ${signature.task} model needs an output with the role ${signature.task === "regression" ? "value" : "label or probabilities"}`,
    );
  return problems;
}
