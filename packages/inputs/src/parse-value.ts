import { isModelyardError, parseDuration, parseJson } from "@modelyard/base";
import type { InputSpec, InputType } from "./spec.ts";

export type ParsedValue = { readonly kind: "value"; readonly value: unknown } | { readonly kind: "wrong"; readonly expected: string };
type Shape = Pick<InputSpec, "type" | "values" | "separator" | "min" | "above" | "max">;

const TRUE: ReadonlySet<string> = new Set(["true", "True", "TRUE"]);
const FALSE: ReadonlySet<string> = new Set(["false", "False", "FALSE"]);

const ok = (value: unknown): ParsedValue => ({ kind: "value", value });

/** Parses the trimmed, non-empty text of an input as its type; the value of a `duration` is in milliseconds. */
export function parseValue(text: string, shape: Shape): ParsedValue {
  return PARSERS[shape.type](text, shape);
}

/** What a text of this type must look like, for error messages and help. */
export function expectedText(shape: Shape): string {
  switch (shape.type) {
    case "string":
      return "a text";
    case "boolean":
      return "true or false";
    case "integer":
      return `a whole number${boundsText(shape)}`;
    case "float":
      return `a number${boundsText(shape)}`;
    case "enum":
      return `one of ${(shape.values ?? []).join(", ")}`;
    case "duration":
      return `a duration${boundsText(shape)} such as 30s, 5m, 2h`;
    case "list":
      return `${shape.values === undefined ? "a list" : `a list of ${shape.values.join(", ")}`}, separated by ${separatorText(shape)}`;
    case "json":
      return "JSON";
  }
}

/** The bounds of a number or duration: ` from 0 to 1`, ` of at least 1`, ` above 0`; empty where there are none. Those of a duration are told only as far as a person would ask. */
export function boundsText({ type, min, above, max }: Pick<Shape, "type" | "min" | "above" | "max">): string {
  if (type === "duration") return above === undefined ? "" : " above 0";
  if (min !== undefined && max !== undefined) return ` from ${min} to ${max}`;
  const lower = min !== undefined ? ` of at least ${min}` : above !== undefined ? ` above ${above}` : "";
  const upper = max === undefined ? "" : `${lower === "" ? " of" : " and"} at most ${max}`;
  return lower + upper;
}

/** The value itself, when it keeps the bounds of its input. */
function bounded(value: number, shape: Shape): ParsedValue {
  const { min = Number.NEGATIVE_INFINITY, above = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = shape;
  return Number.isFinite(value) && value >= min && value > above && value <= max
    ? ok(value)
    : { kind: "wrong", expected: expectedText(shape) };
}

function separatorText(shape: Shape): string {
  const separator = shape.separator ?? ",";
  return separator === "\n" ? "new lines" : `'${separator}' or new lines`;
}

const PARSERS: Readonly<Record<InputType, (text: string, shape: Shape) => ParsedValue>> = {
  string: (text) => ok(text),
  boolean: (text, shape) => (TRUE.has(text) ? ok(true) : FALSE.has(text) ? ok(false) : { kind: "wrong", expected: expectedText(shape) }),
  integer: parseInteger,
  float: parseFloatStrict,
  enum: (text, shape) => (shape.values?.includes(text) ? ok(text) : { kind: "wrong", expected: expectedText(shape) }),
  duration: parseDurationInput,
  list: parseList,
  json: parseJsonInput,
};

function parseInteger(text: string, shape: Shape): ParsedValue {
  const value = /^-?(?:0|[1-9]\d*)$/.test(text) ? Number(text) : Number.NaN;
  return bounded(Number.isSafeInteger(value) ? value : Number.NaN, shape);
}

function parseFloatStrict(text: string, shape: Shape): ParsedValue {
  const value = /^-?(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?$/.test(text) ? Number(text) : Number.NaN;
  return bounded(value, shape);
}

function parseList(text: string, shape: Shape): ParsedValue {
  const separator = shape.separator ?? ",";
  const items = text
    .split(/\r\n|\r|\n/)
    .flatMap((line) => (separator === "\n" ? [line] : line.split(separator)))
    .map((item) => item.trim())
    .filter((item) => item !== "");
  const wrong = shape.values && items.find((item) => !shape.values?.includes(item));
  return wrong === undefined ? ok(items) : { kind: "wrong", expected: expectedText(shape) };
}

function parseJsonInput(text: string): ParsedValue {
  try {
    return ok(parseJson(text, "the value"));
  } catch (error) {
    if (!isModelyardError(error)) throw error;
    return { kind: "wrong", expected: `JSON (${error.message})` };
  }
}

function parseDurationInput(text: string, shape: Shape): ParsedValue {
  try {
    return bounded(parseDuration(text), shape);
  } catch (error) {
    if (!isModelyardError(error)) throw error;
    return { kind: "wrong", expected: expectedText(shape) };
  }
}
