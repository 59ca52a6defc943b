import { fromUtf8, type Json, parseJson, userError } from "@modelyard/base";
import { parseDocument } from "@modelyard/content";
import { type MetricDocument, metricDocumentSchema } from "@modelyard/evaluate";

export type MetricValues = Readonly<Record<string, string | number | boolean | null>>;

/** A metrics file: a flat object of values, or the metric document that `evaluate` writes (`document` is then set). */
export interface MetricsFile {
  readonly values: MetricValues;
  readonly document: MetricDocument | undefined;
}

/** Parses a metrics file. Throws JSON_INVALID, DOCUMENT_INVALID, METRICS_INVALID naming the first nested member. */
export function parseMetricsFile(bytes: Uint8Array, what: string): MetricsFile {
  const value = parseJson(decoded(bytes, what), what);
  if (isObject(value) && value["kind"] === "metrics") {
    const document = parseDocument(metricDocumentSchema, bytes, what);
    return { values: headlineOf(document), document };
  }
  const nested = isObject(value) ? Object.keys(value).find((key) => typeof value[key] === "object" && value[key] !== null) : "(top)";
  if (!isObject(value) || nested !== undefined) {
    throw userError(
      "METRICS_INVALID",
      `${what} is not a flat object of values: ${nested}`,
      'write for example {"accuracy": 0.97, "loss": 0.1}',
    );
  }
  return { values: value as MetricValues, document: undefined };
}

/** The headline metrics of a document by name. */
export function headlineOf(document: MetricDocument): Record<string, number> {
  return Object.fromEntries(document.metrics.map((metric) => [metric.name, metric.value]));
}

/** The numbers among metric values. */
export function numbersOf(values: MetricValues): Record<string, number> {
  return Object.fromEntries(Object.entries(values).filter((entry): entry is [string, number] => typeof entry[1] === "number"));
}

function decoded(bytes: Uint8Array, what: string): string {
  try {
    return fromUtf8(bytes);
  } catch (cause) {
    throw userError("JSON_INVALID", `${what} is not UTF-8 text`, "write the file again with a JSON encoder", cause);
  }
}

function isObject(value: Json): value is { readonly [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
