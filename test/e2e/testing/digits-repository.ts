import { execFileSync } from "node:child_process";
import { cpSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { type FakeGitHub, type ProcessResult, runProcess, startFakeGitHub, type TemporaryDirectory } from "@modelyard/testkit";
import { bundleOf, root } from "../../contract/testing/bundle-step.ts";

const EXAMPLE = join(root, "examples", "digits");
const CLI = join(root, "packages", "cli", "src", "main.ts");
/** What a checkout of the example does not have. */
const NOT_IN_GIT = new Set(["node_modules", "data", "work", "out", ".modelyard"]);
const TOKEN = "ghs_of_the_team";

/** A team's repository made from the example, its GitHub, and one runner with the label gpu; the yard that its modelyard.yml names lies beside it. */
export interface DigitsRepository extends AsyncDisposable {
  readonly path: string;
  readonly github: FakeGitHub;
  /** Environment of the team's own shell. */
  readonly env: Readonly<Record<string, string>>;
  git(...args: string[]): string;
  /** Commits everything; answers the commit. */
  commit(message: string): string;
  /** Removes what git does not track, as actions/checkout does at the start of a job. */
  clean(): void;
  /** Runs the command line as a person would. */
  modelyard(...args: string[]): Promise<ProcessResult>;
}

/** Makes the repository below `home`. `settings` are lines that replace the example's `promote:` settings, so that a promotion takes seconds. */
export async function digitsRepository(home: TemporaryDirectory, promote: string): Promise<DigitsRepository> {
  const path = home.at("digits");
  cpSync(EXAMPLE, path, { recursive: true, filter: (source) => !NOT_IN_GIT.has(basename(source)) });
  const config = (await home.read("digits/modelyard.yml")).replace(/( {4}promote:\n) {6}plan: .*\n/, `$1${promote}`);
  writeFileSync(join(path, "modelyard.yml"), config);
  const git = (...args: string[]): string => execFileSync("git", args, { cwd: path, encoding: "utf8" }).trim();
  git("init", "--quiet", "--initial-branch=main");
  const machine = {
    PATH: `${dirname(process.execPath)}:${process.env["PATH"] ?? ""}`,
    MODELYARD_ONNXRUNTIME: dirname(createRequire(join(root, "packages/onnx/package.json")).resolve("onnxruntime-node/package.json")),
    NODE_OPTIONS: "--disable-warning=ExperimentalWarning",
    // The monitor looks at seconds here, not at hours.
    MODELYARD_LOG_SEGMENT: "500ms",
  };
  const github = await startFakeGitHub({
    owner: "octo",
    repo: "digits",
    directory: path,
    runners: [{ name: "gpu-1", labels: ["self-hosted", "linux", "gpu"] }],
    tokens: { [TOKEN]: { permissions: { actions: "write", contents: "read" } } },
    env: machine,
    actionCommand: (name) => ({ command: process.execPath, args: [bundleOf(name)] }),
  });
  const env = {
    ...machine,
    GITHUB_REPOSITORY: "octo/digits",
    GITHUB_API_URL: github.url,
    GITHUB_SERVER_URL: github.url,
    GITHUB_TOKEN: TOKEN,
  };
  return {
    path,
    github,
    env,
    git,
    commit(message) {
      git("add", "--all");
      git(
        "-c",
        "user.name=Team",
        "-c",
        "user.email=team@example.com",
        "commit",
        "--quiet",
        "--allow-empty",
        "--no-gpg-sign",
        "-m",
        message,
      );
      return git("rev-parse", "HEAD");
    },
    clean: () => void git("clean", "-ffdx", "--quiet"),
    modelyard: (...args) => runProcess(process.execPath, [CLI, ...args], { cwd: path, env }),
    [Symbol.asyncDispose]: () => github.close(),
  };
}
