import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

/** The repository that holds a directory (the nearest one with a `.git`), else the directory itself. */
export function workspaceOf(directory: string): string {
  let current = resolve(directory);
  for (;;) {
    if (existsSync(join(current, ".git"))) return current;
    const parent = dirname(current);
    if (parent === current) return resolve(directory);
    current = parent;
  }
}
