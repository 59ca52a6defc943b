import assert from "node:assert/strict";
import { mkdir, readdir, rm, stat, symlink, writeFile } from "node:fs/promises";
import { test } from "node:test";
import { hasCode, seededRandom } from "@modelyard/base";
import { blobKey, memoryStore, memoryYard, nodeHasher } from "@modelyard/store";
import { type Fault, faultAt, faultyStore } from "@modelyard/store/testing/faulty-store";
import { temporaryDirectory } from "@modelyard/testkit";
import { csv, pull, push, readTree, writeTree } from "./testing/fixtures.ts";

const FILES = { "a.txt": "1", "b/c.png": "22", "b/d/e.png": "333", "b/d/f.jpg": "4444", "same.txt": "1", empty: "" };

async function pushed(files: Record<string, string | Uint8Array>, more: Parameters<typeof push>[2] = {}) {
  const directory = await temporaryDirectory();
  await writeTree(directory.at("in"), files);
  const store = memoryStore();
  const yard = memoryYard({ store });
  const { record } = await push(yard, directory.at("in"), more);
  return { directory, store, yard, record, [Symbol.asyncDispose]: () => directory.remove() };
}

test("a version comes back as it was pushed, into a directory that is made, and a second pull fetches nothing", async () => {
  await using at = await pushed(FILES);
  const target = at.directory.at("deep/out");
  const first = await pull(at.yard, at.record, target);
  assert.deepEqual(await readTree(target), FILES);
  assert.deepEqual([first.files, first.bytes, first.bytesFetched, first.digest], [6, 11, 11, at.record.digest]);
  const second = await pull(at.yard, at.record, target);
  assert.deepEqual([second.files, second.bytes, second.bytesFetched, second.filesKept], [6, 11, 0, 6]);
  await writeFile(`${target}/b/c.png`, "xx");
  await rm(`${target}/a.txt`);
  const third = await pull(at.yard, at.record, target);
  assert.deepEqual([third.bytesFetched, third.filesKept], [3, 4]);
  assert.deepEqual(await readTree(target), FILES);
});

test("one path, a directory or a glob", async () => {
  await using at = await pushed(FILES);
  for (const [only, expected] of [
    ["b/c.png", ["b/c.png"]],
    ["b", ["b/c.png", "b/d/e.png", "b/d/f.jpg"]],
    ["**/*.png", ["b/c.png", "b/d/e.png"]],
    ["./a.txt", ["a.txt"]],
  ] as const) {
    const target = at.directory.at(`out-${only.replaceAll(/\W/g, "-")}`);
    await pull(at.yard, at.record, target, { only });
    assert.deepEqual(Object.keys(await readTree(target)), expected);
  }
  await assert.rejects(pull(at.yard, at.record, at.directory.at("none"), { only: "nope/*" }), (error) =>
    hasCode(error, "DATASET_PATH_MISSING"),
  );
  assert.equal((await readdir(at.directory.path)).includes("none"), false);
});

test("the splits of files part the files", async () => {
  const files = Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`f${i}`, `content ${i}`]));
  await using at = await pushed(files);
  const parts: string[] = [];
  for (const split of ["train", "validation", "test"] as const) {
    const result = await pull(at.yard, at.record, at.directory.at(split), { split });
    assert.equal(result.files, at.record.examples[split]);
    parts.push(...Object.keys(await readTree(at.directory.at(split))));
  }
  assert.deepEqual(parts.sort(), Object.keys(files).sort());
});

