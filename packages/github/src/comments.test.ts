import assert from "node:assert/strict";
import { test } from "node:test";
import { randomInt, seededRandom } from "@modelyard/base";
import { fakeClock } from "@modelyard/testkit";
import { drive, startBench } from "./testing/against-fake.ts";

const MARKER = "<!-- modelyard:report:digits -->";
const SHA = "a".repeat(40);

test("the comment is created, updated, and left alone when nothing changed", async () => {
  await using bench = await startBench();
  const pull = bench.fake.addPull({ headSha: SHA });
  const github = bench.client();
  assert.equal((await github.upsertComment(pull, MARKER, "one")).kind, "created");
  const writes = () => bench.fake.exchanges.filter((exchange) => exchange.method !== "GET").length;
  const before = writes();
  const same = await github.upsertComment(pull, MARKER, "one\r\n");
  assert.deepEqual([same.kind, writes() - before], ["unchanged", 0]);
  assert.equal((await github.upsertComment(pull, MARKER, `${MARKER}\ntwo`)).kind, "updated");
  assert.deepEqual(
    bench.fake.state.comments.map((comment) => comment.body),
    [`${MARKER}\ntwo`],
  );
  assert.match(same.url, /#issuecomment-/);
});

test("it is found on a later page, and comments of others that carry the marker are never touched", async () => {
  await using bench = await startBench();
  const pull = bench.fake.addPull({ headSha: SHA });
  const forged = bench.fake.addComment(pull, `${MARKER}\nforged`, "mallory");
  for (let i = 0; i < 250; i++) bench.fake.addComment(pull, `chatter ${i}`, "mona");
  bench.fake.addComment(pull, `quoting ${MARKER}`, "github-actions[bot]");
  const ours = bench.fake.addComment(pull, `${MARKER}\nold`, "github-actions[bot]");
  assert.equal((await bench.client().upsertComment(pull, MARKER, "new")).kind, "updated");
  assert.deepEqual(
    [forged.body, forged.edits, ours.body, bench.fake.state.comments.length],
    [`${MARKER}\nforged`, 0, `${MARKER}\nnew`, 253],
  );
});

test("an older writer leaves the newer content", async () => {
  await using bench = await startBench();
  const pull = bench.fake.addPull({ headSha: SHA });
  const github = bench.client();
  await github.upsertComment(pull, MARKER, "newer", 7);
  assert.equal((await github.upsertComment(pull, MARKER, "older", 6)).kind, "unchanged");
  assert.match(bench.fake.state.comments[0]!.body, /newer$/);
});

test("duplicates that crashed jobs left are removed without losing the newest content", async () => {
  await using bench = await startBench();
  const pull = bench.fake.addPull({ headSha: SHA });
  for (const order of [3, 9])
    bench.fake.addComment(pull, `${MARKER}\n<!-- modelyard:order=${order} -->\ncontent ${order}`, "github-actions[bot]");
  await bench.client().upsertComment(pull, MARKER, "content 5", 5);
  assert.deepEqual(
    bench.fake.state.comments.map((comment) => comment.body.split("\n").at(-1)),
    ["content 9"],
  );
});

test("the token's own login is asked for where it may be", async () => {
  await using bench = await startBench({ tokens: { ghp_mona: { permissions: { "pull-requests": "write" }, login: "mona" } } });
  const pull = bench.fake.addPull({ headSha: SHA });
  bench.fake.addComment(pull, `${MARKER}\nthe bot's`, "github-actions[bot]");
  await bench.client({ token: "ghp_mona" }).upsertComment(pull, MARKER, "mona's");
  await bench.client({ token: "ghp_mona" }).upsertComment(pull, MARKER, "mona's again");
  assert.deepEqual(
    bench.fake.state.comments.map((comment) => comment.body.split("\n")[1]),
    ["the bot's", "mona's again"],
  );
});

test("a lost reply makes no second comment", async () => {
  for (const kind of ["lost-reply", "truncated", "reset"] as const) {
    await using bench = await startBench();
    const pull = bench.fake.addPull({ headSha: SHA });
    bench.fake.fail({ operation: "POST /repos/{owner}/{repo}/issues/{issue_number}/comments", fault: { kind } });
    bench.fake.fail({
      operation: "POST /repos/{owner}/{repo}/issues/{issue_number}/comments",
      fault: { kind: "late-status", status: 502 },
    });
    await bench.client().upsertComment(pull, MARKER, "x");
    assert.equal(bench.fake.state.comments.length, 1, kind);
  }
});

test("a body past GitHub's limit is cut, marker kept, no pair of surrogates split", async () => {
  await using bench = await startBench();
  const pull = bench.fake.addPull({ headSha: SHA });
  await bench.client().upsertComment(pull, MARKER, "😀".repeat(60_000), 1);
  const { body } = bench.fake.state.comments[0]!;
  assert.ok(body.length <= 65_536 && body.length > 65_000 && body.isWellFormed() && body.startsWith(MARKER));
  assert.equal((await bench.client().upsertComment(pull, MARKER, "😀".repeat(60_000), 1)).kind, "unchanged");
});

const ROUNDS = Number(process.env["MODELYARD_G2_ROUNDS"] ?? 100);
const JOBS = Number(process.env["MODELYARD_G2_JOBS"] ?? 50);
/** In one round of 20 the pull request has 500 other comments (in every one in the release suite), in the others 120. */
const CROWDED_EVERY = Number(process.env["MODELYARD_TEST_SCALE"] ?? 1) > 1 ? 1 : 20;

test(`G2: ${JOBS} concurrent jobs, ${ROUNDS} rounds: one comment, and the newest commit's content wins`, async () => {
  for (let round = 0; round < ROUNDS; round++) {
    const random = seededRandom(round);
    const clock = fakeClock();
    await using bench = await startBench({ clock, latencyMs: () => 20 * randomInt(random, 12) });
    const pull = bench.fake.addPull({ headSha: SHA });
    const others = Array.from({ length: round % CROWDED_EVERY === 0 ? 500 : 120 }, (_, i) =>
      bench.fake.addComment(pull, i % 40 === 0 ? `${MARKER}\nnot ours` : `chatter ${i}`, i % 80 === 0 ? "mallory" : "mona"),
    );
    const before = others.map((comment) => comment.body);
    if (round % 2 === 1) bench.fake.addComment(pull, `${MARKER}\nfrom before`, "github-actions[bot]");
    const jobs = Array.from({ length: JOBS }, async (_, order) => {
      await clock.sleep(randomInt(random, 3_000));
      await bench.client().upsertComment(pull, MARKER, `commit ${order}`, order);
    });
    await drive(bench, clock, Promise.all(jobs));
    const isOurs = (comment: { login: string }): boolean => comment.login === "github-actions[bot]";
    assert.deepEqual(
      bench.fake.state.comments.filter(isOurs).map((comment) => comment.body.split("\n").at(-1)),
      [`commit ${JOBS - 1}`],
      `seed ${round}`,
    );
    const left = bench.fake.state.comments.filter((comment) => !isOurs(comment));
    assert.deepEqual([left.length, left.map((comment) => comment.body)], [others.length, before], `seed ${round}: comments of others`);
    assert.ok(
      left.every((comment) => comment.edits === 0),
      `seed ${round}: a comment of another user was edited`,
    );
  }
});
