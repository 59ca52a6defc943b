import { lstat, mkdir, readdir, readFile, readlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { makeSplitRule } from "@modelyard/content";
import { nodeHasher, type Yard } from "@modelyard/store";
import { type PullOptions, pullDataset } from "../pull.ts";
import { type PushOptions, pushDataset } from "../push.ts";

/** Writes files below a directory. */
export async function writeTree(root: string, files: Readonly<Record<string, string | Uint8Array>>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
  }
}

/** Every entry below a directory: path to content, `-> target` of a link, `/` for an empty directory. */
export async function readTree(root: string, prefix = ""): Promise<Record<string, string>> {
  const tree: Record<string, string> = {};
  const names = (await readdir(join(root, prefix))).sort();
  if (names.length === 0 && prefix !== "") tree[prefix] = "/";
  for (const name of names) {
    const path = prefix === "" ? name : `${prefix}/${name}`;
    const info = await lstat(join(root, path));
    if (info.isSymbolicLink()) tree[path] = `-> ${await readlink(join(root, path))}`;
    else if (info.isDirectory()) Object.assign(tree, await readTree(root, path));
    else tree[path] = await readFile(join(root, path), "utf8");
  }
  return tree;
}

/** A push with the defaults of the tests: dataset `data`, salt `data`, a still clock. */
export function push(yard: Yard, source: string, more: Partial<PushOptions> = {}) {
  return pushDataset({
    yard,
    name: "data",
    source,
    splitRule: makeSplitRule({ salt: "data" }),
    hasher: nodeHasher,
    clock: { now: () => Date.UTC(2026, 0, 1) },
    ...more,
  });
}

/** A pull of a pushed version. */
export function pull(yard: Yard, version: PullOptions["version"], target: string, more: Partial<PullOptions> = {}) {
  return pullDataset({ yard, version, target, hasher: nodeHasher, ...more });
}

/** Text of a CSV with `rows` rows, numbered from `from`, with a class column. */
export function csv(rows: number, from = 0): string {
  const lines = Array.from({ length: rows }, (_, i) => `${from + i},${(from + i) % 7},${["cat", "dog"][(from + i) % 2]}`);
  return `id,value,label\n${lines.join("\n")}\n`;
}
