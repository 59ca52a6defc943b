import { isModelyardError, type ModelyardError, toModelyardError } from "@modelyard/base";

/** The one error that a person sees for anything thrown; several parallel failures show the first and count the rest. */
export function failureOf(thrown: unknown): { readonly error: ModelyardError; readonly others: number } {
  const errors: readonly unknown[] = thrown instanceof AggregateError && thrown.errors.length > 0 ? thrown.errors : [thrown];
  return { error: toModelyardError(errors.find(isModelyardError) ?? errors[0]), others: errors.length - 1 };
}

/** Message, then the next step. */
export function failureText(error: ModelyardError, others = 0): string {
  const more = others > 0 ? `\n(and ${others} more failures)` : "";
  const hint =
    error.hint ?? (error.kind === "defect" ? "this is a mistake of Modelyard: please report it with the lines below" : undefined);
  return `${error.message}${more}${hint === undefined ? "" : `\nNext step: ${hint}`} [${error.code}]`;
}

/** The stack with its causes; worth printing for defects, and for everything while debugging. */
export function stackText(error: ModelyardError): string {
  const lines: string[] = [];
  let current: unknown = error.kind === "defect" && error.cause instanceof Error ? error.cause : error;
  // Ten causes deep is further than any reader goes, and ends a chain that points at itself.
  for (let depth = 0; depth < 10 && current instanceof Error; depth++) {
    lines.push(`${depth === 0 ? "" : "caused by: "}${current.stack ?? current.message}`);
    current = current.cause;
  }
  return lines.join("\n");
}
