import type { InputSpec } from "./spec.ts";

export type ConfigText =
  | { readonly kind: "absent" }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "list"; readonly items: readonly string[] };

/** A value of modelyard.yml as the input would hold it: a list stays one, so that its items may hold separators; anything else becomes text, objects as JSON. */
export function configText(value: unknown, shape: Pick<InputSpec, "type">): ConfigText {
  if (value === undefined || value === null) return { kind: "absent" };
  if (shape.type === "json") return { kind: "text", text: JSON.stringify(value) };
  if (!Array.isArray(value)) return { kind: "text", text: scalarText(value) };
  const items: readonly unknown[] = value;
  if (shape.type === "list") return { kind: "list", items: items.map(scalarText) };
  const isPlain = items.every((item) => typeof item !== "object");
  return { kind: "text", text: isPlain ? items.map(scalarText).join(", ") : JSON.stringify(value) };
}

function scalarText(value: unknown): string {
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
