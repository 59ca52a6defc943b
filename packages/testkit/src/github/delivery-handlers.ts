import { type Answer, type Call, type Handler, newestFirst, notFound, text } from "./answer.ts";
import type { Operation } from "./operations.ts";
import type { CheckState, DeploymentState } from "./state.ts";

function writeCheck(check: CheckState, call: Call): void {
  const { name, status, conclusion, external_id, details_url, output } = call.body;
  if (typeof name === "string") check.name = name;
  if (typeof status === "string") check.status = status;
  if (typeof external_id === "string") check.externalId = external_id;
  if (typeof details_url === "string") check.detailsUrl = details_url;
  if (typeof conclusion === "string") {
    check.conclusion = conclusion;
    check.status = "completed";
    check.completed = call.now;
  }
  if (typeof output === "object" && output !== null) {
    const { title, summary, text: more } = output as Record<string, unknown>;
    check.title = typeof title === "string" ? title : check.title;
    check.summary = typeof summary === "string" ? summary : check.summary;
    check.text = typeof more === "string" ? more : check.text;
  }
}

function createCheck(call: Call): Answer {
  const check: CheckState = {
    id: call.state.nextId(),
    headSha: String(call.body["head_sha"]),
    name: "",
    status: "queued",
    conclusion: null,
    externalId: "",
    detailsUrl: null,
    started: call.now,
    completed: null,
    title: null,
    summary: null,
    text: null,
  };
  writeCheck(check, call);
  call.state.checks.push(check);
  return { status: 201, body: call.documents.check(check) };
}

function updateCheck(call: Call): Answer {
  const check = call.state.checks.find((one) => one.id === Number(call.parameters["check_run_id"]));
  if (!check) return notFound();
  writeCheck(check, call);
  return { status: 200, body: call.documents.check(check) };
}

function listChecks(call: Call): Answer {
  const ref = call.parameters["ref"]!;
  const sha = call.state.refs.get(ref) ?? ref;
  const name = call.query.get("check_name");
  const items = newestFirst(call.state.checks).filter((check) => check.headSha === sha && (name === null || check.name === name));
  return {
    status: 200,
    list: { items: items.map(call.documents.check), wrap: (page, total) => ({ total_count: total, check_runs: page }) },
  };
}

function createDeployment(call: Call): Answer {
  const ref = String(call.body["ref"]);
  const sha = call.state.refs.get(ref) ?? (/^[0-9a-f]{40}$/.test(ref) ? ref : undefined);
  if (sha === undefined)
    return { status: 422, body: { message: `No ref found for: ${ref}`, documentation_url: "https://docs.github.com/rest", status: "422" } };
  const deployment: DeploymentState = {
    id: call.state.nextId(),
    ref,
    sha,
    task: text(call.body["task"]) || "deploy",
    environment: text(call.body["environment"]) || "production",
    description: text(call.body["description"]),
    payload: call.body["payload"] ?? "",
    production: call.body["production_environment"] === true,
    transient: call.body["transient_environment"] === true,
    login: call.login,
    created: call.now,
    statuses: [],
  };
  call.state.deployments.push(deployment);
  return { status: 201, body: call.documents.deployment(deployment) };
}

function deploymentOf(call: Call): DeploymentState | undefined {
  return call.state.deployments.find((one) => one.id === Number(call.parameters["deployment_id"]));
}

function createStatus(call: Call): Answer {
  const deployment = deploymentOf(call);
  if (!deployment) return notFound();
  const add = (to: DeploymentState, state: string, description: string): void => {
    to.statuses.push({
      id: call.state.nextId(),
      state,
      description,
      environmentUrl: text(call.body["environment_url"]),
      logUrl: text(call.body["log_url"]),
      login: call.login,
      created: call.now,
    });
  };
  add(deployment, String(call.body["state"]), text(call.body["description"]));
  if (call.body["state"] === "success" && call.body["auto_inactive"] !== false) {
    // GitHub makes the older deployments of the environment inactive, but for transient and production ones.
    for (const older of call.state.deployments) {
      const superseded = older.id < deployment.id && older.environment === deployment.environment && !older.transient && !older.production;
      if (superseded && older.statuses.at(-1)?.state === "success") add(older, "inactive", "");
    }
  }
  return { status: 201, body: call.documents.deploymentStatus(deployment, deployment.statuses.at(-1)!) };
}

/** Checks, deployments, the repository and the user. */
export const deliveryHandlers = {
  "GET /user": (call) => ({
    status: 200,
    body: {
      ...call.documents.user(call.login),
      ...Object.fromEntries("bio blog company email hireable location name".split(" ").map((name) => [name, null])),
      ...Object.fromEntries("followers following public_gists public_repos".split(" ").map((name) => [name, 0])),
      created_at: "2020-01-01T00:00:00Z",
      updated_at: "2020-01-01T00:00:00Z",
    },
  }),
  "GET /repos/{owner}/{repo}": (call) => ({ status: 200, body: call.documents.fullRepository() }),
  "POST /repos/{owner}/{repo}/check-runs": createCheck,
  "PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}": updateCheck,
  "GET /repos/{owner}/{repo}/commits/{ref}/check-runs": listChecks,
  "POST /repos/{owner}/{repo}/deployments": createDeployment,
  "GET /repos/{owner}/{repo}/deployments": (call) => {
    const { query } = call;
    const items = newestFirst(call.state.deployments).filter((one) =>
      ["sha", "ref", "task", "environment"].every((key) => !query.has(key) || query.get(key) === one[key as "sha"]),
    );
    return { status: 200, list: { items: items.map(call.documents.deployment) } };
  },
  "POST /repos/{owner}/{repo}/deployments/{deployment_id}/statuses": createStatus,
  "GET /repos/{owner}/{repo}/deployments/{deployment_id}/statuses": (call) => {
    const deployment = deploymentOf(call);
    if (!deployment) return notFound();
    return {
      status: 200,
      list: { items: newestFirst(deployment.statuses).map((status) => call.documents.deploymentStatus(deployment, status)) },
    };
  },
} satisfies Partial<Record<Operation, Handler>>;
