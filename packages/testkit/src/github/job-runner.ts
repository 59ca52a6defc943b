import { readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { parse } from "yaml";
import { isolatedEnvironment, type RunningProcess, startProcess } from "../process-runner.ts";
import { commandFiles } from "./command-files.ts";
import { asText, type ExpressionScope, evaluateExpression, interpolate, isConditionMet } from "./expression.ts";
import type { WorkflowJob, WorkflowStep } from "./workflow-file.ts";

export interface ActionCommand {
  readonly command: string;
  readonly args: readonly string[];
}

export interface JobSetting {
  /** The checkout that steps run in. */
  readonly workspace: string;
  /** Contexts of expressions but for `steps`, `env` and `runner`. */
  readonly contexts: Readonly<Record<string, unknown>>;
  /** The event that `GITHUB_EVENT_PATH` holds. */
  readonly event: unknown;
  /** Environment of every step: the runner's own, then the workflow's. */
  readonly env: Readonly<Record<string, string>>;
  /** Repository that holds `actions/<name>` of Modelyard. */
  readonly actionsRoot: string;
  actionCommand(name: string): ActionCommand;
  readonly signal: AbortSignal;
  /** Time between the interrupt of a cancelled step and its kill, ms. */
  readonly cancelGraceMs: number;
  onLog(text: string): void;
}

export interface JobOutcome {
  readonly conclusion: "success" | "failure" | "cancelled";
  readonly outputs: Readonly<Record<string, string>>;
  readonly summary: string;
}

/** Actions of others that a checkout in place makes needless. */
const NEEDLESS = /^actions\/(?:checkout|setup-node|setup-python|cache)@/;
const OWN_ACTION = /^(?:\.\/|modelyard\/modelyard\/)actions\/([a-z0-9-]+)(?:@.+)?$/;
const STEP_TIMEOUT_MS = 600_000;

interface Progress {
  status: ExpressionScope["status"];
  env: Record<string, string>;
  paths: string[];
  readonly steps: Record<string, { outputs: Record<string, string>; outcome: string; conclusion: string }>;
  summary: string;
}

/** Runs one job's steps as child processes, in order, with the rules of `if:` and `continue-on-error`. */
export async function runJob(job: WorkflowJob, setting: JobSetting): Promise<JobOutcome> {
  const temporary = await mkdtemp(path.join(tmpdir(), "modelyard-job-"));
  const eventPath = path.join(temporary, "event.json");
  writeFileSync(eventPath, JSON.stringify(setting.event));
  const progress: Progress = { status: "success", env: {}, paths: [], steps: {}, summary: "" };
  const scope = (extra: Readonly<Record<string, string>> = {}): ExpressionScope => ({
    contexts: {
      ...setting.contexts,
      env: { ...setting.env, ...progress.env, ...extra },
      steps: progress.steps,
      runner: { os: "Linux", arch: "X64", temp: temporary },
      job: { status: progress.status },
    },
    status: progress.status,
  });
  try {
    Object.assign(progress.env, Object.fromEntries(Object.entries(job.env).map(([key, value]) => [key, interpolate(value, scope())])));
    for (const [index, step] of job.steps.entries()) {
      if (setting.signal.aborted) progress.status = "cancelled";
      await runStep(step, index);
    }
    if (setting.signal.aborted) progress.status = "cancelled";
    return {
      conclusion: progress.status,
      outputs: Object.fromEntries(Object.entries(job.outputs).map(([key, value]) => [key, interpolate(value, scope())])),
      summary: progress.summary,
    };
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }

  async function runStep(step: WorkflowStep, index: number): Promise<void> {
    const key = step.id ?? `__${index}`;
    if (!isConditionMet(step.condition, scope())) {
      progress.steps[key] = { outputs: {}, outcome: "skipped", conclusion: "skipped" };
      return;
    }
    setting.onLog(`##[group]${step.name}\n`);
    const files = await commandFiles();
    try {
      const isGreen = await carryOut(step, files.env);
      const wrote = await files.read();
      Object.assign(progress.env, wrote.env);
      progress.paths.unshift(...wrote.paths);
      progress.summary += wrote.summary;
      const conclusion = isGreen || step.continueOnError ? "success" : "failure";
      progress.steps[key] = { outputs: wrote.outputs, outcome: isGreen ? "success" : "failure", conclusion };
      if (conclusion === "failure" && progress.status === "success") progress.status = setting.signal.aborted ? "cancelled" : "failure";
    } finally {
      setting.onLog("##[endgroup]\n");
      await files.remove();
    }
  }

  async function carryOut(step: WorkflowStep, commands: Readonly<Record<string, string>>): Promise<boolean> {
    if (step.uses !== undefined && NEEDLESS.test(step.uses)) {
      setting.onLog(`${step.uses}: the fake runner works in the checkout itself\n`);
      return true;
    }
    const own = Object.fromEntries(Object.entries(step.env).map(([key, value]) => [key, interpolate(value, scope())]));
    const env: Record<string, string> = {
      ...isolatedEnvironment(),
      ...setting.env,
      ...progress.env,
      ...own,
      ...commands,
      GITHUB_EVENT_PATH: eventPath,
      RUNNER_TEMP: temporary,
      GITHUB_ACTION: step.id ?? "__step",
    };
    if (progress.paths.length > 0) env["PATH"] = [...progress.paths, env["PATH"] ?? ""].join(path.delimiter);
    if (step.run !== undefined) {
      const script = interpolate(step.run, scope(own));
      const cwd = path.resolve(
        setting.workspace,
        step.workingDirectory === undefined ? "." : interpolate(step.workingDirectory, scope(own)),
      );
      return finish(
        startProcess("bash", ["--noprofile", "--norc", "-eo", "pipefail", "-c", script], {
          cwd,
          env,
          timeoutMs: STEP_TIMEOUT_MS,
          onStdout: setting.onLog,
          onStderr: setting.onLog,
        }),
        step,
      );
    }
    const name = OWN_ACTION.exec(step.uses ?? "")?.[1];
    if (name === undefined)
      throw new Error(
        `the fake runner cannot run the step "${step.name}": it knows run:, ./actions/<name> and modelyard/modelyard/actions/<name>@<ref>`,
      );
    const given = Object.fromEntries(Object.entries(step.with).map(([key, value]) => [key, interpolate(value, scope(own))]));
    const inputs = { ...actionDefaults(path.join(setting.actionsRoot, "actions", name, "action.yml"), scope(own)), ...given };
    const inputEnv = Object.fromEntries(
      Object.entries(inputs).map(([key, value]) => [`INPUT_${key.replaceAll(" ", "_").toUpperCase()}`, value]),
    );
    const { command, args } = setting.actionCommand(name);
    return finish(
      startProcess(command, args, {
        cwd: setting.workspace,
        env: { ...env, ...inputEnv },
        timeoutMs: STEP_TIMEOUT_MS,
        onStdout: setting.onLog,
        onStderr: setting.onLog,
      }),
      step,
    );
  }

  async function finish(running: RunningProcess, step: WorkflowStep): Promise<boolean> {
    let killTimer: NodeJS.Timeout | undefined;
    const onAbort = (): void => {
      running.kill("SIGINT");
      killTimer = setTimeout(() => running.kill("SIGKILL"), setting.cancelGraceMs);
    };
    // Steps that run because of always() after the cancellation are not interrupted by it again; one that was about to start when it came is.
    if (progress.status !== "cancelled") {
      if (setting.signal.aborted) onAbort();
      else setting.signal.addEventListener("abort", onAbort, { once: true });
    }
    try {
      const result = await running.result;
      if (result.code !== 0)
        setting.onLog(`##[error]${step.name}: exit ${result.code ?? result.signal}${result.timedOut ? " (time limit)" : ""}\n`);
      return result.code === 0;
    } finally {
      clearTimeout(killTimer);
      setting.signal.removeEventListener("abort", onAbort);
    }
  }
}

/** Defaults of an action's inputs; `${{ github.token }}` and its kin are evaluated. */
function actionDefaults(file: string, scope: ExpressionScope): Record<string, string> {
  const definition = parse(readFileSync(file, "utf8")) as { inputs?: Record<string, { default?: unknown } | null> };
  const result: Record<string, string> = {};
  for (const [name, input] of Object.entries(definition.inputs ?? {})) {
    if (input?.default === undefined || input.default === null) continue;
    const text = String(input.default);
    const whole = /^\$\{\{(.*)\}\}$/s.exec(text.trim());
    result[name] = whole ? asText(evaluateExpression(whole[1]!.trim(), scope)) : interpolate(text, scope);
  }
  return result;
}
