import type { InputSpec } from "./spec.ts";

/** A value of modelyard.yml as the text that the input would hold; undefined for an absent value. Objects become JSON. */
export function configText(value: unknown, shape: Pick<InputSpec, "type" | "separator">): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (shape.type === "json" || !Array.isArray(value)) return scalarText(value, shape.type === "json");
  const separator = shape.separator ?? ",";
  const items: unknown[] = value;
  // An object in a list that is read as text cannot be split at commas again: hand the whole as JSON to who parses the text.
  if (shape.type === "string" && items.some((item) => typeof item === "object")) return JSON.stringify(value);
  return items.map((item) => scalarText(item, false)).join(shape.type === "list" ? (separator === "," ? "\n" : separator) : ", ");
}

function scalarText(value: unknown, asJson: boolean): string {
  if (typeof value === "string" && !asJson) return value;
  return typeof value === "object" || asJson ? JSON.stringify(value) : String(value);
}
