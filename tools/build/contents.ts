import type { Metafile } from "esbuild";
import type { Bundle } from "./bundle.ts";

/** Must never be inside a bundle: native code is found on the machine. */
const NEVER = [
  /\/node_modules\/onnxruntime-node\//,
  /\/node_modules\/(?:fast-check|esbuild|typescript|c8)\//,
  /^packages\/testkit\//,
] as const;
/** May be inside, but not be run at start: their evaluation costs more than most actions take. */
const LAZY_ONLY = [
  /\/node_modules\/@octokit\//,
  /\/node_modules\/undici\//,
  /\/node_modules\/prom-client\//,
  /\/node_modules\/@aws-sdk\//,
] as const;

/** In one file of the release, not in each action. */
const SHARED = [/\/node_modules\/@(?:aws-sdk|smithy)\//] as const;
/** Bundles whose purpose these are: a server that runs for long, and the shared client itself. */
const EAGER = ["serve", "s3"];

/** What is wrong with what a bundle carries; empty when nothing is. */
export function contentProblems({ entry, metafile }: Bundle): string[] {
  const carried = carriedInputs(metafile);
  const eager = eagerInputs(metafile, entry.source);
  const banned = entry.sharesS3 ? [...NEVER, ...SHARED] : NEVER;
  const never = carried.filter((path) => banned.some((pattern) => pattern.test(path)));
  const early = EAGER.includes(entry.name)
    ? []
    : carried.filter((path) => eager.has(path) && LAZY_ONLY.some((pattern) => pattern.test(path)));
  return [...never.map((path) => `${entry.name} carries ${path}`), ...early.map((path) => `${entry.name} runs ${path} at its start`)];
}

/** Source files of which something is in the output. */
export function carriedInputs(metafile: Metafile): string[] {
  const outputs = Object.values(metafile.outputs);
  return [
    ...new Set(
      outputs.flatMap((output) => Object.entries(output.inputs).flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : []))),
    ),
  ].sort();
}

function eagerInputs(metafile: Metafile, entry: string): Set<string> {
  const seen = new Set<string>();
  const queue = [entry];
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    if (seen.has(path)) continue;
    seen.add(path);
    for (const imported of metafile.inputs[path]?.imports ?? [])
      if (!imported.external && imported.kind !== "dynamic-import") queue.push(imported.path);
  }
  return seen;
}
