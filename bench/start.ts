import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { bundleEntries } from "../tools/build/entries.ts";
import { measure, median, type Usage } from "./cpu-time.ts";
import { type Bench, type Figure, figure } from "./figure.ts";

/** A job may run a dozen actions; their start must not be felt. */
const GOAL_MS = 150;
const ROUNDS = 15;
const QUICK_ROUNDS = 7;

/** Start of each bundle up to the error about a wrong input (so inputs, modelyard.yml and errors are loaded), beside an empty Node program. */
export const bench: Bench = async ({ quick, note }) => {
  const root = resolve(import.meta.dirname, "..");
  const entries = bundleEntries(root);
  const built = entries.filter((entry) => existsSync(join(root, entry.output)));
  for (const entry of entries) if (!built.includes(entry)) note(`${entry.name} is not built: run \`npm run build\``);
  const directory = mkdtempSync(join(tmpdir(), "modelyard-bench-"));
  const figures: Figure[] = [];
  try {
    for (const { name, output } of built)
      figures.push(...(await startOf(name, join(root, output), directory, quick ? QUICK_ROUNDS : ROUNDS)));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
  return figures;
};

async function startOf(name: string, bundle: string, directory: string, rounds: number): Promise<Figure[]> {
  const ours: Usage[] = [];
  const empty: Usage[] = [];
  const args = name === "cli" || name === "serve" ? ["--no-such-option"] : [];
  // In turn, so that whatever else the machine does meets both alike.
  for (let round = 0; round < rounds; round++) {
    ours.push(await measure(process.execPath, [bundle, ...args], { cwd: directory, env: { "INPUT_NO-SUCH-INPUT": "x" } }));
    empty.push(await measure(process.execPath, ["-e", "0"], { cwd: directory }));
  }
  const milliseconds = (usages: readonly Usage[], key: "cpuSeconds" | "wallSeconds"): number =>
    Math.round(median(usages.map((usage) => usage[key])) * 1_000);
  const cpu = [milliseconds(ours, "cpuSeconds"), milliseconds(empty, "cpuSeconds")] as const;
  const goal = { text: `less than ${GOAL_MS} ms above an empty program`, ok: cpu[0] - cpu[1] < GOAL_MS };
  return [
    figure(`${name}: start, beside node -e 0`, "ms CPU", cpu[0], cpu[1], goal),
    figure(`${name}: start, beside node -e 0, elapsed`, "ms", milliseconds(ours, "wallSeconds"), milliseconds(empty, "wallSeconds")),
  ];
}
