import { join } from "node:path";
import { runProcess } from "@modelyard/testkit";
import { runCli } from "modelyard";
import { root } from "../../contract/testing/bundle-step.ts";

/** What one call of the command line gave. */
export interface Call {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CallOptions {
  /** Working directory. */
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>> | undefined;
}

/** The command line as Node starts it. */
export const MAIN = join(root, "packages/cli/src/main.ts");
/** An interactive bar would redraw its line; a log does not. */
const COLUMNS = 200;

// Each call in this process listens for signals of its own.
process.setMaxListeners(0);

/** The command line as a process of its own. */
export function modelyardProcess(args: readonly string[], { cwd, env }: CallOptions): Promise<Call> {
  return runProcess(process.execPath, ["--disable-warning=ExperimentalWarning", MAIN, ...args], { cwd, env });
}

/** The same command line inside this process, which costs no start. */
export async function modelyard(args: readonly string[], { cwd, env = {} }: CallOptions): Promise<Call> {
  const before = process.cwd();
  process.chdir(cwd);
  let stdout = "";
  let stderr = "";
  const out = (text: string): void => {
    stdout += text;
  };
  const write = (text: string): void => {
    stderr += text;
  };
  try {
    const code = await runCli(args, env, { out, terminal: { write, isInteractive: false, columns: COLUMNS } });
    return { code, stdout, stderr };
  } finally {
    process.chdir(before);
  }
}
