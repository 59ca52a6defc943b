import { compareUtf8, defect, utf8 } from "@modelyard/base";
import type { BlobSource } from "@modelyard/store";

const BLOCK = 512;
/** Largest size that the octal size field holds (POSIX.1-1988 ustar); larger files get a pax record. */
const MAX_OCTAL_SIZE = 0o77777777777;

/** One file of a layer; directories above it are made by the writer. */
export interface TarFile {
  /** Absolute path inside the image without the leading slash. */
  readonly path: string;
  readonly mode: 0o644 | 0o755;
  readonly source: BlobSource;
}

/**
 * A tar archive (POSIX.1-2001 pax interchange) whose bytes depend on paths, contents and modes alone: sorted entries, owner root, time zero. So the same
 * files give the same digest under any umask, owner, clock or order of creation.
 */
export async function* writeTar(files: readonly TarFile[]): AsyncIterable<Uint8Array> {
  const sorted = [...files].sort((a, b) => compareUtf8(a.path, b.path));
  const made = new Set<string>();
  for (const file of sorted) {
    for (const directory of parentsOf(file.path)) {
      if (made.has(directory)) continue;
      made.add(directory);
      yield header({ path: `${directory}/`, mode: 0o755, size: 0, type: "5" });
    }
    yield header({ path: file.path, mode: file.mode, size: file.source.size, type: "0" });
    yield* body(file);
  }
  yield new Uint8Array(2 * BLOCK);
}

async function* body(file: TarFile): AsyncIterable<Uint8Array> {
  let sent = 0;
  for await (const chunk of file.source.open()) {
    sent += chunk.length;
    yield chunk;
  }
  if (sent !== file.source.size) throw defect("TAR_SIZE", `${file.path} gave ${sent} bytes where ${file.source.size} were announced`);
  const padding = (BLOCK - (sent % BLOCK)) % BLOCK;
  if (padding > 0) yield new Uint8Array(padding);
}

function parentsOf(path: string): string[] {
  const parts = path.split("/").slice(0, -1);
  return parts.map((_, i) => parts.slice(0, i + 1).join("/"));
}

interface Entry {
  readonly path: string;
  readonly mode: number;
  readonly size: number;
  readonly type: "0" | "5" | "x";
}

function header(entry: Entry): Uint8Array {
  const records: string[] = [];
  if (utf8(entry.path).length > 100) records.push(paxRecord("path", entry.path));
  if (entry.size > MAX_OCTAL_SIZE) records.push(paxRecord("size", String(entry.size)));
  if (records.length === 0) return block(entry);
  const data = utf8(records.join(""));
  const extended = new Uint8Array(BLOCK + Math.ceil(data.length / BLOCK) * BLOCK + BLOCK);
  extended.set(block({ path: "pax", mode: 0o644, size: data.length, type: "x" }));
  extended.set(data, BLOCK);
  extended.set(block({ ...entry, size: Math.min(entry.size, MAX_OCTAL_SIZE) }), extended.length - BLOCK);
  return extended;
}

/** `<length> <key>=<value>\n`, the length counting itself in decimal. */
function paxRecord(key: string, value: string): string {
  const rest = utf8(` ${key}=${value}\n`).length;
  let length = rest + 1;
  while (String(length).length + rest !== length) length++;
  return `${length} ${key}=${value}\n`;
}

function block(entry: Entry): Uint8Array {
  const bytes = new Uint8Array(BLOCK);
  const put = (at: number, text: string, size: number): void => bytes.set(utf8(text).subarray(0, size), at);
  const octal = (value: number, digits: number): string => `${value.toString(8).padStart(digits, "0")}\0`;
  put(0, entry.path, 100);
  put(100, octal(entry.mode, 7), 8);
  put(108, octal(0, 7), 8);
  put(116, octal(0, 7), 8);
  put(124, octal(entry.size, 11), 12);
  put(136, octal(0, 11), 12);
  put(148, "        ", 8);
  put(156, entry.type, 1);
  put(257, "ustar\x0000", 8);
  const sum = bytes.reduce((total, byte) => total + byte, 0);
  put(148, `${sum.toString(8).padStart(6, "0")}\0 `, 8);
  return bytes;
}
