import { spawn } from "node:child_process";
import { dirname, join, resolve } from "node:path";

export const root = resolve(import.meta.dirname, "..");

export interface Step {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
}
export interface StepResult {
  readonly name: string;
  readonly passed: boolean;
  readonly output: string;
  readonly durationMs: number;
}

/** A step that runs a program of node_modules/.bin. */
export function binStep(name: string, binary: string, ...args: string[]): Step {
  return { name, command: join(root, "node_modules/.bin", binary), args };
}

/** A step that runs a TypeScript file of the repository. */
export function nodeStep(name: string, ...args: string[]): Step {
  return { name, command: process.execPath, args: ["--disable-warning=ExperimentalWarning", ...args] };
}

/** Runs a step at the root under this Node; its output is kept and shown when it fails. */
function runStep(step: Step): Promise<StepResult> {
  const start = performance.now();
  return new Promise((done) => {
    const chunks: Buffer[] = [];
    const end = (passed: boolean): void =>
      done({ name: step.name, passed, output: Buffer.concat(chunks).toString("utf8"), durationMs: performance.now() - start });
    // The wrappers in .bin start `node` from the path: it must be the Node that runs this.
    const env = { ...process.env, PATH: `${dirname(process.execPath)}:${process.env["PATH"] ?? ""}` };
    const child = spawn(step.command, step.args, { cwd: root, env, stdio: ["ignore", "pipe", "pipe"] });
    child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.on("error", (error) => {
      chunks.push(Buffer.from(`${error.message}\n`));
      end(false);
    });
    child.on("close", (code) => end(code === 0));
  });
}

/** Runs steps two at a time (the machines of CI have two cores) and prints a line for each; resolves to the results in order. */
export async function runSteps(steps: readonly Step[], print: (text: string) => void): Promise<StepResult[]> {
  const results: StepResult[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < steps.length) {
      const index = next++;
      const result = await runStep(steps[index]!);
      results[index] = result;
      print(`${result.passed ? "ok    " : "FAILED"} ${result.name} (${(result.durationMs / 1_000).toFixed(1)} s)\n`);
      if (!result.passed) print(`${result.output.trimEnd().replace(/^/gm, "    ")}\n`);
    }
  };
  await Promise.all([worker(), worker()]);
  return results;
}
