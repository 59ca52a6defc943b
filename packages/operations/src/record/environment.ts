import { arch, release, type } from "node:os";
import type { RunProgram } from "../run-program.ts";

/** Variables of the runner that say where a job ran; none can hold a secret. Everything else of the environment is left out. */
const RUNNER_VARIABLES = {
  image: "ImageOS",
  "image-version": "ImageVersion",
  runner: "RUNNER_ENVIRONMENT",
  "runner-arch": "RUNNER_ARCH",
} as const;
const MAX_VALUE_LENGTH = 200;

/** Where the run happens: operating system, versions of Node.js and Python, image of the runner. */
export async function collectEnvironment(
  env: Readonly<Record<string, string | undefined>>,
  run: RunProgram,
): Promise<Record<string, string>> {
  const python = /Python (\S+)/.exec((await run("python3", ["--version"])) ?? "")?.[1];
  const values: Record<string, string> = { os: `${type()} ${release()} ${arch()}`, node: process.versions.node, ...(python && { python }) };
  for (const [name, variable] of Object.entries(RUNNER_VARIABLES)) {
    const value = env[variable];
    if (value) values[name] = value;
  }
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value.slice(0, MAX_VALUE_LENGTH)]));
}

/** The commit checked out here, for runs outside a workflow. */
export async function checkedOutCommit(run: RunProgram): Promise<string | undefined> {
  return /^[0-9a-f]{40,64}$/.exec(((await run("git", ["rev-parse", "HEAD"])) ?? "").trim())?.[0];
}
