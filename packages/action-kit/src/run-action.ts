import type { ActionSpec, EveryOutput, InputsOf, Operation, OutputsOf } from "@modelyard/inputs";
import type { Context } from "@modelyard/operations/context";
import { OutcomeError } from "@modelyard/operations/outcome-error";
import { cancellation } from "@modelyard/operations/process/cancellation";
import { prepareInputs } from "@modelyard/operations/process/prepare-inputs";
import { processContext } from "@modelyard/operations/process/process-context";
import { systemClock } from "@modelyard/store/system-clock";
import { actionsLog } from "./actions-log.ts";
import { currentJob } from "./job.ts";
import { maskSecrets } from "./mask.ts";
import { publishOutputs } from "./publish-outputs.ts";
import { givenInputs, readInput } from "./read-input.ts";
import { reportFailure } from "./report-failure.ts";
import { stepSummary } from "./step-summary.ts";

/** A handle somebody left open must not hold the job once the step has ended. */
const EXIT_GRACE_MS = 2_000;

/**
 * Runs an operation as the main step of an action: masks, inputs, modelyard.yml, context, outputs, job summary, errors. The only place that decides
 * whether the step passes; never throws.
 */
export async function runAction<S extends ActionSpec, R extends OutputsOf<S>>(
  spec: S,
  operation: Operation<S, Context, R>,
  ..._missing: EveryOutput<S, R>
): Promise<void> {
  await runStep(spec, async (inputs, context, redact) => {
    try {
      publishOutputs(spec, await operation(inputs, context), redact);
    } catch (thrown) {
      if (thrown instanceof OutcomeError) publishOutputs(spec, thrown.outputs as OutputsOf<S>, redact);
      throw thrown;
    }
  });
}

/** Runs the clean-up of an action's post step, with the same care as its main step. */
export async function runPost<S extends ActionSpec>(
  spec: S,
  cleanUp: (inputs: InputsOf<S>, context: Context) => Promise<void>,
): Promise<void> {
  await runStep(spec, cleanUp);
}

async function runStep<S extends ActionSpec>(
  spec: S,
  body: (inputs: InputsOf<S>, context: Context, redact: (text: string) => string) => Promise<void>,
): Promise<void> {
  const env = process.env;
  const redact = maskSecrets(spec, env);
  const log = actionsLog(systemClock, redact);
  const fail = (thrown: unknown): void => reportFailure(thrown, log, redact);
  process.once("uncaughtException", (error) => {
    fail(error);
    process.exit(1);
  });
  try {
    const workspace = env["GITHUB_WORKSPACE"] || process.cwd();
    const { inputs, cwd } = prepareInputs(spec, readInput(env), {
      given: givenInputs(env),
      startDirectory: workspace,
      workspace,
      yard: env["MODELYARD_YARD"],
    });
    const job = await currentJob(env, log);
    const context = processContext({ env, cwd, workspace, log, job, signal: cancellation(), summary: stepSummary(env, log, redact) });
    await body(inputs, context, redact);
  } catch (thrown) {
    fail(thrown);
  }
  setTimeout(() => process.exit(), EXIT_GRACE_MS).unref();
}
