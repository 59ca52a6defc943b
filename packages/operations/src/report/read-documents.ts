import { userError } from "@modelyard/base";
import { parseDocument } from "@modelyard/content";
import { type DriftReport, driftReportSchema } from "@modelyard/drift/document";
import { type Comparison, comparisonSchema, type MetricDocument, metricDocumentSchema } from "@modelyard/evaluate/document";
import { isFile, readFileInput } from "../read-file-input.ts";

/** What `evaluate` writes into its working directory. */
export const DEFAULT_COMPARISON = "comparison.json";

/** A report is read by people; a document of more than this is not one of ours, or an attack. */
const MAX_DOCUMENT_BYTES = 16 * 1024 * 1024;

export interface DocumentInputs {
  readonly comparison?: string | undefined;
  readonly metrics?: string | undefined;
  readonly drift?: string | undefined;
}

/** What there is to report. */
export type Subject =
  | { readonly kind: "comparison"; readonly comparison: Comparison }
  | { readonly kind: "metrics"; readonly document: MetricDocument };

export interface ReportDocuments {
  readonly subject: Subject;
  readonly drift: DriftReport | undefined;
}

/** Reads and checks every document that the inputs name; they may come from an artifact, so nothing in them is believed. Throws INPUT_INVALID, FILE_MISSING, FILE_TOO_LARGE, JSON_INVALID, DOCUMENT_INVALID, FORMAT_TOO_NEW. */
export async function readDocuments(inputs: DocumentInputs, cwd: string): Promise<ReportDocuments> {
  const subject = await readSubject(inputs, cwd);
  const drift =
    inputs.drift === undefined ? undefined : parseDocument(driftReportSchema, await read("drift", inputs.drift, cwd), inputs.drift);
  return { subject, drift };
}

async function readSubject(inputs: DocumentInputs, cwd: string): Promise<Subject> {
  const { comparison, metrics } = inputs;
  if (comparison !== undefined && metrics !== undefined) {
    throw userError(
      "INPUT_INVALID",
      "comparison and metrics are both given; a comparison holds the metrics already",
      "leave `metrics` out",
    );
  }
  if (metrics !== undefined)
    return { kind: "metrics", document: parseDocument(metricDocumentSchema, await read("metrics", metrics, cwd), metrics) };
  const path = comparison ?? DEFAULT_COMPARISON;
  if (comparison === undefined && !(await isFile(path, cwd))) {
    throw userError(
      "FILE_MISSING",
      `there is no ${DEFAULT_COMPARISON} in ${cwd}`,
      "run `evaluate` before this step, or name a file with `comparison` or `metrics`",
    );
  }
  return { kind: "comparison", comparison: parseDocument(comparisonSchema, await read("comparison", path, cwd), path) };
}

function read(input: string, path: string, cwd: string): Promise<Uint8Array> {
  return readFileInput(input, path, cwd, MAX_DOCUMENT_BYTES);
}
