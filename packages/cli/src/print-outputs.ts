import { plainText } from "@modelyard/base";

/** The outputs as one JSON object on one line. `##[` would be a workflow command anywhere in a line, so one of its signs is written as an escape. */
export function outputsJson(outputs: Readonly<Record<string, unknown>>): string {
  return `${JSON.stringify(outputs).replace(/##(?=\[)/g, "#\\u0023")}\n`;
}

/** The outputs for people: a line each. */
export function outputsText(outputs: Readonly<Record<string, unknown>>): string {
  const lines = Object.entries(outputs).map(([name, value]) =>
    plainText(`${name}: ${typeof value === "string" ? value : JSON.stringify(value)}`),
  );
  return lines.length === 0 ? "" : `${lines.join("\n")}\n`;
}
