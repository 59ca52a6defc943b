import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { formatBytes } from "@modelyard/base";
import type { Comparison, MetricDocument } from "@modelyard/evaluate";
import { writeRows } from "../examples/digits/add-data.ts";
import type { CommandResult } from "./command.ts";
import type { Telling, World } from "./world.ts";

/** Bounds of a step in the demo: a minute's story, not a day's bake; the rules are the same. */
const STEP_BOUNDS = ["--min-samples", "120", "--min-time", "2s", "--max-time", "40s"] as const;

const text = (value: unknown): string => (typeof value === "object" ? JSON.stringify(value) : String(value));
const count = (value: unknown): string => Number(value).toLocaleString("en");

/** Adds rows to the checkout's data, pushes the version and commits its pointer. */
export async function pushData(world: World, title: string, rows: number): Promise<{ version: number; commit: string }> {
  writeRows(join(world.workspace.repository, "data", "digits.csv"), rows);
  const result = await world.step({
    title,
    args: ["dataset-push"],
    tell: ({ outputs }) => ({
      decision: `digits@${text(outputs["version"])}: ${count(outputs["examples"])} examples, ${count(outputs["new-examples"])} of them new`,
      why: outputs["changed"] === true ? "the content is new; its digest is the version" : "the content was there already",
      details: [
        ["digest", text(outputs["digest"])],
        ["bytes added to the yard", count(outputs["bytes-added"])],
      ],
    }),
  });
  return { version: Number(result.outputs["version"]), commit: world.workspace.commit(`digits: ${rows} rows`) };
}

/** Dispatches the training workflow to the runner labelled `gpu` and follows it. */
export async function trainModel(world: World, title: string, args: readonly string[], commit: string): Promise<string> {
  const result = await world.step({
    title,
    args: ["train", "--poll-interval", "500ms", ...args],
    env: { GITHUB_SHA: commit },
    tell: ({ outputs, log }) => ({
      decision: `run ${text(outputs["run"])} ended: ${text(outputs["conclusion"])}`,
      why: /^training digits: (.*)$/m.exec(log)?.[1] ?? "it was asked for",
      details: [["workflow run", text(outputs["run-url"])]],
    }),
  });
  return text(result.outputs["run"]);
}

/** Registers the model that a run recorded. */
export async function registerModel(world: World, title: string, run: string, metrics: string): Promise<number> {
  const result = await world.step({
    title,
    args: ["register", "--run", run, "--metrics", metrics],
    tell: ({ outputs }) => ({
      decision: `digits@${text(outputs["version"])} is registered`,
      why: `its signature fits the model and ${text(outputs["golden-cases"])} golden predictions came out right`,
      details: [["digest", text(outputs["digest"])]],
    }),
  });
  return Number(result.outputs["version"]);
}

/** Scores a run's model on the test split against production; writes its documents into `directory`. */
export async function judge(
  world: World,
  title: string,
  run: string,
  directory: string,
  options: readonly string[] = [],
): Promise<Comparison> {
  let comparison: Comparison | undefined;
  await world.step({
    title,
    args: ["evaluate", "--run", run, "--output", directory, ...options],
    tell: () => {
      comparison = JSON.parse(readFileSync(join(world.workspace.repository, directory, "comparison.json"), "utf8")) as Comparison;
      return tellComparison(comparison);
    },
  });
  return comparison!;
}

function tellComparison(comparison: Comparison): Telling {
  const accuracy = metric(comparison.candidate, "accuracy");
  const compared = comparison.metrics.find((entry) => entry.name === "accuracy");
  return {
    decision: `${comparison.verdict}: accuracy ${accuracy} on ${count(comparison.candidate.n)} test examples`,
    why: compared
      ? `production has ${compared.baseline.toFixed(3)} on the same examples; the difference is ${interval(compared)}`
      : comparison.baselineReason,
    verdict: comparison.verdict === "error" ? "fail" : comparison.verdict,
    details: comparison.gates.map((gate) => [`gate ${gate.metric}`, `${gate.verdict}: ${gate.reason}`] as const),
  };
}

function metric(document: MetricDocument, name: string): string {
  const found = document.metrics.find((entry) => entry.name === name);
  if (found === undefined) return "unknown";
  const bounds = found.interval === null ? "" : ` [${found.interval.low.toFixed(3)}, ${found.interval.high.toFixed(3)}]`;
  return `${found.value.toFixed(3)}${bounds}`;
}

function interval({ delta, interval: bounds }: Comparison["metrics"][number]): string {
  const sign = (value: number): string => `${value >= 0 ? "+" : ""}${value.toFixed(3)}`;
  return bounds === null ? sign(delta) : `${sign(delta)} [${sign(bounds.low)}, ${sign(bounds.high)}]`;
}

/** Posts the comparison to a pull request. */
export async function reportComparison(
  world: World,
  title: string,
  directory: string,
  pull: number,
  commit: string,
): Promise<CommandResult> {
  return world.step({
    title,
    args: ["report", "--comparison", `${directory}/comparison.json`, "--pull-request", String(pull)],
    env: { GITHUB_SHA: commit },
    tell: ({ outputs }) => ({
      decision: `${text(outputs["verdict"])}; commented and checked`,
      why: "the comment is found again by its marker and author, so a second run updates it",
      details: [["comment", text(outputs["comment-url"])]],
    }),
  });
}

/** Packs a version as an image. */
export async function packImage(world: World, title: string, version: number, base: string | undefined): Promise<void> {
  await world.step({
    title,
    args: ["image", "--version", String(version), "--output", "image", ...(base === undefined ? [] : ["--base", base])],
    tell: ({ outputs }) => ({
      decision: `${text(outputs["reference"])}, ${formatBytes(Number(outputs["size"]))}, ${formatBytes(Number(outputs["bytes-pushed"]))} of them new`,
      why: "base, Node.js, ONNX Runtime, server and model are layers of their own; the same content gives the same digest anywhere",
      details: [["digest", text(outputs["digest"])]],
    }),
  });
}

/** Promotes a version in traffic steps; `expect` 1 is a rollback. */
export async function promoteModel(world: World, title: string, version: number, plan: string, expect: 0 | 1): Promise<string> {
  const result = await world.step({
    title,
    args: ["promote", "--version", String(version), "--plan", plan, ...STEP_BOUNDS, "--fail-on-rollback", String(expect === 1)],
    expect,
    tell: ({ outputs, log }) => {
      writeFileSync(join(world.workspace.out, `promote-${version}.log`), log);
      return tellPromotion(version, outputs, log);
    },
  });
  return text(result.outputs["rollout"]);
}

function tellPromotion(version: number, outputs: Readonly<Record<string, unknown>>, log: string): Telling {
  const promoted = outputs["outcome"] === "promoted";
  return {
    decision: promoted ? `digits@${version} serves all traffic` : `digits@${version} was rolled back`,
    why: promoted ? "every gate of every step passed" : (/^gate \w+ failed: (.*)$/m.exec(log)?.[1] ?? "a gate failed"),
    // The rollback is what the demo wants to show: the fault was caught.
    verdict: promoted ? "pass" : "fail",
    details: [["rollout", text(outputs["rollout"])]],
  };
}
