import { type Answer, type Call, type Handler, newestFirst, notFound, refusal, text } from "./answer.ts";
import type { Operation } from "./operations.ts";
import type { RunState, WorkflowState } from "./state.ts";

function workflowOf(call: Call): WorkflowState | undefined {
  const wanted = call.parameters["workflow_id"];
  return call.state.workflows.find((workflow) => String(workflow.id) === wanted || workflow.path.endsWith(`/${wanted}`));
}

function runOf(call: Call): RunState | undefined {
  return call.state.runs.find((run) => run.id === Number(call.parameters["run_id"]));
}

function dispatch(call: Call): Answer {
  const wantsDetails = "return_run_details" in call.body;
  if (wantsDetails && call.runs.older === "refuses-details")
    return refusal(422, 'Invalid request.\n\n"return_run_details" is not a permitted key.');
  const outcome = call.runs.dispatch({
    workflow: call.parameters["workflow_id"]!,
    ref: text(call.body["ref"]),
    inputs: (call.body["inputs"] ?? {}) as Readonly<Record<string, unknown>>,
    login: call.login,
  });
  if (outcome.kind === "refused") return refusal(outcome.status, outcome.message);
  if (call.body["return_run_details"] !== true || call.runs.older) return { status: 204 };
  const { api, html } = call.documents;
  return {
    status: 200,
    body: { workflow_run_id: outcome.id, run_url: `${api}/actions/runs/${outcome.id}`, html_url: `${html}/actions/runs/${outcome.id}` },
  };
}

/** `>=2026-01-01T00:00:00Z`, `a..b` or a date, as GitHub's search takes them. */
function createdFilter(query: string | null): (ms: number) => boolean {
  if (query === null) return () => true;
  const from = /^>=?(.+)$/.exec(query)?.[1] ?? /^(.+)\.\.(.+)$/.exec(query)?.[1] ?? query;
  const to = /^(.+)\.\.(.+)$/.exec(query)?.[2];
  return (ms) => Math.floor(ms / 1000) * 1000 >= Date.parse(from) && (to === undefined || ms <= Date.parse(to));
}

function listRuns(call: Call): Answer {
  const workflow = workflowOf(call);
  if (!workflow) return notFound();
  const { query } = call;
  const isWanted = createdFilter(query.get("created"));
  const items = newestFirst(call.state.runs).filter(
    (run) =>
      run.workflow.id === workflow.id &&
      call.now >= run.listedFrom &&
      isWanted(run.created) &&
      (query.get("event") ?? run.event.name) === run.event.name &&
      (query.get("branch") ?? run.ref) === run.ref &&
      (!query.has("status") || query.get("status") === run.status || query.get("status") === run.conclusion),
  );
  return {
    status: 200,
    list: { items: items.map(call.documents.run), wrap: (page, total) => ({ total_count: total, workflow_runs: page }) },
  };
}

/** Workflows, runs, jobs and runners. */
export const actionHandlers = {
  "GET /repos/{owner}/{repo}/actions/workflows": (call) => ({
    status: 200,
    list: { items: call.state.workflows.map(call.documents.workflow), wrap: (page, total) => ({ total_count: total, workflows: page }) },
  }),
  "GET /repos/{owner}/{repo}/actions/workflows/{workflow_id}": (call) => {
    const workflow = workflowOf(call);
    return workflow ? { status: 200, body: call.documents.workflow(workflow) } : notFound();
  },
  "POST /repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches": dispatch,
  "GET /repos/{owner}/{repo}/actions/workflows/{workflow_id}/runs": listRuns,
  "GET /repos/{owner}/{repo}/actions/runs/{run_id}": (call) => {
    const run = runOf(call);
    return run ? { status: 200, body: call.documents.run(run) } : notFound();
  },
  "GET /repos/{owner}/{repo}/actions/runs/{run_id}/jobs": (call) => {
    const run = runOf(call);
    if (!run) return notFound();
    return {
      status: 200,
      list: { items: run.jobs.map((job) => call.documents.job(run, job)), wrap: (page, total) => ({ total_count: total, jobs: page }) },
    };
  },
  "POST /repos/{owner}/{repo}/actions/runs/{run_id}/cancel": (call) => {
    const run = runOf(call);
    if (!run) return notFound();
    return call.runs.cancel(run.id) ? { status: 202, body: {} } : refusal(409, "Cannot cancel a workflow run that is completed.");
  },
  "GET /repos/{owner}/{repo}/actions/runners": (call) => ({
    status: 200,
    list: {
      items: call.state.runners.filter((runner) => !runner.hosted).map(call.documents.runner),
      wrap: (page, total) => ({ total_count: total, runners: page }),
    },
  }),
} satisfies Partial<Record<Operation, Handler>>;
