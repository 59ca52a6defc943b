import type { MetricDocument } from "@modelyard/evaluate";
import { codeText, escapeText, linkText } from "./escape-markdown.ts";

/** Hex digits of a digest or commit that people compare. */
const SHORT = 12;

/** Name of what was scored, as plain text: `digits@7`, `run 01J…`, or, where it has no name, what it is with its digest's first digits. */
export function subjectName(document: MetricDocument): string {
  const { name, version, run } = document.subject;
  if (name !== null && version !== null) return `${name}@${version}`;
  if (name !== null) return name;
  return run === null ? namelessText(document, SHORT) : `run ${run}`;
}

/** `predictions 0123abcd` for a predictions file (its digest is that of the predictions themselves), else `model 0123abcd`. */
export function namelessText({ subject: { digest }, predictions }: MetricDocument, digits: number): string {
  return `${predictions.digest === digest ? "predictions" : "model"} ${digest.slice(7, 7 + digits)}`;
}

/** A digest for a table cell: enough digits to compare. */
export function digestText(digest: string): string {
  return codeText(digest.startsWith("sha256:") ? digest.slice(7, 7 + SHORT) : digest.slice(0, SHORT));
}

/** A commit as code, linked when the repository's address is known. */
export function commitText(commit: string | null, repositoryUrl: string | undefined): string {
  if (commit === null) return "–";
  const hex = /^[0-9a-f]{7,64}$/.test(commit);
  if (!hex) return codeText(commit);
  const short = `\`${commit.slice(0, 7)}\``;
  if (repositoryUrl === undefined) return short;
  const link = linkText("x", `${repositoryUrl}/commit/${commit}`);
  return link.startsWith("[x]") ? `[${short}]${link.slice(3)}` : short;
}

/** The dataset version as text: `digits@2`, or `–`. */
export function datasetText(document: MetricDocument): string {
  if (document.dataset === null) return "–";
  const { name, version } = document.dataset;
  return version === null ? codeText(name) : codeText(`${name}@${version}`);
}

/** The split, escaped. */
export function splitText(document: MetricDocument): string {
  return document.split === null ? "–" : escapeText(document.split);
}
