import { type Digest, isDigest } from "./digest.ts";
import { userError } from "./errors.ts";

const NAME = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9])?$/;

/** True for a dataset or model name, as `parseName` takes it. */
export function isName(text: string): boolean {
  return NAME.test(text) && !text.includes("..");
}

/** A dataset or model name: 1 to 64 of letters, digits, `.`, `_`, `-`, starting and ending with a letter or digit. Throws NAME_INVALID. */
export function parseName(text: string, what = "name"): string {
  if (isName(text)) return text;
  throw userError(
    "NAME_INVALID",
    `${JSON.stringify(text.slice(0, 100))} is not a ${what}`,
    "use 1 to 64 letters, digits, '.', '_' or '-', starting and ending with a letter or digit",
  );
}

/** What a `version` input may say. */
export type VersionRef =
  | { readonly kind: "number"; readonly number: number }
  | { readonly kind: "latest" }
  | { readonly kind: "alias"; readonly alias: string }
  | { readonly kind: "digest"; readonly digest: Digest };

/** Parses `12`, `v12`, `latest`, a stage or alias, or a digest. Throws VERSION_INVALID. */
export function parseVersionRef(text: string): VersionRef {
  const trimmed = text.trim();
  if (trimmed === "latest") return { kind: "latest" };
  if (isDigest(trimmed)) return { kind: "digest", digest: trimmed };
  const number = /^v?([1-9]\d{0,8})$/.exec(trimmed);
  if (number) return { kind: "number", number: Number(number[1]) };
  if (/^[a-z][a-z0-9-]{0,31}$/.test(trimmed)) return { kind: "alias", alias: trimmed };
  throw userError(
    "VERSION_INVALID",
    `${JSON.stringify(text.slice(0, 100))} is not a version`,
    "write 12, v12, latest, a stage such as production, or a digest (sha256:...)",
  );
}

/** Parses `name@12`, `name@production`, `name@sha256:...`, or a bare `name` (latest). Throws NAME_INVALID or VERSION_INVALID. */
export function parseNameAtVersion(text: string): { readonly name: string; readonly version: VersionRef } {
  const at = text.indexOf("@");
  if (at < 0) return { name: parseName(text), version: { kind: "latest" } };
  return { name: parseName(text.slice(0, at)), version: parseVersionRef(text.slice(at + 1)) };
}

/** A version reference as a person writes it. */
export function formatVersionRef(ref: VersionRef): string {
  switch (ref.kind) {
    case "number":
      return String(ref.number);
    case "latest":
      return "latest";
    case "alias":
      return ref.alias;
    case "digest":
      return ref.digest;
  }
}
