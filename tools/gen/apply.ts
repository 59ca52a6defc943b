import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { GenerationPlan } from "./plan.ts";

export type Difference = { readonly path: string; readonly kind: "missing" | "stale" | "unexpected" };

/** How the tree differs from the plan: missing and stale files, and generated files that nothing generates any more. */
export function differences(root: string, plan: GenerationPlan): Difference[] {
  const found: Difference[] = [];
  for (const [path, text] of plan.files) {
    if (!existsSync(join(root, path))) found.push({ path, kind: "missing" });
    else if (readFileSync(join(root, path), "utf8") !== text) found.push({ path, kind: "stale" });
  }
  for (const path of generatedFiles(root)) if (!plan.files.has(path)) found.push({ path, kind: "unexpected" });
  return found.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Makes the tree as planned. A file is replaced in one step, so that a reader never sees half of it. */
export function applyDifferences(root: string, plan: GenerationPlan, found: readonly Difference[]): void {
  for (const { path, kind } of found) {
    const target = join(root, path);
    if (kind === "unexpected") {
      rmSync(target);
      continue;
    }
    mkdirSync(dirname(target), { recursive: true });
    const temporary = `${target}.${process.pid}.tmp`;
    writeFileSync(temporary, plan.files.get(path) ?? "");
    renameSync(temporary, target);
  }
}

function generatedFiles(root: string): string[] {
  const schemas = list(join(root, "schemas"))
    .filter((name) => name.endsWith(".json"))
    .map((name) => `schemas/${name}`);
  const code = ["actions", "packages"].flatMap((group) =>
    list(join(root, group)).flatMap((name) => list(join(root, group, name, "src")).map((file) => `${group}/${name}/src/${file}`)),
  );
  return [...schemas, ...code.filter((path) => path.endsWith(".gen.ts"))];
}

function list(directory: string): string[] {
  return existsSync(directory) ? readdirSync(directory) : [];
}
