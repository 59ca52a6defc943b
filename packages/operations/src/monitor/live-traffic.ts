import { type ProfileBuilder, profileBuilder } from "@modelyard/drift";
import { elementCount, type JsonTensor, jsonToTensor, type PredictionLine, readOutputs, type Signature } from "@modelyard/model";
import type { LogProblems } from "./read-window.ts";

/** What a window's requests held, through the model's signature. */
export interface LiveTraffic {
  readonly live: ProfileBuilder;
  /** Rows by predicted label; undefined for regression. */
  readonly predicted: ReadonlyMap<string, number> | undefined;
  readonly requests: number;
  readonly errors: number;
}

/** Gathers a window: inputs as rows by column, outputs as labels. Shadow answers are copies of others and left out; a failed request counts with its inputs. */
export async function gatherTraffic(
  lines: AsyncIterable<PredictionLine>,
  signature: Signature,
  problems: LogProblems,
): Promise<LiveTraffic> {
  const live = profileBuilder();
  const predicted = new Map<string, number>();
  let requests = 0;
  let errors = 0;
  for await (const line of lines) {
    if (line.role === "shadow") continue;
    try {
      const rows = rowsOf(line.inputs, signature);
      const labels = line.error === undefined ? labelsOf(line.outputs, signature) : [];
      for (const row of rows) live.add(row);
      for (const label of labels) predicted.set(label, (predicted.get(label) ?? 0) + 1);
      requests++;
      if (line.error !== undefined) errors++;
    } catch (cause) {
      problems.add(`request ${line.id}`, cause);
    }
  }
  return { live, predicted: signature.task === "classification" ? predicted : undefined, requests, errors };
}

/** Rows of a request by dataset column. Throws when its tensors are not those of the signature. */
function rowsOf(tensors: readonly JsonTensor[], signature: Signature): Record<string, string>[] {
  const rows: Record<string, string>[] = [];
  for (const input of signature.inputs) {
    const columns = input.columns ?? (input.column === undefined ? [] : [input.column]);
    if (columns.length === 0) continue;
    const tensor = tensors.find(({ name }) => name === input.name);
    const count = tensor?.shape[0];
    if (
      tensor === undefined ||
      count === undefined ||
      tensor.data.length !== count * columns.length ||
      elementCount(tensor.shape) !== tensor.data.length
    ) {
      throw new TypeError(`its input ${input.name} does not hold ${columns.length} values a row`);
    }
    for (let row = 0; row < count; row++) {
      const fields = rows[row] ?? {};
      rows[row] = fields;
      for (const [c, column] of columns.entries()) fields[column] = String(tensor.data[row * columns.length + c]);
    }
  }
  return rows;
}

function labelsOf(tensors: readonly JsonTensor[], signature: Signature): string[] {
  if (signature.task !== "classification") return [];
  const outputs = tensors.map((tensor) => jsonToTensor(tensor, "the logged output"));
  return readOutputs(signature, outputs).map((row) => row.label!);
}
