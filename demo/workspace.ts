import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";

export const root = resolve(import.meta.dirname, "..");

/** The user's repository of the demo: a copy of examples/digits under version control. */
export interface Workspace {
  readonly out: string;
  readonly repository: string;
  readonly yard: string;
  /** Commits everything; returns the commit, or forty zeros where git is missing. */
  commit(message: string): string;
}

const NO_COMMIT = "0".repeat(40);

/** Makes `demo/out` afresh with the copy of the example inside. */
export function prepareWorkspace(): Workspace {
  const out = join(root, "demo", "out");
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  const repository = join(out, "repository");
  const skip = new Set(["node_modules", "work", "data", "out", ".modelyard"].map((name) => join(root, "examples", "digits", name)));
  cpSync(join(root, "examples", "digits"), repository, { recursive: true, filter: (path) => !skip.has(path) });
  const hasGit = git(repository, ["init", "--quiet", "--initial-branch=main"]) !== undefined;
  return { out, repository, yard: join(out, "yard"), commit: (message) => (hasGit ? commit(repository, message) : NO_COMMIT) };
}

function commit(repository: string, message: string): string {
  git(repository, ["add", "--all"]);
  git(repository, [
    "-c",
    "user.name=Demo",
    "-c",
    "user.email=demo@example.com",
    "commit",
    "--quiet",
    "--allow-empty",
    "--no-gpg-sign",
    "-m",
    message,
  ]);
  return git(repository, ["rev-parse", "HEAD"])?.trim() ?? NO_COMMIT;
}

function git(cwd: string, args: readonly string[]): string | undefined {
  if (!existsSync(cwd)) return undefined;
  try {
    return execFileSync("git", [...args], { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  } catch {
    // The demo runs without git too; records then carry no commit.
    return undefined;
  }
}
