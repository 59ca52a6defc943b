import { type Answer, type Call, type Handler, invalid, notFound, text } from "./answer.ts";
import type { Operation } from "./operations.ts";
import type { CommentState, IssueState, PullState } from "./state.ts";

/** GitHub refuses longer bodies of comments and issues. */
const MAX_BODY_CHARACTERS = 65_536;

const tooLong = (resource: string): Answer => invalid(resource, "body", `body is too long (maximum is ${MAX_BODY_CHARACTERS} characters)`);

/** The issue or pull request that a path names. */
export function issueOf(call: Pick<Call, "parameters" | "state">): IssueState | undefined {
  const number = Number(call.parameters["issue_number"] ?? call.parameters["pull_number"]);
  return call.state.issues.find((issue) => issue.number === number);
}

/** The comment that a path names. */
export function commentOf(call: Pick<Call, "parameters" | "state">): CommentState | undefined {
  return call.state.comments.find((comment) => comment.id === Number(call.parameters["comment_id"]));
}

function listIssues(call: Call): Answer {
  const wanted = call.query.get("state") ?? "open";
  const creator = call.query.get("creator");
  const ascending = call.query.get("direction") === "asc";
  const byUpdate = call.query.get("sort") === "updated";
  const time = (issue: IssueState): number => (byUpdate ? issue.updated : issue.created);
  const items = call.state.issues
    .filter((issue) => (wanted === "all" || issue.state === wanted) && (creator === null || issue.login === creator))
    .sort((a, b) => (ascending ? 1 : -1) * (time(a) - time(b) || a.number - b.number));
  return { status: 200, list: { items: items.map(call.documents.issue) } };
}

function createIssue(call: Call): Answer {
  if (text(call.body["body"]).length > MAX_BODY_CHARACTERS) return tooLong("Issue");
  const issue: IssueState = {
    id: call.state.nextId(),
    number: call.state.issues.reduce((highest, other) => Math.max(highest, other.number), 0) + 1,
    title: String(call.body["title"]),
    body: text(call.body["body"]),
    state: "open",
    labels: ((call.body["labels"] ?? []) as (string | { name: string })[]).map((label) => (typeof label === "string" ? label : label.name)),
    login: call.login,
    created: call.now,
    updated: call.now,
    closed: undefined,
  };
  call.state.issues.push(issue);
  return { status: 201, body: call.documents.issue(issue) };
}

function updateIssue(call: Call): Answer {
  const issue = issueOf(call);
  if (!issue) return notFound();
  const { title, body, state } = call.body;
  if (text(body).length > MAX_BODY_CHARACTERS) return tooLong("Issue");
  if (typeof title === "string") issue.title = title;
  if (typeof body === "string") issue.body = body;
  if (state === "open" || state === "closed") {
    issue.state = state;
    issue.closed = state === "closed" ? call.now : undefined;
  }
  issue.updated = call.now;
  return { status: 200, body: call.documents.issue(issue) };
}

function createComment(call: Call): Answer {
  const issue = issueOf(call);
  if (!issue) return notFound();
  const body = text(call.body["body"]);
  if (body.length > MAX_BODY_CHARACTERS) return tooLong("IssueComment");
  const comment: CommentState = {
    id: call.state.nextId(),
    issue: issue.number,
    body,
    login: call.login,
    created: call.now,
    updated: call.now,
    edits: 0,
  };
  call.state.comments.push(comment);
  return { status: 201, body: call.documents.comment(comment) };
}

function updateComment(call: Call): Answer {
  const comment = commentOf(call);
  if (!comment) return notFound();
  const body = text(call.body["body"]);
  if (body.length > MAX_BODY_CHARACTERS) return tooLong("IssueComment");
  comment.body = body;
  comment.updated = call.now;
  comment.edits++;
  return { status: 200, body: call.documents.comment(comment) };
}

function deleteComment(call: Call): Answer {
  const comment = commentOf(call);
  if (!comment) return notFound();
  call.state.comments.splice(call.state.comments.indexOf(comment), 1);
  return { status: 204 };
}

const one = <T>(found: T | undefined, write: (thing: T) => unknown): Answer => (found ? { status: 200, body: write(found) } : notFound());

/** Issues, comments and pull requests. */
export const issueHandlers = {
  "GET /repos/{owner}/{repo}/issues": listIssues,
  "POST /repos/{owner}/{repo}/issues": createIssue,
  "GET /repos/{owner}/{repo}/issues/{issue_number}": (call) => one(issueOf(call), call.documents.issue),
  "PATCH /repos/{owner}/{repo}/issues/{issue_number}": updateIssue,
  "GET /repos/{owner}/{repo}/issues/{issue_number}/comments": (call) => {
    const issue = issueOf(call);
    if (!issue) return notFound();
    return {
      status: 200,
      list: { items: call.state.comments.filter((comment) => comment.issue === issue.number).map(call.documents.comment) },
    };
  },
  "POST /repos/{owner}/{repo}/issues/{issue_number}/comments": createComment,
  "GET /repos/{owner}/{repo}/issues/comments/{comment_id}": (call) => one(commentOf(call), call.documents.comment),
  "PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}": updateComment,
  "DELETE /repos/{owner}/{repo}/issues/comments/{comment_id}": deleteComment,
  "GET /repos/{owner}/{repo}/pulls": (call) => {
    const wanted = call.query.get("state") ?? "open";
    const head = call.query.get("head");
    const isWanted = ({ headRepository, headRef }: PullState): boolean =>
      head === null || head === `${headRepository.split("/")[0]}:${headRef}`;
    const pulls = call.state.issues.filter(({ pull, state }) => pull && isWanted(pull) && (wanted === "all" || state === wanted));
    return { status: 200, list: { items: pulls.reverse().map(call.documents.pull) } };
  },
  "GET /repos/{owner}/{repo}/pulls/{pull_number}": (call) => {
    const issue = issueOf(call);
    return one(issue?.pull ? issue : undefined, call.documents.fullPull);
  },
  "GET /repos/{owner}/{repo}/commits/{commit_sha}/pulls": (call) => {
    // Of a commit that only a fork has GitHub knows no pull request.
    const own = `${call.state.owner}/${call.state.repo}`;
    const pulls = call.state.issues.filter(({ pull }) => pull?.headRepository === own && pull.headSha === call.parameters["commit_sha"]);
    return { status: 200, list: { items: pulls.map(call.documents.pull) } };
  },
} satisfies Partial<Record<Operation, Handler>>;
