import { spawn } from "node:child_process";
import { join } from "node:path";
import { root } from "./steps.ts";

export interface Totals {
  readonly passed: number;
  readonly failed: number;
}

/** A test that takes longer hangs; the slowest one of CI takes a fifth of it. */
const TEST_TIMEOUT_MS = 300_000;
/** Sources whose coverage counts, whether a test loaded them or not. */
const COVERED = ["packages/*/src/**/*.ts", "actions/*/src/**/*.ts", "tools/**/*.ts"];
const NOT_COVERED = ["**/*.test.ts", "**/testing/**", "**/*.gen.ts", "**/node_modules/**", "tools/pure-globals.d.ts"];

/** Runs test files under node:test, streaming the reporter's lines; resolves to the totals of its last line. A run that ends without them counts as a failure. */
export async function runTests(files: readonly string[], options: { withCoverage: boolean; concurrency: number }): Promise<Totals> {
  const test = [
    "--disable-warning=ExperimentalWarning",
    "--import=./tools/test-seed.ts",
    "--test",
    `--test-concurrency=${options.concurrency}`,
    `--test-timeout=${TEST_TIMEOUT_MS}`,
    "--test-reporter=./tools/test-reporter.ts",
    ...files,
  ];
  const args = options.withCoverage ? [join(root, "node_modules/c8/bin/c8.js"), ...coverageOptions(), process.execPath, ...test] : test;
  const { output, code } = await stream(args);
  const match = [...output.matchAll(/^tests: (\d+) passed, (\d+) failed$/gm)].at(-1);
  if (match === undefined) return { passed: 0, failed: 1 };
  const failed = Number(match[2]);
  return { passed: Number(match[1]), failed: code === 0 ? failed : Math.max(1, failed) };
}

function coverageOptions(): string[] {
  return [
    "--all",
    "--extension=.ts",
    "--reporter=text-summary",
    "--reporter=lcovonly",
    ...COVERED.map((glob) => `--include=${glob}`),
    ...NOT_COVERED.map((glob) => `--exclude=${glob}`),
  ];
}

function stream(args: readonly string[]): Promise<{ output: string; code: number | null }> {
  return new Promise((done) => {
    let output = "";
    const child = spawn(process.execPath, args, { cwd: root, stdio: ["ignore", "pipe", "inherit"] });
    child.stdout.on("data", (chunk: Buffer) => {
      output += chunk.toString("utf8");
      process.stdout.write(chunk);
    });
    child.on("close", (code) => done({ output, code }));
  });
}