for (const [what, text] of [
  ["line feeds", csv(200)],
  ["CRLF and a byte order mark", `\ufeff${csv(200).replaceAll("\n", "\r\n")}`],
  ["no end of the last row", csv(200).trimEnd()],
  ["quotes", `id,text\n${Array.from({ length: 200 }, (_, i) => `${i},"a ""${i}""\nb"`).join("\n")}\n`],
] as const) {
  test(`the splits of a table have its header and part its rows: ${what}`, async () => {
    await using at = await pushed({ "t.csv": text, "README.md": "hi" });
    const header = `${text.split("\n")[0]}\n`;
    let rows = "";
    for (const split of ["train", "validation", "test"] as const) {
      const result = await pull(at.yard, at.record, at.directory.at(split), { split });
      const tree = await readTree(at.directory.at(split));
      assert.equal(tree["README.md"], "hi");
      assert.ok(tree["t.csv"]!.startsWith(header));
      rows += `${tree["t.csv"]!.slice(header.length)}\n`;
      assert.equal(result.bytes, Buffer.byteLength(tree["t.csv"]!) + 2);
    }
    const sorted = (body: string): string =>
      [...body.matchAll(/[^"\n]*(?:"(?:[^"]|"")*")?[^"\n]*/g)]
        .map(([row]) => row.trim())
        .filter(Boolean)
        .sort()
        .join("|");
    assert.equal(sorted(rows), sorted(text.slice(header.length)));
  });
}

test("a table's split that is there already stays untouched", async () => {
  await using at = await pushed({ "t.csv": csv(100) });
  const target = at.directory.at("out");
  await pull(at.yard, at.record, target, { split: "test" });
  const before = await stat(`${target}/t.csv`);
  const again = await pull(at.yard, at.record, target, { split: "test" });
  assert.equal(again.filesKept, 1);
  const after = await stat(`${target}/t.csv`);
  assert.deepEqual([after.ino, after.mtimeMs], [before.ino, before.mtimeMs]);
  assert.deepEqual(await readdir(target), ["t.csv"]);
  assert.equal((await pull(at.yard, at.record, target, { split: "train" })).filesKept, 0);
});

test("an empty split of a table is its header", async () => {
  await using at = await pushed({ "t.csv": csv(1) });
  const empty = (["train", "validation", "test"] as const).find((split) => at.record.examples[split] === 0)!;
  await pull(at.yard, at.record, at.directory.at("out"), { split: empty });
  assert.deepEqual(await readTree(at.directory.at("out")), { "t.csv": "id,value,label\n" });
});

test("files of others stay unless `clean`, which never follows a link and refuses a repository", async () => {
  await using at = await pushed(FILES);
  const target = at.directory.at("out");
  await writeTree(at.directory.at("outside"), { keep: "me" });
  await writeTree(target, { mine: "1", "b/mine": "2", "z/y/mine": "3" });
  await symlink("../outside", `${target}/link`);
  await pull(at.yard, at.record, target);
  assert.equal((await readTree(target))["b/mine"], "2");
  const cleaned = await pull(at.yard, at.record, target, { clean: true });
  assert.equal(cleaned.removed, 4);
  assert.deepEqual(await readTree(target), FILES);
  assert.deepEqual(await readTree(at.directory.at("outside")), { keep: "me" });
  await mkdir(`${target}/.git`);
  await assert.rejects(pull(at.yard, at.record, target, { clean: true }), (error) => hasCode(error, "PULL_CLEAN_REFUSED"));
});

test("`clean` is refused where it would take what is no dataset, and then nothing is written", async () => {
  await using at = await pushed(FILES);
  const home = at.directory.at("home");
  await writeTree(home, { "work/code.ts": "1", "notes.txt": "2", "mixed/mine": "3" });
  await symlink("home", at.directory.at("link"));
  const before = await readTree(home);
  const refused = (error: unknown): boolean => hasCode(error, "PULL_CLEAN_REFUSED");
  for (const target of [home, at.directory.at("link"), `${home}/work/..`, `${home}/work`])
    await assert.rejects(pull(at.yard, at.record, target, { clean: true, protect: [`${home}/work`, "/nowhere"] }), refused, target);
  await assert.rejects(
    pull(at.yard, at.record, `${home}/mixed`, { clean: true, dryRun: true }),
    refused,
    "files, and none of this dataset",
  );
  assert.deepEqual(await readTree(home), before);
  assert.equal((await pull(at.yard, at.record, `${home}/new`, { clean: true, protect: [home] })).removed, 0);
  await writeTree(`${home}/new`, { old: "1" });
  assert.equal((await pull(at.yard, at.record, `${home}/new`, { clean: true, protect: [home] })).removed, 1);
});

test("`clean` takes a directory of another split or version for the dataset's own", async () => {
  await using at = await pushed(Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`f${i}`, `${i}`])));
  const target = at.directory.at("out");
  const train = await pull(at.yard, at.record, target, { split: "train" });
  assert.equal((await pull(at.yard, at.record, target, { split: "test", clean: true })).removed, train.files);
  await writeTree(at.directory.at("next"), { g: "1" });
  const next = await push(at.yard, at.directory.at("next"));
  await pull(at.yard, next.record, target, { clean: true });
  assert.deepEqual(await readTree(target), { g: "1" });
});

test("a dry run writes nothing", async () => {
  await using at = await pushed(FILES);
  const result = await pull(at.yard, at.record, at.directory.at("out"), { dryRun: true });
  assert.deepEqual([result.files, result.bytes, result.bytesFetched], [6, 11, 0]);
  assert.deepEqual(await readdir(at.directory.path), ["in"]);
});

test("a damaged or missing blob is named, and nothing of the pull is left", async () => {
  await using at = await pushed(FILES);
  for (const fault of ["wrong-bytes", undefined] as const) {
    if (fault === undefined) await at.store.delete(blobKey(nodeHasher.sha256("333")));
    const store = fault === undefined ? at.store : faultyStore(at.store, (call) => (call.method === "read" ? fault : undefined));
    await assert.rejects(
      pull(memoryYard({ store }), at.record, at.directory.at("out")),
      (error) => hasCode(error, "BLOB_CORRUPT") || hasCode(error, "BLOB_MISSING"),
    );
    assert.deepEqual(await readdir(at.directory.path), ["in"]);
  }
});

test("D8: a pull that dies at any store call leaves the target as it was; the next one fetches only what is missing", async (t) => {
  const files = Object.fromEntries(Array.from({ length: 14 }, (_, i) => [`d${i % 3}/f${i}`, `content ${i}`.repeat(50)]));
  await using at = await pushed(files);
  const old = { "d0/f0": "old", other: "stays" };
  let cases = 0;
  const faults: readonly Fault[] = ["crash-before", "crash-after", "crash-half", "cut"];
  for (const fault of faults) {
    for (let index = 0; ; index++) {
      const target = at.directory.at("out");
      await writeTree(target, old);
      const faulty = faultyStore(at.store, faultAt(index, fault));
      const died = await pull(memoryYard({ store: faulty }), at.record, target).then(
        () => false,
        () => true,
      );
      let staged = 0;
      if (died) {
        cases++;
        const { ".modelyard-pull": _, ...tree } = await readTree(target);
        const visible = Object.fromEntries(Object.entries(tree).filter(([path]) => !path.startsWith(".modelyard-pull")));
        assert.deepEqual(visible, old);
        staged = Object.keys(tree).filter((path) => path.startsWith(".modelyard-pull/") && !path.endsWith(".part")).length;
      }
      const result = await pull(at.yard, at.record, target);
      assert.deepEqual(await readTree(target), { ...old, ...files });
      if (died) assert.equal(result.filesKept, 0);
      const reads = Object.keys(files).length - (died ? staged : Object.keys(files).length);
      assert.equal(Math.round(result.bytesFetched / (at.record.bytes / 14)), reads, `${fault} at ${index}`);
      await rm(target, { recursive: true });
      if (index >= faulty.calls.length) break;
    }
  }
  t.diagnostic(`${cases} deaths`);
  assert.ok(cases >= 56, `${cases}`);
});

test("two pulls into one directory at once end with the whole version", async () => {
  const files = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`d${i % 3}/f${i}`, `content ${i}`]));
  await using at = await pushed(files);
  const random = seededRandom(3);
  for (let round = 0; round < 10; round++) {
    const target = at.directory.at(`out${round}`);
    const delayed = async (): Promise<unknown> => {
      await new Promise((resolve) => setTimeout(resolve, random.next() * 5));
      return pull(at.yard, at.record, target);
    };
    const outcomes = await Promise.allSettled([delayed(), delayed()]);
    assert.ok(
      outcomes.some((outcome) => outcome.status === "fulfilled"),
      `${outcomes.map((outcome) => outcome.status === "rejected" && outcome.reason)}`,
    );
    await pull(at.yard, at.record, target);
    assert.deepEqual(await readTree(target), files);
  }
});
