import { execFile } from "node:child_process";

/** A program that says something of the machine answers at once; one that hangs (a driver being reset) must not hold the job. */
const PROGRAM_TIMEOUT_MS = 5_000;
/** Variables that such a program may see; secrets of the job are none of its business. */
const PASSED_ON = ["PATH", "HOME", "SystemRoot", "LD_LIBRARY_PATH"] as const;
const MAX_OUTPUT_BYTES = 1024 * 1024;

/** Runs a program without a shell; its standard output, or undefined when it is not there, fails, or takes longer than 5 s. */
export type RunProgram = (command: string, args: readonly string[]) => Promise<string | undefined>;

/** Programs of this machine, started in `cwd`. */
export function programsOf(env: Readonly<Record<string, string | undefined>>, cwd: string): RunProgram {
  const passed = Object.fromEntries(PASSED_ON.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])));
  return (command, args) =>
    new Promise((resolve) => {
      const options = { cwd, env: passed, timeout: PROGRAM_TIMEOUT_MS, killSignal: "SIGKILL", maxBuffer: MAX_OUTPUT_BYTES } as const;
      execFile(command, [...args], options, (error, stdout) => resolve(error ? undefined : stdout));
    });
}
