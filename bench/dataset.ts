// Versions of data through the command line, beside the tools that teams use today: CPU of the process tree, bytes in the store, peak memory.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { formatBytes } from "@modelyard/base";
import { bundle } from "../tools/build/bundle.ts";
import { bundleEntries } from "../tools/build/entries.ts";
import { measureTools, type StepFigures, type Taken, type ToolFigures } from "./dataset/measure-tools.ts";
import { isInstalled, OURS, ours, PEERS, STEPS, type Step, sha256sum, type Tool } from "./dataset/tools.ts";
import { type Workload, workloads } from "./dataset/workloads.ts";
import { type Bench, type Figure, figure } from "./figure.ts";

/** Paired rounds, of which the median counts; a quick run is one look. */
const ROUNDS = 3;
/** A quick run ends within a minute, and our own steps need half of one. */
const QUICK_PEERS_MS = 15_000;
/** What a runner of 2 GiB can spare beside a training job, whatever the size of the files. */
const PEAK_LIMIT_BYTES = 250 * 1024 * 1024;

type Goals = Readonly<Partial<Record<Step, Readonly<Record<string, number>>>>>;

/** Parts of a peer's CPU that a step may take, by workload; a program of 50 lines showed each to be possible. */
const CPU_GOALS: Readonly<Record<string, Goals>> = {
  a: {
    "push v1": { sha256sum: 3, dvc: 1 / 10, restic: 0.7 },
    "push v2": { dvc: 1 / 20, restic: 1 / 3 },
    "pull all": { dvc: 1 / 6, restic: 1 },
  },
  c: { "push v1": { dvc: 1 / 30 } },
};
/** Part of the whole file that scattered new rows may add. */
const SCATTERED_ROWS_PART = 1 / 9;

export const bench: Bench = async ({ quick, note }) => {
  const root = mkdtempSync(join(tmpdir(), "modelyard-bench-"));
  try {
    const tools = [ours(await buildCommandLine(root)), ...[sha256sum, ...PEERS].filter(({ name }) => isInstalled(name))];
    for (const { name } of PEERS) if (!isInstalled(name)) note(`${name} is not installed: its figures are missing`);
    const mayGoOn = peerLimit(quick, note);
    const figures: Figure[] = [];
    for (const workload of workloads(quick)) {
      note(`${workload.key}: ${workload.title}`);
      const taken = await measureTools({ tools, workload, root, rounds: quick ? 1 : ROUNDS, mayGoOn });
      figures.push(...figuresOf(workload, taken));
    }
    return figures;
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
};

/** In a quick run peers are asked no more once so much time has passed; ours, and the one program that reads every byte, go on. */
function peerLimit(quick: boolean, note: (message: string) => void): (tool: Tool) => boolean {
  const start = performance.now();
  const leftOut = new Set<string>();
  return ({ name }) => {
    if (!quick || name === OURS || name === sha256sum.name) return true;
    if (leftOut.size === 0 && performance.now() - start < QUICK_PEERS_MS) return true;
    if (!leftOut.has(name)) note(`${name} is left out from here: a quick run has no time for it`);
    leftOut.add(name);
    return false;
  };
}

/** The command line of this very tree as one file, as a release carries it. */
async function buildCommandLine(directory: string): Promise<string> {
  const root = resolve(import.meta.dirname, "..");
  const entry = bundleEntries(root).find(({ name }) => name === "cli");
  if (entry === undefined) throw new Error("the command line has no bundle");
  const path = join(directory, "modelyard.cjs");
  writeFileSync(path, (await bundle(root, entry)).code);
  return path;
}

function figuresOf(workload: Workload, { tools, changedBytes }: Taken): Figure[] {
  const own = tools.get(OURS)!;
  const peers = [...tools].filter(([name]) => name !== OURS);
  return STEPS.flatMap((step) => {
    const title = `${workload.key}, ${workload.title}: ${step}`;
    const figures = own[step]!;
    return [
      ...cpuFigures(title, figures, step, peers, CPU_GOALS[workload.key]?.[step]),
      ...storeFigures(title, figures, step, peers),
      ...(step === "push v2" ? [newBytesFigure(title, figures, changedBytes, own["push v1"]!.bytesAdded, workload)] : []),
      ...memoryFigures(title, figures),
    ];
  });
}

type Peers = readonly (readonly [name: string, figures: ToolFigures])[];

function cpuFigures(title: string, own: StepFigures, step: Step, peers: Peers, goals: Readonly<Record<string, number>> = {}): Figure[] {
  const rows = peers.flatMap(([name, figures]) => {
    const theirs = figures[step]?.cpuSeconds;
    if (theirs === undefined) return [];
    const part = goals[name];
    const goal =
      part === undefined ? undefined : { text: `at most ${Number(part.toPrecision(2))} of ${name}`, ok: own.cpuSeconds <= part * theirs };
    return [figure(`${title}, beside ${name}`, "CPU s", round(own.cpuSeconds), round(theirs), goal)];
  });
  return rows.length > 0 ? rows : [figure(title, "CPU s", round(own.cpuSeconds), undefined)];
}

/** What a push adds to the store. */
function storeFigures(title: string, own: StepFigures, step: Step, peers: Peers): Figure[] {
  if (!step.startsWith("push")) return [];
  const rows = peers.flatMap(([name, figures]) => {
    const theirs = name === sha256sum.name ? undefined : figures[step];
    if (theirs === undefined) return [];
    return [
      figure(`${title}, bytes added beside ${name}`, "bytes", own.bytesAdded, theirs.bytesAdded),
      figure(`${title}, objects added beside ${name}`, "objects", own.objectsAdded, theirs.objectsAdded),
    ];
  });
  if (rows.length > 0) return rows;
  return [
    figure(`${title}, bytes added`, "bytes", own.bytesAdded, undefined),
    figure(`${title}, objects added`, "objects", own.objectsAdded, undefined),
  ];
}

/** What the second version adds beside the bytes that are new in it. */
function newBytesFigure(title: string, own: StepFigures, changedBytes: number, firstBytes: number, workload: Workload): Figure {
  const goal =
    workload.key === "b" ? { text: "at most 1/9 of the file", ok: own.bytesAdded <= SCATTERED_ROWS_PART * firstBytes } : undefined;
  return figure(`${title}, bytes added beside the new bytes`, "bytes", own.bytesAdded, changedBytes, goal);
}

function memoryFigures(title: string, own: StepFigures): Figure[] {
  if (own.peakBytes === undefined) return [];
  const goal = { text: `at most ${formatBytes(PEAK_LIMIT_BYTES)}`, ok: own.peakBytes <= PEAK_LIMIT_BYTES };
  return [figure(`${title}, peak memory`, "bytes", own.peakBytes, undefined, goal)];
}

function round(seconds: number): number {
  return Number(seconds.toPrecision(3));
}
