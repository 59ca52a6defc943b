import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { silentLog } from "@modelyard/base";
import { nodeHasher, openYard, systemClock, systemRandom, type Yard } from "@modelyard/store";
import { type FakeGitHub, startFakeGitHub } from "@modelyard/testkit";
import { type CommandResult, modelyard } from "./command.ts";
import { type StepVerdict, Story } from "./story.ts";
import { prepareWorkspace, root, type Workspace } from "./workspace.ts";

const TOKEN = "ghs_demo_token_of_the_demo_alone";

/** Everything a chapter of the demo works with. */
export interface World {
  readonly workspace: Workspace;
  readonly github: FakeGitHub;
  readonly story: Story;
  readonly env: Readonly<Record<string, string>>;
  /** Runs one command, prints and keeps what it decided; throws when it ends otherwise than `expect` says. */
  step(step: StepInput): Promise<CommandResult>;
  openYard(): Promise<Yard>;
}

interface StepInput {
  readonly title: string;
  readonly args: readonly string[];
  /** Exit code that the story needs; 0 when absent. */
  readonly expect?: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly tell: (result: CommandResult) => Telling | Promise<Telling>;
}

export interface Telling {
  readonly decision: string;
  readonly why: string;
  readonly verdict?: StepVerdict;
  readonly details?: readonly (readonly [string, string])[];
}

/** Makes the workspace and starts the fake GitHub with one runner labelled `gpu`. */
export async function createWorld(): Promise<World> {
  const workspace = prepareWorkspace();
  const bin = join(workspace.out, "bin");
  mkdirSync(bin);
  // What a user has after `npm install modelyard`: the command on the path of the training job.
  const command = join(bin, "modelyard");
  writeFileSync(
    command,
    `#!/bin/sh\nexec "${process.execPath}" --disable-warning=ExperimentalWarning "${join(root, "packages", "cli", "src", "main.ts")}" "$@"\n`,
    { mode: 0o755 },
  );
  const path = `${bin}:${process.env["PATH"] ?? ""}`;
  const shared = {
    PATH: path,
    HOME: process.env["HOME"] ?? workspace.out,
    LANG: "C.UTF-8",
    NODE_OPTIONS: "--disable-warning=ExperimentalWarning",
  };
  const github = await startFakeGitHub({
    owner: "octo",
    repo: "digits",
    directory: workspace.repository,
    runners: [{ name: "gpu-1", labels: ["self-hosted", "linux", "x64", "gpu"] }],
    tokens: {
      [TOKEN]: {
        permissions: {
          actions: "write",
          checks: "write",
          contents: "read",
          deployments: "write",
          issues: "write",
          "pull-requests": "write",
        },
      },
    },
    env: { ...shared, MODELYARD: command },
    onLog: (_run, _job, text) => appendFileSync(join(workspace.out, "workflow-runs.log"), text),
  });
  const env = {
    ...shared,
    GITHUB_REPOSITORY: "octo/digits",
    GITHUB_API_URL: github.url,
    GITHUB_SERVER_URL: github.url,
    GITHUB_TOKEN: TOKEN,
    MODELYARD_YARD: workspace.yard,
    // The monitor looks at seconds here, not at hours.
    MODELYARD_LOG_SEGMENT: "1s",
  };
  const story = new Story();
  const world: World = { workspace, github, story, env, step: (step) => runStep(world, step), openYard: () => open(workspace) };
  return world;
}

async function runStep(world: World, step: StepInput): Promise<CommandResult> {
  world.story.begin(step.title);
  const options = {
    cwd: world.workspace.repository,
    env: { ...world.env, ...step.env },
    onLine: (line: string) => world.story.progress(line),
  };
  const result = await modelyard(step.args, options);
  world.story.clearProgress();
  const expected = step.expect ?? 0;
  if (result.exitCode !== expected) {
    throw new Error(
      `"${step.title}" ended with ${result.exitCode} where ${expected} was expected: modelyard ${step.args.join(" ")}\n${result.log}`,
    );
  }
  const telling = await step.tell(result);
  world.story.end({
    action: step.args[0] ?? "",
    title: step.title,
    command: `npx modelyard ${step.args.map(quoted).join(" ")}`,
    decision: telling.decision,
    why: telling.why,
    verdict: telling.verdict ?? "pass",
    durationMs: result.durationMs,
    details: telling.details ?? [],
  });
  return result;
}

const quoted = (text: string): string => (/^[\w./:@=,-]+$/.test(text) ? text : `'${text}'`);

function open(workspace: Workspace): Promise<Yard> {
  return openYard({
    location: workspace.yard,
    env: {},
    workspace: workspace.out,
    hasher: nodeHasher,
    clock: systemClock,
    random: systemRandom,
    log: silentLog,
    create: false,
    ephemeral: false,
  });
}
