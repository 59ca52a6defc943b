import { parseName, userError } from "@modelyard/base";
import { pointerName } from "@modelyard/dataset";
import type { GitHub, WorkflowRun } from "@modelyard/github";
import type { DatasetRef } from "@modelyard/lineage";
import { runRecord } from "@modelyard/lineage";
import { newRunId } from "@modelyard/registry";
import type { Yard } from "@modelyard/store";
import type { Context } from "./context.ts";
import { resolveDatasetInput } from "./dataset-input.ts";
import { openContextYard } from "./open-yard.ts";
import { OutcomeError } from "./outcome-error.ts";
import { isFile } from "./read-file-input.ts";
import { requireName } from "./require-name.ts";
import type { TrainInputs, TrainOutputs } from "./train/inputs.ts";
import { decideTraining, type TrainDecision } from "./train/new-data.ts";
import { stepText } from "./train/progress-lines.ts";
import { warnOfMissingRunner } from "./train/runner-check.ts";
import { endSummary, skipSummary } from "./train/train-summary.ts";
import { type Watched, watchRun } from "./train/watch-run.ts";

export type { TrainInputs, TrainOutputs } from "./train/inputs.ts";

/** Starts the training workflow when the data has grown enough, and follows it to its end. Throws TRAIN_FAILED with the outputs when the run does not succeed. */
export async function train(inputs: TrainInputs, context: Context): Promise<TrainOutputs> {
  const name = parseName(requireName(inputs.name, "model"), "model name");
  const parameters = parametersText(inputs.parameters);
  const yard = await openContextYard(inputs, context, { create: false });
  const dataset = await resolveDataset(inputs, yard, context);
  const decision = await decideTraining(yard, name, dataset, inputs.minNewExamples, context);
  context.log.notice(decision.isNeeded ? `training ${name}: ${decision.reason}` : `nothing to train: ${decision.reason}`);
  const nothing: TrainOutputs = {
    run: undefined,
    conclusion: undefined,
    runUrl: undefined,
    trained: false,
    newExamples: decision.newExamples,
    modelDigest: undefined,
  };
  if (!decision.isNeeded) {
    await context.summary(skipSummary(name, decision.reason));
    return nothing;
  }
  if (inputs.dryRun) {
    context.log.notice(
      `dry run: ${inputs.workflow} would be started with ${dataset.name}@${dataset.version} and the parameters ${parameters}`,
    );
    return nothing;
  }
  const github = requireGitHub(inputs, context);
  await warnOfMissingRunner(github, inputs.runsOn ?? [], context);
  const run = newRunId(context);
  const started = await start({ inputs, github, yard, dataset, parameters, run }, context);
  const outputs: TrainOutputs = { ...nothing, run, runUrl: started.url, trained: true };
  if (!inputs.wait) return outputs;
  const watched = await watchRun(
    { yard, github, run, started, timeoutMs: inputs.timeout, pollIntervalMs: inputs.pollInterval, outputs },
    context,
  );
  return conclude(name, dataset, outputs, decision, watched, context);
}

function requireGitHub(inputs: TrainInputs, context: Context): GitHub {
  const github = context.github(inputs.githubToken);
  if (github) return github;
  throw userError(
    "GITHUB_MISSING",
    context.job.repository === undefined
      ? "there is no GitHub repository to start a workflow in"
      : "there is no token to start a workflow with",
    "run in a workflow with `github-token: ${{ github.token }}`; on your own machine set GITHUB_REPOSITORY=owner/name and --github-token",
  );
}

/** Given; else the pointer file of the model's dataset beside modelyard.yml; else the dataset's newest version. */
async function resolveDataset(inputs: TrainInputs, yard: Yard, context: Context): Promise<DatasetRef> {
  if (inputs.dataset !== undefined) return resolveDatasetInput(inputs.dataset, yard, context.cwd);
  const dataset = parseName(requireName(inputs.datasetName, "dataset"), "dataset name");
  const pointer = pointerName(dataset);
  return resolveDatasetInput((await isFile(pointer, context.cwd)) ? pointer : `${dataset}@latest`, yard, context.cwd);
}

function parametersText(value: unknown): string {
  if (value === undefined || value === null) return "{}";
  if (typeof value === "object" && !Array.isArray(value)) return JSON.stringify(value);
  throw userError("INPUT_INVALID", "parameters is not a JSON object", 'write for example parameters: {"epochs": 10}');
}

interface Start {
  readonly inputs: TrainInputs;
  readonly github: GitHub;
  readonly yard: Yard;
  readonly dataset: DatasetRef;
  readonly parameters: string;
  readonly run: string;
}

async function start({ inputs, github, yard, dataset, parameters, run }: Start, context: Context): Promise<WorkflowRun> {
  const ref = inputs.ref ?? context.job.defaultBranch ?? (await github.defaultBranch());
  const dispatched = { run, dataset: `${dataset.name}@${dataset.version}`, yard: yard.url, parameters };
  const started = await context.log.group(`Start ${inputs.workflow} at ${ref}`, () =>
    github.dispatchWorkflow({ workflow: inputs.workflow, ref, inputs: dispatched, correlation: run }, context.signal),
  );
  context.log.notice(`run ${run} of ${dispatched.dataset} started: ${started.url}`);
  return started;
}

async function conclude(
  name: string,
  dataset: DatasetRef,
  started: TrainOutputs,
  decision: TrainDecision,
  watched: Watched,
  context: Context,
): Promise<TrainOutputs> {
  const record = runRecord(watched.events);
  const model = record?.artifacts.find((artifact) => artifact.role === "model");
  const conclusion = watched.run.conclusion ?? "unknown";
  const outputs: TrainOutputs = { ...started, conclusion, modelDigest: model?.digest };
  await context.summary(
    endSummary({ name, dataset, reason: decision.reason, run: started.run ?? "", url: watched.run.url, conclusion, record }),
  );
  if (conclusion === "success") {
    if (!record)
      context.log.warning(
        `the training wrote nothing into the yard about run ${started.run}: add the action record to its workflow, with run: \${{ inputs.run }}`,
      );
    context.log.notice(`training of ${name} succeeded: ${watched.run.url}`);
    return outputs;
  }
  const progress = record?.progress ? `, last seen at ${stepText(record.progress)}` : "";
  const reason = record?.reason === undefined ? "" : ` (${record.reason})`;
  throw new OutcomeError({
    code: "TRAIN_FAILED",
    message: `the training run ended as ${conclusion}${reason}${progress}: ${watched.run.url}`,
    hint: "read the log of the run; `train` starts a new run when this job is run again",
    outputs,
  });
}
