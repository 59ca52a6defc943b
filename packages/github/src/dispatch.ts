import { hasCode, remoteError, userError } from "@modelyard/base";
import type { Client } from "./client.ts";
import { explain } from "./explain.ts";
import type { Failure } from "./failure.ts";
import { PAGE_SIZE } from "./pages.ts";
import type { DispatchInput, GitHub, WorkflowRun } from "./port.ts";
import { runOf } from "./runs.ts";
import type { CallOptions } from "./transport.ts";

/** Lists of runs have been seen two minutes behind; a run that does not appear in this time has not started, or its name lacks the correlation. */
const LOOK_WINDOW_MS = 180_000;
/** Waits between looks: 1, 2, 4 s and so on up to this. */
const MAX_LOOK_WAIT_MS = 10_000;
/** Runs of one workflow since the dispatch: 500 are more than GitHub queues in ten seconds. */
const MAX_LOOK_PAGES = 5;
/** The server's clock has whole seconds, and a run may carry the second before. */
const CREATED_SLACK_MS = 60_000;
/** Reads of a run that was just made may come from a copy that lacks it yet. */
const NEW_RUN_TRIES = 6;

type Started =
  | { readonly kind: "identified"; readonly id: number }
  | { readonly kind: "started" }
  | { readonly kind: "unknown"; readonly failure: Failure };

/** `dispatchWorkflow` of the port. The dispatch itself is sent once: after a lost reply the run is looked for, and never started a second time. */
export function dispatchPart(client: Client): Pick<GitHub, "dispatchWorkflow"> {
  return {
    async dispatchWorkflow(dispatch, signal) {
      const call: CallOptions = { target: dispatch.workflow, signal };
      const workflow = await client.read("workflows.get", call, () =>
        client.octokit.rest.actions.getWorkflow({ ...client.repository, workflow_id: dispatch.workflow }),
      );
      const since = (Date.parse(String(workflow.headers["date"])) || client.clock.now()) - CREATED_SLACK_MS;
      const started = await start(client, dispatch, call);
      // Known is known: a caller that was cancelled meanwhile needs the run to cancel it.
      if (started.kind === "identified") return readNewRun(client, started.id, { target: call.target });
      const run = await look(client, dispatch, since, call);
      if (run) return run;
      throw notFound(dispatch, started);
    },
  };
}

async function start(client: Client, dispatch: DispatchInput, call: CallOptions): Promise<Started> {
  const send = (details: { return_run_details?: boolean }) =>
    client.writeOnce("workflows.dispatch", call, () =>
      client.octokit.rest.actions.createWorkflowDispatch({
        ...client.repository,
        workflow_id: dispatch.workflow,
        ref: dispatch.ref,
        inputs: { ...dispatch.inputs },
        ...details,
      }),
    );
  const details: { return_run_details?: boolean } = { return_run_details: true };
  let end = await send(details);
  // An older server refuses the field, which starts nothing.
  if (
    end.kind === "failed" &&
    end.failure.kind === "refused" &&
    end.failure.status === 422 &&
    end.failure.message.includes("return_run_details")
  )
    end = await send({});
  // So does a connection that was never made.
  for (let tries = 1; tries < NEW_RUN_TRIES && end.kind === "failed" && end.failure.kind === "transient" && end.failure.isUnsent; tries++) {
    await client.clock.sleep(1_000 * 2 ** tries, call.signal);
    end = await send(details);
  }
  if (end.kind === "failed") {
    if (end.failure.kind === "transient") return { kind: "unknown", failure: end.failure };
    throw refused(dispatch, end.failure);
  }
  const data: unknown = end.reply.data;
  const id = typeof data === "object" && data !== null && "workflow_run_id" in data ? Number(data.workflow_run_id) : Number.NaN;
  return Number.isSafeInteger(id) ? { kind: "identified", id } : { kind: "started" };
}

