import { hasCode, remoteError } from "@modelyard/base";
import type { Client } from "./client.ts";
import { explain } from "./explain.ts";
import { PAGE_SIZE } from "./pages.ts";
import type { GitHub } from "./port.ts";
import { readSticky, type StickyBody, writeSticky } from "./sticky-body.ts";

interface Comment {
  readonly id: number;
  readonly url: string;
  readonly body: string;
}

interface Wanted {
  readonly issue: number;
  readonly marker: string;
  readonly text: string;
  readonly body: StickyBody;
}

/** After a reply was lost, before the list is asked whether the comment is there. */
const LOST_REPLY_WAIT_MS = 2_000;
/** Rounds of look, write, look again; each is lost only to another writer. */
const MAX_ROUNDS = 12;
/** `upsertComment` of the port. GitHub has no conditional write: each writer looks again after its write, and the greatest order stays. */
export function commentPart(client: Client): Pick<GitHub, "upsertComment"> {
  return {
    async upsertComment(issue, marker, body, order) {
      const text = writeSticky(marker, { order, content: body });
      const wanted: Wanted = { issue, marker, text, body: readSticky(marker, text)! };
      return converge(client, wanted);
    },
  };
}

async function converge(client: Client, wanted: Wanted): ReturnType<GitHub["upsertComment"]> {
  let kind: "created" | "updated" | "unchanged" = "unchanged";
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const mine = await listMine(client, wanted);
    const kept = mine[0];
    if (!kept) {
      if (await create(client, wanted)) kind = "created";
      continue;
    }
    const newest = newestOf(mine, wanted);
    const outcome = await settle(client, newest, kept);
    if (outcome === "gone") continue;
    await removeDuplicates(client, wanted, mine.slice(1));
    if (newest !== wanted) return { kind, url: kept.url };
    if (outcome === "written" && kind === "unchanged") kind = "updated";
    return { kind, url: kept.url };
  }
  throw remoteError("GITHUB_CONFLICT", `the comment on #${wanted.issue} was changed by others ${MAX_ROUNDS} times while it was written`, {
    hint: "give the workflow a `concurrency:` group per pull request",
    retryable: true,
  });
}

/** Our comments, oldest first, from all pages. Comments of others are never ours, whatever they carry. */
async function listMine(client: Client, wanted: Wanted): Promise<Comment[]> {
  const login = await client.login();
  const found: Comment[] = [];
  const first = () => client.octokit.rest.issues.listComments({ ...client.repository, issue_number: wanted.issue, per_page: PAGE_SIZE });
  for await (const page of client.pages("comments.list", { target: `#${wanted.issue}` }, first)) {
    for (const comment of page) {
      const isMine = comment.user?.login === login && readSticky(wanted.marker, comment.body ?? "") !== undefined;
      if (isMine) found.push({ id: comment.id, url: comment.html_url, body: comment.body ?? "" });
    }
  }
  return found.sort((a, b) => a.id - b.id);
}

/** What the one comment must say: ours, or the content of a duplicate that is newer, so that removing the duplicate loses nothing. */
function newestOf(mine: readonly Comment[], wanted: Wanted): Wanted {
  let newest = wanted;
  for (const comment of mine.slice(1)) {
    const body = readSticky(wanted.marker, comment.body)!;
    if ((body.order ?? -1) > (newest.body.order ?? Number.POSITIVE_INFINITY)) newest = { ...wanted, text: comment.body, body };
  }
  return newest;
}

/** True when the comment may be there now: the next round's list shows it. */
async function create(client: Client, wanted: Wanted): Promise<boolean> {
  const call = { target: `#${wanted.issue}` };
  const end = await client.writeOnce("comments.create", call, () =>
    client.octokit.rest.issues.createComment({ ...client.repository, issue_number: wanted.issue, body: wanted.text }),
  );
  if (end.kind === "failed" && end.failure.kind !== "transient") throw explain("comments.create", call.target, end.failure);
  if (end.kind === "done") {
    await client.adoptLogin(end.reply.data.user?.login);
    return true;
  }
  await client.clock.sleep(LOST_REPLY_WAIT_MS);
  return end.failure.kind === "transient" && !end.failure.isUnsent;
}

/** Other writers made them at the same time: the oldest stays. */
async function removeDuplicates(client: Client, wanted: Wanted, duplicates: readonly Comment[]): Promise<void> {
  for (const duplicate of duplicates) {
    await ignoringGone(
      client.write(
        "comments.delete",
        { target: `#${wanted.issue}` },
        () => client.octokit.rest.issues.deleteComment({ ...client.repository, comment_id: duplicate.id }),
        // Deleting twice ends in 404, which counts as done.
        async () => undefined,
      ),
    );
  }
}

/** Writes until a later look shows our content or a newer one. */
async function settle(client: Client, wanted: Wanted, listed: Comment): Promise<"written" | "kept" | "gone"> {
  let seen: string | undefined = listed.body;
  let isWritten = false;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const current = seen === undefined ? undefined : readSticky(wanted.marker, seen);
    if (!current) return "gone";
    if (isDone(current, wanted.body)) return isWritten ? "written" : "kept";
    const reread: string | undefined = wanted.body.order === undefined ? seen : await readBody(client, wanted, listed.id);
    if (reread !== seen) {
      seen = reread;
      continue;
    }
    const update = client.write(
      "comments.update",
      { target: `#${wanted.issue}` },
      () => client.octokit.rest.issues.updateComment({ ...client.repository, comment_id: listed.id, body: wanted.text }),
      // The same content once more does no harm.
      async () => undefined,
    );
    if ((await ignoringGone(update)) === undefined) return "gone";
    isWritten = true;
    if (wanted.body.order === undefined) return "written";
    await client.clock.sleep(client.settleMs);
    seen = await readBody(client, wanted, listed.id);
  }
  return "written";
}

function isDone(current: StickyBody, wanted: StickyBody): boolean {
  const isNewer = (current.order ?? -1) > (wanted.order ?? Number.POSITIVE_INFINITY);
  const isOlder = (current.order ?? -1) < (wanted.order ?? -1);
  return isNewer || (!isOlder && current.content === wanted.content);
}

async function readBody(client: Client, wanted: Wanted, id: number): Promise<string | undefined> {
  const reply = await ignoringGone(
    client.read("comments.get", { target: `#${wanted.issue}` }, () =>
      client.octokit.rest.issues.getComment({ ...client.repository, comment_id: id }),
    ),
  );
  return reply?.data.body;
}

/** Undefined when the comment is no more. */
async function ignoringGone<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (hasCode(error, "GITHUB_NOT_FOUND") || hasCode(error, "GITHUB_GONE")) return undefined;
    throw error;
  }
}
