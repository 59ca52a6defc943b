import { readFile, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { formatBytes, messageOf, userError } from "@modelyard/base";

/** Documents that people or programs write by hand stay far below; a larger one is the wrong file. */
const MAX_DOCUMENT_BYTES = 64 * 1024 * 1024;

/** Bytes of the file that an input names. Throws FILE_MISSING or FILE_TOO_LARGE naming input and path. */
export async function readFileInput(input: string, path: string, cwd: string, maxBytes = MAX_DOCUMENT_BYTES): Promise<Uint8Array> {
  const full = await requireFile(input, path, cwd);
  const { size } = await stat(full);
  if (size > maxBytes)
    throw userError(
      "FILE_TOO_LARGE",
      `${input}: ${path} has ${formatBytes(size)}; ${formatBytes(maxBytes)} are allowed`,
      `check that \`${input}\` names the right file`,
    );
  return readFile(full);
}

/** Absolute path of the file that an input names. Throws FILE_MISSING. */
export async function requireFile(input: string, path: string, cwd: string): Promise<string> {
  const full = resolve(cwd, path);
  const info = await stat(full).catch((cause: unknown) => {
    throw userError(
      "FILE_MISSING",
      isAbsent(cause) ? `${input}: there is no file ${path}` : `${input}: ${path} cannot be read: ${messageOf(cause)}`,
      `check \`${input}\`; it is relative to ${cwd}`,
      cause,
    );
  });
  if (!info.isFile()) throw userError("FILE_MISSING", `${input}: ${path} is not a file`, `check \`${input}\`; it is relative to ${cwd}`);
  return full;
}

function isAbsent(cause: unknown): boolean {
  const code = (cause as { readonly code?: unknown } | null)?.code;
  return code === "ENOENT" || code === "ENOTDIR";
}

/** True when there is a file at this path. */
export async function isFile(path: string, cwd: string): Promise<boolean> {
  return (await stat(resolve(cwd, path)).catch(() => undefined))?.isFile() ?? false;
}
