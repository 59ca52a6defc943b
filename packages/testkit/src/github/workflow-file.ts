import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import type { Access, FakeToken, Permission } from "./state.ts";

type Node = Readonly<Record<string, unknown>>;

export interface WorkflowStep {
  readonly id: string | undefined;
  readonly name: string;
  readonly condition: string | undefined;
  readonly run: string | undefined;
  readonly uses: string | undefined;
  readonly with: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string>>;
  readonly workingDirectory: string | undefined;
  readonly continueOnError: boolean;
}

export interface WorkflowJob {
  readonly key: string;
  readonly name: string;
  readonly needs: readonly string[];
  readonly condition: string | undefined;
  /** Labels, before `${{ }}`. */
  readonly runsOn: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** What the job's token may do; undefined: neither the job nor its workflow says. */
  readonly permissions: FakeToken["permissions"] | undefined;
  readonly outputs: Readonly<Record<string, string>>;
  readonly steps: readonly WorkflowStep[];
}

export interface WorkflowInput {
  readonly required: boolean;
  readonly default: string;
  readonly options: readonly string[] | undefined;
}

export interface WorkflowFile {
  /** `.github/workflows/train.yml`. */
  readonly path: string;
  readonly name: string;
  readonly runName: string | undefined;
  /** Names of the events that start it. */
  readonly events: readonly string[];
  /** Undefined: the workflow has no `workflow_dispatch`. */
  readonly dispatchInputs: Readonly<Record<string, WorkflowInput>> | undefined;
  readonly env: Readonly<Record<string, string>>;
  readonly jobs: readonly WorkflowJob[];
}

const node = (value: unknown): Node => (typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Node) : {});
const optionalText = (value: unknown): string | undefined => (value === undefined || value === null ? undefined : String(value));
const list = (value: unknown): string[] =>
  value === undefined || value === null ? [] : Array.isArray(value) ? value.map(String) : [String(value)];
const texts = (value: unknown): Record<string, string> =>
  Object.fromEntries(Object.entries(node(value)).map(([key, one]) => [key, one === null ? "" : String(one)]));

/** Reads one workflow file. Throws Error on YAML that is none. */
export function parseWorkflow(source: string, file: string): WorkflowFile {
  const root = node(parse(source));
  return {
    path: file,
    name: optionalText(root["name"]) ?? file,
    runName: optionalText(root["run-name"]),
    events: Array.isArray(root["on"]) || typeof root["on"] === "string" ? list(root["on"]) : Object.keys(node(root["on"])),
    dispatchInputs: dispatchInputs(root["on"]),
    env: texts(root["env"]),
    jobs: Object.entries(node(root["jobs"])).map(([key, job]) => parseJob(key, node(job), permissionsOf(root["permissions"]))),
  };
}

const GRANTABLE: readonly Permission[] = ["actions", "checks", "contents", "deployments", "issues", "pull-requests"];

/** A `permissions:` block; what it does not name is not granted. */
function permissionsOf(value: unknown): FakeToken["permissions"] | undefined {
  if (value === undefined) return undefined;
  const all = typeof value === "string" ? /^(read|write)-all$/.exec(value)?.[1] : undefined;
  const accessOf = (name: Permission): unknown => all ?? node(value)[name];
  const granted = GRANTABLE.map((name) => [name, accessOf(name)] as const);
  return Object.fromEntries(granted.filter((entry): entry is readonly [Permission, Access] => entry[1] === "read" || entry[1] === "write"));
}

function dispatchInputs(on: unknown): Record<string, WorkflowInput> | undefined {
  if (on === "workflow_dispatch" || (Array.isArray(on) && on.includes("workflow_dispatch"))) return {};
  const events = node(on);
  if (!("workflow_dispatch" in events)) return undefined;
  const inputs = Object.entries(node(node(events["workflow_dispatch"])["inputs"]));
  return Object.fromEntries(
    inputs.map(([name, input]) => {
      const { required, default: fallback, options } = node(input);
      return [
        name,
        {
          required: required === true,
          default: optionalText(fallback) ?? "",
          options: Array.isArray(options) ? options.map(String) : undefined,
        },
      ];
    }),
  );
}

function parseJob(key: string, job: Node, permissions: FakeToken["permissions"] | undefined): WorkflowJob {
  const runsOn = job["runs-on"];
  return {
    key,
    name: optionalText(job["name"]) ?? key,
    needs: list(job["needs"]),
    condition: optionalText(job["if"]),
    runsOn: Array.isArray(runsOn) || typeof runsOn === "string" ? list(runsOn) : list(node(runsOn)["labels"]),
    env: texts(job["env"]),
    permissions: permissionsOf(job["permissions"]) ?? permissions,
    outputs: texts(job["outputs"]),
    steps: (Array.isArray(job["steps"]) ? job["steps"] : []).map((step, index) => parseStep(node(step), index)),
  };
}

function parseStep(step: Node, index: number): WorkflowStep {
  const run = optionalText(step["run"]);
  const uses = optionalText(step["uses"]);
  return {
    id: optionalText(step["id"]),
    name: optionalText(step["name"]) ?? uses ?? run?.split("\n")[0] ?? `step ${index + 1}`,
    condition: optionalText(step["if"]),
    run,
    uses,
    with: texts(step["with"]),
    env: texts(step["env"]),
    workingDirectory: optionalText(step["working-directory"]),
    continueOnError: step["continue-on-error"] === true,
  };
}

/** All workflows under `<directory>/.github/workflows`, sorted by name; none when the folder is absent. */
export function readWorkflows(directory: string): WorkflowFile[] {
  const folder = path.join(directory, ".github", "workflows");
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
  return names
    .filter((name) => /\.ya?ml$/.test(name))
    .sort()
    .map((name) => parseWorkflow(readFileSync(path.join(folder, name), "utf8"), `.github/workflows/${name}`));
}