async function readNewRun(client: Client, id: number, call: CallOptions): Promise<WorkflowRun> {
  for (let tries = 1; ; tries++) {
    try {
      return runOf(
        (await client.read("runs.get", call, () => client.octokit.rest.actions.getWorkflowRun({ ...client.repository, run_id: id }))).data,
      );
    } catch (error) {
      if (!hasCode(error, "GITHUB_NOT_FOUND") || tries >= NEW_RUN_TRIES) throw error;
      await client.clock.sleep(1_000 * tries, call.signal);
    }
  }
}

/** The run whose name carries the correlation, or undefined after the window. */
async function look(client: Client, dispatch: DispatchInput, sinceMs: number, call: CallOptions): Promise<WorkflowRun | undefined> {
  const until = client.clock.monotonic() + LOOK_WINDOW_MS;
  for (let waitMs = 1_000; ; waitMs = Math.min(MAX_LOOK_WAIT_MS, waitMs * 2)) {
    const found = await findRun(client, dispatch, sinceMs, call);
    if (found) return found;
    if (client.clock.monotonic() >= until) return undefined;
    await client.clock.sleep(waitMs, call.signal);
  }
}

async function findRun(client: Client, dispatch: DispatchInput, sinceMs: number, call: CallOptions): Promise<WorkflowRun | undefined> {
  const created = `>=${new Date(sinceMs).toISOString().replace(/\.\d+Z$/, "Z")}`;
  const first = () =>
    client.octokit.rest.actions.listWorkflowRuns({
      ...client.repository,
      workflow_id: dispatch.workflow,
      event: "workflow_dispatch",
      created,
      per_page: PAGE_SIZE,
    });
  for await (const page of client.pages("runs.list", call, first, MAX_LOOK_PAGES)) {
    const found = page.workflow_runs.find((run) => `${run.display_title} ${run.name ?? ""}`.includes(dispatch.correlation));
    if (found) return runOf(found);
  }
  return undefined;
}

function notFound(dispatch: DispatchInput, started: Extract<Started, { kind: "started" | "unknown" }>): Error {
  if (started.kind === "started") {
    return userError(
      "GITHUB_RUN_NOT_FOUND",
      `${dispatch.workflow} was started, but no run carries "${dispatch.correlation}" in its name`,
      `this server does not tell the run's id, so the name has to: add to ${dispatch.workflow}\n\nrun-name: Train \${{ inputs.run }}`,
    );
  }
  const reason = "message" in started.failure ? started.failure.message : "no answer";
  return remoteError(
    "GITHUB_DISPATCH_UNCONFIRMED",
    `GitHub's answer to the start of ${dispatch.workflow} was lost (${reason}), and no run named "${dispatch.correlation}" appeared within ${LOOK_WINDOW_MS / 60_000} minutes`,
    {
      hint: `look for "${dispatch.correlation}" on the repository's Actions page; when it is not there, run this job again. It was not sent twice, so that nothing trains twice`,
    },
  );
}

/** GitHub's refusal, with the YAML that cures an input which the workflow does not declare. */
function refused(dispatch: DispatchInput, failure: Failure): Error {
  const plain = explain("workflows.dispatch", `${dispatch.workflow} at ${dispatch.ref}`, failure);
  if (failure.kind !== "refused" || failure.status !== 422) return plain;
  const words = failure.message;
  if (/unexpected inputs|workflow_dispatch' trigger/i.test(words)) {
    const inputs = Object.keys(dispatch.inputs).map((name) => `      ${name}: { type: string }`);
    const yaml = ["on:", "  workflow_dispatch:", "    inputs:", ...inputs].join("\n");
    return userError("GITHUB_INVALID", plain.message, `declare these inputs in ${dispatch.workflow} on ${dispatch.ref}:\n\n${yaml}`);
  }
  if (/no ref found/i.test(words))
    return userError(
      "GITHUB_INVALID",
      plain.message,
      `"${dispatch.ref}" is neither a branch nor a tag: pass a branch that has ${dispatch.workflow}`,
    );
  return plain;
}
