import { existsSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { measure, median } from "../cpu-time.ts";
import { type PeakWatch, watchPeak } from "../peak-memory.ts";
import { type Command, type Places, STEPS, type Step, type Tool } from "./tools.ts";
import type { Workload } from "./workloads.ts";

/** What one step of one tool took. */
export interface StepFigures {
  readonly cpuSeconds: number;
  readonly peakBytes: number | undefined;
  /** Bytes and objects that the store has more than before. */
  readonly bytesAdded: number;
  readonly objectsAdded: number;
}

export type ToolFigures = Readonly<Partial<Record<Step, StepFigures>>>;

/** What a workload took: by tool, and the bytes that are new in its second version. */
export interface Taken {
  readonly tools: ReadonlyMap<string, ToolFigures>;
  readonly changedBytes: number;
}

/** Variables of the tools: no news from the network, no state in the user's home. */
function environment(work: string): Record<string, string> {
  return { HOME: work, XDG_CACHE_HOME: join(work, "cache"), RESTIC_PASSWORD: "bench", DVC_NO_ANALYTICS: "1", CI: "true" };
}

export interface MeasureOptions {
  /** Ours first; the others take part while `mayGoOn` says so. */
  readonly tools: readonly Tool[];
  readonly workload: Workload;
  readonly root: string;
  readonly rounds: number;
  /** Asked before each step; a tool that may not go on has no figures from there. */
  readonly mayGoOn: (tool: Tool) => boolean;
}

/** Puts every tool in turn through every step of a workload, `rounds` times; the medians by tool. */
export async function measureTools({ tools, workload, root, rounds, mayGoOn }: MeasureOptions): Promise<Taken> {
  const taken = new Map<string, StepFigures[]>();
  let changedBytes = 0;
  for (let round = 0; round < rounds; round++) {
    const work = join(root, `${workload.key}${round}`);
    const data = join(work, "data");
    workload.make(data);
    const placesOf = (tool: Tool, step: string): Places => ({
      work,
      data,
      store: join(work, `store-${tool.name}`),
      target: join(work, `out-${tool.name}-${step.replace(" ", "-")}`),
      one: workload.one,
    });
    for (const tool of tools)
      if (mayGoOn(tool))
        for (const command of tool.prepare?.(placesOf(tool, "prepare")) ?? []) await runCommand(tool, command, environment(work));
    for (const step of STEPS) {
      if (step === "push v2") changedBytes = workload.change(data);
      for (const tool of tools.filter(mayGoOn)) {
        const figures = await runStep(tool, step, placesOf(tool, step), environment(work));
        if (figures !== undefined) taken.set(`${tool.name} ${step}`, [...(taken.get(`${tool.name} ${step}`) ?? []), figures]);
      }
    }
    rmSync(work, { recursive: true, force: true });
  }
  return { tools: new Map(tools.map((tool) => [tool.name, mediansOf(tool, taken)])), changedBytes };
}

function mediansOf(tool: Tool, taken: ReadonlyMap<string, readonly StepFigures[]>): ToolFigures {
  const figures: Partial<Record<Step, StepFigures>> = {};
  for (const step of STEPS) {
    const all = taken.get(`${tool.name} ${step}`);
    if (all === undefined) continue;
    const peaks = all.flatMap(({ peakBytes }) => (peakBytes === undefined ? [] : [peakBytes]));
    figures[step] = {
      cpuSeconds: median(all.map(({ cpuSeconds }) => cpuSeconds)),
      peakBytes: peaks.length === 0 ? undefined : Math.max(...peaks),
      bytesAdded: median(all.map(({ bytesAdded }) => bytesAdded)),
      objectsAdded: median(all.map(({ objectsAdded }) => objectsAdded)),
    };
  }
  return figures;
}

async function runStep(tool: Tool, step: Step, places: Places, env: Readonly<Record<string, string>>): Promise<StepFigures | undefined> {
  const before = sizeOf(places.store);
  const commands = tool.commands(step, places);
  if (commands === undefined) return undefined;
  let cpuSeconds = 0;
  let peakBytes: number | undefined;
  for (const command of commands) {
    const usage = await runCommand(tool, command, env);
    cpuSeconds += usage.cpuSeconds;
    if (usage.peakBytes !== undefined) peakBytes = Math.max(peakBytes ?? 0, usage.peakBytes);
  }
  if (step.startsWith("pull") && !existsSync(tool.restored(places))) throw new Error(`${tool.name} did not restore ${places.one}`);
  rmSync(places.target, { recursive: true, force: true });
  const after = sizeOf(places.store);
  return { cpuSeconds, peakBytes, bytesAdded: after.bytes - before.bytes, objectsAdded: after.objects - before.objects };
}

async function runCommand(tool: Tool, { program, args, cwd }: Command, env: Readonly<Record<string, string>>) {
  const watches: PeakWatch[] = [];
  const onStart = (pid: number): void => void watches.push(watchPeak(pid));
  const usage = await measure(program, args, { cwd: cwd ?? env["HOME"]!, env, onStart });
  const peakBytes = watches[0]?.stop();
  if (usage.code !== 0) throw new Error(`${tool.name} ${args.join(" ")} ended with ${usage.code}: ${usage.stderr.slice(-500)}`);
  return { cpuSeconds: usage.cpuSeconds, peakBytes };
}

function sizeOf(directory: string): { bytes: number; objects: number } {
  let bytes = 0;
  let objects = 0;
  if (!existsSync(directory)) return { bytes, objects };
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    objects++;
    bytes += statSync(join(entry.parentPath, entry.name)).size;
  }
  return { bytes, objects };
}
