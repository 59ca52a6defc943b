import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { commandsIn, pairsIn } from "@modelyard/action-kit/testing/runner-grammar";
import type { ActionSpec } from "@modelyard/inputs";
import { runProcess } from "@modelyard/testkit";

export const root = resolve(import.meta.dirname, "../../..");

/** A token that must never be seen outside of the masks. */
export const CANARY_TOKEN = "ghs_canary0123456789canary0123456789";

export interface StepOptions {
  /** Directory of the step; its files lie in it and the work in `work`. */
  readonly home: string;
  readonly inputs?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  /** The bundle to run instead of the one in the tree. */
  readonly bundle?: string;
}

export interface Step {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Names of the workflow commands printed, without the masks. */
  readonly commands: readonly string[];
  readonly outputs: Readonly<Record<string, string>>;
  readonly state: readonly (readonly [string, string])[];
  readonly summary: string;
}

const FILES = ["OUTPUT", "STATE", "ENV", "PATH", "STEP_SUMMARY"] as const;

/** Path of an action's bundle; the suite builds them before. */
export function bundleOf(action: string): string {
  const path = join(root, "actions", action, "dist/index.cjs");
  assert.ok(existsSync(path), `${path} is not built: run \`npm run build\``);
  return path;
}

/** The generated spec of an action. */
export async function specOf(action: string): Promise<ActionSpec> {
  const module = (await import(join(root, "actions", action, "src/inputs.gen.ts"))) as { spec: ActionSpec };
  return module.spec;
}

/** Runs a bundle as the runner runs a step, in an environment that holds nothing else, and reads what it wrote as the runner does. */
export async function runBundle(action: string, options: StepOptions): Promise<Step> {
  const workspace = join(options.home, "work");
  await mkdir(workspace, { recursive: true });
  const files = Object.fromEntries(FILES.map((name) => [`GITHUB_${name}`, join(options.home, `runner-${name.toLowerCase()}`)]));
  for (const path of Object.values(files)) await writeFile(path, "");
  // Set in the environment itself: a shell cannot export INPUT_GITHUB-TOKEN. The operating system cannot pass a NUL, so the runner cannot either.
  const inputs = Object.fromEntries(
    Object.entries(options.inputs ?? {}).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value.replaceAll("\0", "")]),
  );
  const env = { GITHUB_WORKSPACE: workspace, ...files, ...inputs, ...options.env };
  const result = await runProcess(process.execPath, [options.bundle ?? bundleOf(action)], { cwd: workspace, env });
  const read = (name: (typeof FILES)[number]): Promise<string> => readFile(files[`GITHUB_${name}`]!, "utf8");
  assert.equal(result.timedOut, false, `${action} did not end`);
  assert.equal((await read("ENV")) + (await read("PATH")), "", "the environment of later steps is changed");
  const step = {
    code: result.code,
    stdout: result.stdout,
    stderr: result.stderr,
    commands: commandsIn(result.stdout).filter((name) => name !== "add-mask"),
    outputs: Object.fromEntries(pairsIn(await read("OUTPUT"))),
    state: pairsIn(await read("STATE")),
    summary: await read("STEP_SUMMARY"),
  };
  assertCanaryUnseen(step);
  return step;
}

function assertCanaryUnseen(step: Step): void {
  const masks = step.stdout.split("\n").filter((line) => !line.startsWith("::add-mask::"));
  const seen = [...masks, step.stderr, step.summary, JSON.stringify(step.outputs), JSON.stringify(step.state)].join("\n");
  for (const form of [CANARY_TOKEN, Buffer.from(CANARY_TOKEN).toString("base64"), Buffer.from(CANARY_TOKEN).toString("hex")])
    assert.ok(!seen.includes(form), "the token is shown");
}

/** The text of the one error annotation of a failed step. */
export function errorOf(step: Step): string {
  const errors = step.stdout.split("\n").filter((line) => line.startsWith("::error::"));
  assert.equal(errors.length, 1, step.stdout + step.stderr);
  return errors[0]!.slice("::error::".length).replace(/%0A/g, "\n").replace(/%0D/g, "\r").replace(/%25/g, "%");
}
