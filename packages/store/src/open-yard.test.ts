import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { pathToFileURL } from "node:url";
import { hasCode, isUlid, type Log, seededRandom, silentLog, utf8 } from "@modelyard/base";
import { memoryStore } from "./memory-store.ts";
import { nodeHasher } from "./node-hasher.ts";
import { openYard } from "./open-yard.ts";
import { systemClock } from "./system-clock.ts";
import { systemRandom } from "./system-random.ts";
import { withProbe } from "./with-probe.ts";
import { parseYardLocation } from "./yard-location.ts";

const workspace = await mkdtemp(join(tmpdir(), "yard-"));
after(() => rm(workspace, { recursive: true, force: true }));

function open(location: string | undefined, more: { create?: boolean; ephemeral?: boolean; env?: Record<string, string>; log?: Log } = {}) {
  return openYard({
    location,
    env: more.env ?? {},
    workspace,
    hasher: nodeHasher,
    clock: systemClock,
    random: systemRandom,
    create: more.create,
    ephemeral: more.ephemeral,
    log: more.log,
  });
}

test("locations are parsed", () => {
  const cases: [string, unknown][] = [
    [".modelyard", { kind: "directory", path: "/w/.modelyard" }],
    ["../yard", { kind: "directory", path: "/yard" }],
    [" /data/yard/ ", { kind: "directory", path: "/data/yard" }],
    ["file:///data/my%20yard", { kind: "directory", path: "/data/my yard" }],
    ["file://localhost/data", { kind: "directory", path: "/data" }],
    ["s3://my-bucket", { kind: "s3", bucket: "my-bucket", prefix: "" }],
    ["s3://my-bucket/team/a/", { kind: "s3", bucket: "my-bucket", prefix: "team/a" }],
  ];
  for (const [text, expected] of cases) assert.deepEqual(parseYardLocation(text, "/w"), expected, text);
});

test("what is no yard is refused by name", () => {
  const bad = [
    "",
    "  ",
    "a\u0000b",
    "http://x/y",
    "gs://b/p",
    "gs:b",
    "file:rel",
    "file:/one",
    "file://host/share",
    "file:///a?b=1",
    "s3://",
    "s3:bucket",
    "s3://A_B/x",
    "s3://k:secret@bucket/x",
    "s3://bucket/../x",
    "s3://bucket/x?y",
    "s3://bucket/a//b",
  ];
  for (const text of bad)
    assert.throws(
      () => parseYardLocation(text, "/w"),
      (error) => hasCode(error, "YARD_URL_INVALID") && !String(error).includes("secret"),
      text,
    );
});

test("a yard is made once and keeps its id", async () => {
  await assert.rejects(open("a"), (error) => hasCode(error, "YARD_MISSING"));
  assert.deepEqual(await readdir(workspace), [], "looking for a yard leaves nothing");
  const made = await Promise.all(Array.from({ length: 8 }, () => open("a", { create: true })));
  assert.ok(isUlid(made[0]!.id));
  assert.equal(new Set(made.map((yard) => yard.id)).size, 1);
  const again = await open(pathToFileURL(join(workspace, "a")).href);
  assert.equal(again.id, made[0]!.id);
  const keys = [];
  for await (const { key } of again.store.list("")) keys.push(key);
  assert.deepEqual(keys, ["yard.json"], "the probe leaves nothing");
  await rm(join(workspace, "a"), { recursive: true });
});

test("the default yard is .modelyard in the workspace", async () => {
  const yard = await open(undefined, { create: true });
  assert.equal(yard.url, pathToFileURL(join(workspace, ".modelyard")).href);
});

test("a newer format is named with ours", async () => {
  await mkdir(join(workspace, "newer"));
  await writeFile(join(workspace, "newer", "yard.json"), '{"format":2,"id":"x"}');
  await assert.rejects(
    open("newer", { create: true }),
    (error) => hasCode(error, "FORMAT_TOO_NEW") && /format 2.*format 1/.test(String(error)),
  );
});

test("a directory on a hosted runner is refused unless ephemeral", async () => {
  const env = { RUNNER_ENVIRONMENT: "github-hosted" };
  await assert.rejects(open("hosted", { env, create: true }), (error) => hasCode(error, "YARD_WOULD_VANISH"));
  assert.ok(!(await readdir(workspace)).includes("hosted"));
  await open("hosted", { env, create: true, ephemeral: true });
});

test("a file, and a place below one, is no yard", async () => {
  await writeFile(join(workspace, "file"), "x");
  for (const location of ["file", "file/below"])
    await assert.rejects(open(location, { create: true }), (error) => hasCode(error, "YARD_NOT_DIRECTORY"), location);
});

test("a yard in the checkout of a job is warned of, one beside it is not", async () => {
  const env = { GITHUB_ACTIONS: "true" };
  const warnings: string[] = [];
  const log = { ...silentLog, warning: (text: string) => void warnings.push(text) };
  await open("inside", { env, create: true, log });
  assert.match(warnings.join(), /inside lies in the checkout/);
  await open("inside", { env, log, ephemeral: true });
  await open(pathToFileURL(`${workspace}-beside`).href, { env, log, create: true });
  await rm(`${workspace}-beside`, { recursive: true });
  assert.equal(warnings.length, 1);
});

test("a store that overwrites is refused before the first write", async () => {
  const inner = memoryStore();
  const overwriting = {
    ...inner,
    location: "overwriting",
    get: inner.get.bind(inner),
    delete: inner.delete.bind(inner),
    async putIfAbsent(key: string, body: Uint8Array) {
      await inner.delete(key);
      await inner.putIfAbsent(key, body);
      return { kind: "exists" } as const;
    },
  };
  const store = withProbe(overwriting as unknown as ReturnType<typeof memoryStore>, { clock: systemClock, random: seededRandom(1) });
  await assert.rejects(store.putIfAbsent("a", utf8("a")), (error) => hasCode(error, "STORE_NOT_ATOMIC"));
  assert.equal(await inner.get("a"), undefined);
});
