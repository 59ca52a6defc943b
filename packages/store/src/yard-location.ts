import { isAbsolute, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { userError } from "@modelyard/base";
import { parseKey } from "./key.ts";

/** The yard when nothing names one, in the workspace. */
export const DEFAULT_YARD = ".modelyard";

export type YardLocation =
  | { readonly kind: "directory"; readonly path: string }
  | { readonly kind: "s3"; readonly bucket: string; readonly prefix: string };

const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
/** A scheme has two letters or more, so that the drive of a Windows path is not one. */
const SCHEME = /^([A-Za-z][A-Za-z0-9+.-]+):/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the point
const CONTROL = /[\u0000-\u001f\u007f]/;

/** Parses `file:///abs/dir`, `s3://bucket/prefix`, an absolute directory, or one relative to `cwd`. Throws YARD_URL_INVALID. */
export function parseYardLocation(text: string, cwd: string): YardLocation {
  const trimmed = text.trim();
  if (trimmed === "" || CONTROL.test(trimmed)) throw invalid(text, "it is empty or has control characters");
  const scheme = SCHEME.exec(trimmed)?.[1]?.toLowerCase();
  if (scheme === undefined) return { kind: "directory", path: isAbsolute(trimmed) ? resolve(trimmed) : resolve(cwd, trimmed) };
  if (scheme === "file") return fileLocation(trimmed);
  if (scheme === "s3") return s3Location(trimmed);
  throw invalid(text, `"${scheme}" is not a store we know`);
}

function fileLocation(text: string): YardLocation {
  if (!text.slice(5).startsWith("//")) throw invalid(text, "a file URL begins with file:///");
  const url = parseUrl(text);
  if (url.search !== "" || url.hash !== "") throw invalid(text, "a file URL has no query");
  try {
    return { kind: "directory", path: resolve(fileURLToPath(url)) };
  } catch (cause) {
    throw invalid(text, "a file URL names an absolute directory of this machine", cause);
  }
}

function s3Location(text: string): YardLocation {
  // Taken apart by hand: URL would lower the case and fold dots of what must stay as written.
  const match = /^s3:\/\/([^/?#]*)(?:\/([^?#]*))?$/i.exec(text);
  if (!match) throw invalid(text, "an S3 URL is s3://bucket/prefix, without a query");
  const bucket = match[1]!;
  if (bucket.includes("@"))
    throw invalid("s3://...", "credentials do not belong into the URL; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY");
  if (!BUCKET.test(bucket)) throw invalid(text, `"${bucket}" is not the name of a bucket`);
  const prefix = (match[2] ?? "").replace(/\/+$/, "");
  try {
    return { kind: "s3", bucket, prefix: prefix === "" ? "" : parseKey(prefix) };
  } catch (cause) {
    throw invalid(text, `"${prefix}" cannot be a prefix`, cause);
  }
}

function parseUrl(text: string): URL {
  try {
    return new URL(text);
  } catch (cause) {
    throw invalid(text, "it is not a URL", cause);
  }
}

function invalid(text: string, problem: string, cause?: unknown) {
  return userError(
    "YARD_URL_INVALID",
    `${JSON.stringify(text.slice(0, 200))} is not a yard: ${problem}`,
    "write a directory (../yard), file:///absolute/directory, or s3://bucket/prefix",
    cause,
  );
}
