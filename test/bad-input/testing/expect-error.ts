import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import type { Call } from "./modelyard.ts";

/** What a refusal must say: its code, the thing that is wrong with what was expected, and the next step. */
export interface Refusal {
  readonly code: string;
  readonly says: RegExp;
  readonly next: RegExp;
}

/** One error for a person: exit code 1, nothing on standard output, message, next step and code once, no stack. */
export function assertRefused(call: Call, { code, says, next }: Refusal, what: string): void {
  const where = `${what}\n${call.stdout}${call.stderr}`;
  assert.equal(call.code, 1, where);
  assert.equal(call.stdout, "", where);
  const parts = /^modelyard: ([\s\S]+)\nNext step: ([\s\S]+) \[([A-Z0-9_]+)\]\n$/m.exec(call.stderr);
  assert.ok(parts, where);
  const [, message = "", hint = "", named] = parts;
  assert.equal(named, code, where);
  assert.match(message, says, where);
  assert.match(hint, next, where);
  for (const once of [/^modelyard: /gm, /^Next step: /gm, /\[[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\]$/gm])
    assert.equal(call.stderr.match(once)?.length, 1, `${once} is not there once\n${where}`);
  assert.doesNotMatch(call.stderr, /^\s+at .+:\d+:\d+\)?$/m, `a stack\n${where}`);
  assert.doesNotMatch(call.stderr, /mistake of Modelyard|\[DEFECT\]|undefined|\[object Object\]/, where);
}

/** Every file, directory and link below a directory by its path, with a digest of its content, so that anything written shows in a difference. */
export function treeOf(directory: string, below = ""): Record<string, string> {
  const tree: Record<string, string> = {};
  for (const name of readdirSync(join(directory, below)).sort()) {
    const path = join(below, name);
    const info = lstatSync(join(directory, path));
    if (info.isDirectory()) Object.assign(tree, { [`${path}/`]: "" }, treeOf(directory, path));
    else if (info.isSymbolicLink()) tree[path] = `-> ${readlinkSync(join(directory, path))}`;
    else
      tree[path] = createHash("sha256")
        .update(readFileSync(join(directory, path)))
        .digest("hex");
  }
  return tree;
}
