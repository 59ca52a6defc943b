// npm run build [-- <name>... [--why]]: one CommonJS bundle for each action, for the command line and for the server.
import { resolve } from "node:path";
import { formatBytes } from "@modelyard/base";
import { buildAll } from "./build-all.ts";
import type { Bundle } from "./bundle.ts";

const root = resolve(import.meta.dirname, "../..");
const names = process.argv.slice(2).filter((argument) => !argument.startsWith("--"));
const { bundles, problems } = await buildAll(root, names);
for (const built of bundles) {
  process.stdout.write(`${built.entry.output}  ${formatBytes(built.code.length)}\n`);
  if (process.argv.includes("--why")) for (const line of largestParts(built)) process.stdout.write(`  ${line}\n`);
}
for (const problem of problems) process.stderr.write(`build: ${problem}\n`);
process.exitCode = problems.length === 0 ? 0 : 1;

/** The packages that fill a bundle, largest first. */
function largestParts(built: Bundle): string[] {
  const sizes = new Map<string, number>();
  for (const output of Object.values(built.metafile.outputs)) {
    for (const [path, { bytesInOutput }] of Object.entries(output.inputs)) {
      const part = /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+|^packages\/[^/]+/.exec(path)?.[0] ?? path;
      sizes.set(part, (sizes.get(part) ?? 0) + bytesInOutput);
    }
  }
  const sorted = [...sizes].sort((a, b) => b[1] - a[1]).slice(0, 20);
  return sorted.map(([part, bytes]) => `${formatBytes(bytes).padStart(10)}  ${part.replace(/^.*\/node_modules\//, "")}`);
}
