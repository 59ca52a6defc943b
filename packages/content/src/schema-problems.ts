import type { z } from "zod";

type Issue = z.core.$ZodIssue;

/** What is wrong with a value, a sentence each and at most `limit` of them: `inputs is missing (array expected)`, `split: unknown key "tset"`. */
export function schemaProblems(error: z.ZodError, limit = 5): string[] {
  const shown = error.issues.slice(0, limit).map(problemText);
  const more = error.issues.length - shown.length;
  return more > 0 ? [...shown, `and ${more} more`] : shown;
}

function problemText(issue: Issue): string {
  const where = issue.path.join(".") || "(top)";
  switch (issue.code) {
    case "invalid_type": {
      // What was found stands in the library's message alone.
      const received = /received (\w+)/.exec(issue.message)?.[1] ?? "something else";
      return received === "undefined"
        ? `${where} is missing (${issue.expected} expected)`
        : `${where}: ${issue.expected} expected, ${received} found`;
    }
    case "unrecognized_keys":
      return `${where}: unknown ${issue.keys.length === 1 ? "key" : "keys"} ${issue.keys.map((key) => JSON.stringify(key.slice(0, 60))).join(", ")}`;
    case "invalid_value":
      return `${where}: ${issue.values.map((value) => JSON.stringify(value)).join(" or ")} expected`;
    case "invalid_union":
      return `${where}: none of the allowed forms`;
    default:
      return `${where}: ${issue.message}`;
  }
}
