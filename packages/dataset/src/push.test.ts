import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { appendFile, mkdir, symlink, writeFile } from "node:fs/promises";
import { test } from "node:test";
import { hasCode, isModelyardError, silentLog } from "@modelyard/base";
import { makeSplitRule } from "@modelyard/content";
import { type BlobStore, blobKey, memoryStore, memoryYard, nodeHasher } from "@modelyard/store";
import { runProcess, temporaryDirectory } from "@modelyard/testkit";
import { diffDatasets, readProfile } from "./diff.ts";
import { readExamples } from "./examples.ts";
import { newExamplesSince } from "./new-examples.ts";
import { csv, push, writeTree } from "./testing/fixtures.ts";
import { verifyDataset } from "./verify.ts";
import { resolveDatasetVersion } from "./versions.ts";

async function keys(store: BlobStore): Promise<string[]> {
  const found: string[] = [];
  for await (const { key } of store.list("")) found.push(key);
  return found;
}

test("a directory of files becomes a version; the same content gives it back and stores nothing", async () => {
  await using directory = await temporaryDirectory();
  await writeTree(directory.path, { "a.png": "1", "b/c.png": "22", "b/d.png": "22", "z.txt": "" });
  const yard = memoryYard();
  const first = await push(yard, directory.path, { commit: "abc" });
  assert.deepEqual(
    [first.version, first.changed, first.files, first.bytes, first.examples.total, first.newExamples],
    [1, true, 4, 5, 4, 4],
  );
  assert.equal(first.record.exampleKind, "files");
  assert.equal(first.record.commit, "abc");
  assert.equal(first.record.parent, null);
  const before = await keys(yard.store);
  const second = await push(yard, directory.path, { commit: "def" });
  assert.deepEqual([second.version, second.changed, second.digest, second.bytesAdded, second.newExamples], [1, false, first.digest, 0, 0]);
  assert.deepEqual(await keys(yard.store), before);
  assert.deepEqual((await verifyDataset(yard, first.record, nodeHasher)).damage, []);
});

test("old content pushed again gives its old version back", async () => {
  await using directory = await temporaryDirectory();
  const yard = memoryYard();
  await writeTree(directory.path, { "a.txt": "one" });
  const one = await push(yard, directory.path);
  await writeTree(directory.path, { "a.txt": "two" });
  const two = await push(yard, directory.path);
  assert.deepEqual([two.version, two.record.parent], [2, 1]);
  await writeTree(directory.path, { "a.txt": "one" });
  const again = await push(yard, directory.path);
  assert.deepEqual([again.version, again.changed, again.digest], [1, false, one.digest]);
});

test("tables of a version that is there are not read as tables again, and are stored again when the yard lost them", async () => {
  await using directory = await temporaryDirectory();
  const store = memoryStore();
  const yard = memoryYard({ store });
  await writeTree(directory.path, { "t.csv": csv(50), "u/v.jsonl": '{"id":1}\n', "w.txt": "w" });
  const first = await push(yard, directory.path);
  const progress: string[] = [];
  const log = { ...silentLog, progress: (what: string) => void progress.push(what) };
  const again = await push(yard, directory.path, { log });
  assert.deepEqual([again.version, again.changed, again.bytesAdded, again.examples], [1, false, 0, first.examples]);
  assert.deepEqual(new Set(progress), new Set(["read"]));
  await store.delete(blobKey(nodeHasher.sha256(csv(50))));
  const repaired = await push(yard, directory.path);
  assert.deepEqual([repaired.version, repaired.changed, repaired.bytesAdded], [1, false, csv(50).length]);
  assert.deepEqual((await verifyDataset(yard, first.record, nodeHasher)).damage, []);
});

test("a table that changes between two looks at it is refused, and none that cannot be read is stored", async () => {
  await using directory = await temporaryDirectory();
  const store = memoryStore();
  const yard = memoryYard({ store });
  await writeTree(directory.path, { "t.csv": csv(5) });
  const log = { ...silentLog, progress: () => writeFileSync(directory.at("t.csv"), csv(6)) };
  await assert.rejects(push(yard, directory.path, { log }), (error) => hasCode(error, "DATASET_FILE_CHANGED"));
  await writeTree(directory.path, { "t.csv": "a,b\n1\n" });
  await assert.rejects(push(yard, directory.path), (error) => hasCode(error, "DATASET_ROW_INVALID"));
  assert.equal(await yard.blobs.has(nodeHasher.sha256("a,b\n1\n")), false);
});

test("rows of one id in a column are told apart, whatever the column says", async () => {
  await using directory = await temporaryDirectory();
  await writeTree(directory.path, { "t.csv": "id,x\na,1\na,2\na-2,3\na-2,4\n" });
  const yard = memoryYard();
  const { record } = await push(yard, directory.path);
  const ids = [];
  for await (const example of readExamples(yard, record, "all", { idColumn: "id" })) ids.push(example.id);
  assert.deepEqual(ids, ["a", "a-2", "a-2-2", "a-2-3"]);
});

test("equal content has an equal digest in another yard and under another name, with its split rule", async () => {
  await using directory = await temporaryDirectory();
  await writeTree(directory.path, { "x/1": "1", "x.y": "2", X1: "3" });
  const [a, b] = [await push(memoryYard(), directory.path), await push(memoryYard(), directory.path, { name: "other" })];
  assert.equal(a.digest, b.digest);
  const c = await push(memoryYard(), directory.path, { splitRule: makeSplitRule({ salt: "other" }) });
  assert.notEqual(a.digest, c.digest);
});

test("rows of tables are the examples; split, profile, schema and classes follow", async () => {
  await using directory = await temporaryDirectory();
  await writeTree(directory.path, { "train.csv": csv(1_000), "more.jsonl": '{"id":5000,"value":3,"label":"owl"}\n', "README.md": "hi" });
  const yard = memoryYard();
  const { record } = await push(yard, directory.path, { labelColumn: "label" });
  assert.equal(record.exampleKind, "rows");
  assert.equal(record.examples.total, 1_001);
  assert.equal(record.examples.train + record.examples.validation + record.examples.test, 1_001);
  assert.ok(record.examples.train > 740 && record.examples.train < 860, `${record.examples.train}`);
  assert.deepEqual(record.schema, [
    { name: "id", type: "number" },
    { name: "value", type: "number" },
    { name: "label", type: "text" },
  ]);
  const profile = await readProfile(yard, record);
  assert.deepEqual(profile!.label!.classes, [
    ["cat", 500],
    ["dog", 500],
    ["owl", 1],
  ]);
  assert.equal((await readProfile(yard, record, "train"))!.rows, record.examples.train);
});

test("a table that is only a header has its columns, and one that is empty has none", async () => {
  await using directory = await temporaryDirectory();
  await writeTree(directory.path, { "train.csv": "id,label\n" });
  const { record } = await push(memoryYard(), directory.path, { labelColumn: "label" });
  assert.deepEqual([record.exampleKind, record.examples.total], ["rows", 0]);
  assert.deepEqual(record.schema, [
    { name: "id", type: "text" },
    { name: "label", type: "text" },
  ]);
  await writeTree(directory.path, { "train.csv": "" });
  await assert.rejects(
    push(memoryYard(), directory.path, { labelColumn: "label" }),
    (error) => hasCode(error, "DATASET_COLUMN_MISSING") && isModelyardError(error) && error.hint!.includes("empty"),
  );
});

test("examples read back in their splits, each once, under lasting ids", async () => {
  await using directory = await temporaryDirectory();
  await writeTree(directory.path, { "t.csv": `${csv(300)}0,0,cat\n` });
  const yard = memoryYard();
  const { record } = await push(yard, directory.path);
  const ids = new Map<string, string>();
  for (const split of ["train", "validation", "test"] as const) {
    let count = 0;
    for await (const example of readExamples(yard, record, split)) {
      assert.ok(example.kind === "row");
      assert.equal(ids.has(example.id), false, "an id is met once");
      ids.set(example.id, `${example.fields["id"]}`);
      count++;
    }
    assert.equal(count, record.examples[split]);
  }
  assert.equal(ids.size, 301);
  const all = new Map<string, string>();
  for await (const example of readExamples(yard, record, "all")) if (example.kind === "row") all.set(example.id, `${example.fields["id"]}`);
  assert.deepEqual(new Map([...all].sort()), new Map([...ids].sort()));
  const named = await readExamples(yard, record, "all", { idColumn: "id" }).next();
  assert.equal(named.value?.id, "0");
});

test("an inserted row moves no other row to another split", async () => {
  await using directory = await temporaryDirectory();
  const yard = memoryYard();
  const splits = async (text: string): Promise<Map<string, string>> => {
    await writeTree(directory.path, { "t.csv": text });
    const { record } = await push(yard, directory.path);
    const found = new Map<string, string>();
    for await (const example of readExamples(yard, record, "all"))
      if (example.kind === "row") found.set(`${example.fields["id"]}`, example.split);
    return found;
  };
  const before = await splits(csv(200));
  const after = await splits(csv(200).replace("id,value,label\n", "id,value,label\n999,1,cat\n"));
  for (const [id, split] of before) assert.equal(after.get(id), split);
});

test("a key column or a key pattern keeps a group in one split", async () => {
  await using directory = await temporaryDirectory();
  const yard = memoryYard();
  await writeTree(directory.at("rows"), { "t.csv": `writer,x\n${Array.from({ length: 400 }, (_, i) => `w${i % 40},${i}`).join("\n")}\n` });
  const rows = await push(yard, directory.at("rows"), {
    splitRule: makeSplitRule({ salt: "s", key: { kind: "column", column: "writer" } }),
  });
  const files: Record<string, string> = {};
  for (let i = 0; i < 120; i++) files[`patient-${i % 30}/scan${i}.png`] = `${i}`;
  await writeTree(directory.at("files"), files);
  const scans = await push(yard, directory.at("files"), {
    name: "scans",
    splitRule: makeSplitRule({ salt: "s", key: { kind: "pattern", pattern: "^(patient-[0-9]+)/" } }),
  });
  for (const [record, group] of [
    [rows.record, "writer"],
    [scans.record, "path"],
  ] as const) {
    const groups = new Map<string, Set<string>>();
    for await (const example of readExamples(yard, record, "all")) {
      const key = example.kind === "row" ? example.fields[group]! : example.path.split("/")[0]!;
      groups.set(key, (groups.get(key) ?? new Set()).add(example.split));
    }
    assert.ok(groups.size >= 30 && [...groups.values()].every((splits) => splits.size === 1));
    assert.ok(new Set([...groups.values()].map((splits) => [...splits][0])).size > 1);
  }
});

test("new examples are the rows that the older version lacks, wherever they moved", async () => {
  await using directory = await temporaryDirectory();
  const yard = memoryYard();
  await writeTree(directory.path, { "batch-1.csv": csv(100) });
  const one = await push(yard, directory.path);
  await writeTree(directory.path, { "batch-2.csv": `${csv(50, 100)}3,3,dog\n` });
  const two = await push(yard, directory.path);
  assert.equal(two.newExamples, 51);
  await writeTree(directory.path, { "batch-1.csv": csv(150), "batch-2.csv": csv(10, 200) });
  const three = await push(yard, directory.path);
  assert.equal(three.newExamples, 10);
  assert.equal(await newExamplesSince(yard, one.record, three.record, nodeHasher), 60);
  assert.equal((await push(yard, directory.path, { since: { kind: "number", number: 1 } })).newExamples, 60);
  const diff = await diffDatasets(yard, one.record, three.record, nodeHasher);
  assert.deepEqual(
    [diff.files.added.paths, diff.files.changed.paths, diff.examples.added, diff.examples.removed],
    [["batch-2.csv"], ["batch-1.csv"], 60, 0],
  );
});

test("a dry run decides the same and stores nothing", async () => {
  await using directory = await temporaryDirectory();
  const yard = memoryYard();
  await writeTree(directory.path, { "t.csv": csv(20) });
  await push(yard, directory.path);
  const before = await keys(yard.store);
  await writeTree(directory.path, { "t.csv": csv(25), "u.csv": csv(1) });
  const dry = await push(yard, directory.path, { dryRun: true });
  assert.deepEqual(await keys(yard.store), before);
  const real = await push(yard, directory.path);
  assert.deepEqual({ ...dry, record: undefined }, { ...real, record: undefined });
  assert.deepEqual({ ...dry.record, push: "" }, { ...real.record, push: "" });
  assert.equal(real.newExamples, 6);
});

test("a label column named later makes a new version of the same digest; left out later, the version stays", async () => {
  await using directory = await temporaryDirectory();
  const yard = memoryYard();
  await writeTree(directory.path, { "t.csv": csv(20) });
  const [one, two, three] = [
    await push(yard, directory.path),
    await push(yard, directory.path, { labelColumn: "label" }),
    await push(yard, directory.path),
  ];
  assert.deepEqual([one.version, two.version, three.version, two.digest === one.digest, three.changed], [1, 2, 2, true, false]);
});

test("one file is a dataset too, and `examples: files` takes tables whole", async () => {
  await using directory = await temporaryDirectory();
  const path = await directory.write("deep/t.csv", csv(10));
  assert.equal((await push(memoryYard(), path)).examples.total, 10);
  const whole = await push(memoryYard(), path, { examples: "files" });
  assert.deepEqual([whole.examples.total, whole.record.profile], [1, null]);
});

test("the repository, the yard, a killed pull's leavings and what is excluded are no content", async () => {
  await using directory = await temporaryDirectory();
  await writeTree(directory.path, {
    a: "1",
    ".git/config": "x",
    ".modelyard/yard.json": "x",
    "b/.modelyard-pull/y": "x",
    "yard/blobs/z": "x",
    "data.dataset.json": "x",
  });
  const { files } = await push(memoryYard(), directory.path, { exclude: [directory.at("yard"), directory.at("data.dataset.json")] });
  assert.equal(files, 1);
});

const REFUSED: [string, string, (root: string) => Promise<unknown>, object][] = [
  ["nothing there", "DATASET_SOURCE_MISSING", async () => {}, {}],
  ["an empty directory", "DATASET_EMPTY", (root) => mkdir(root), {}],
  [
    "a link to a file",
    "DATASET_LINK",
    async (root) => {
      await writeTree(root, { a: "1" });
      await symlink("a", `${root}/b`);
    },
    {},
  ],
  [
    "a link to a directory",
    "DATASET_LINK",
    async (root) => {
      await writeTree(root, { "d/a": "1" });
      await symlink("d", `${root}/e`);
    },
    {},
  ],
  [
    "a pipe",
    "DATASET_SPECIAL_FILE",
    async (root) => {
      await mkdir(root);
      await runProcess("mkfifo", [`${root}/pipe`]);
    },
    {},
  ],
  ["a device name", "PATH_INVALID", (root) => writeTree(root, { "aux.txt": "1" }), {}],
  ["a backslash", "PATH_INVALID", (root) => writeTree(root, { "a\\b": "1" }), {}],
  [
    "a name that is not UTF-8",
    "PATH_INVALID",
    async (root) => {
      await mkdir(root);
      await writeFile(Buffer.concat([Buffer.from(`${root}/`), Buffer.of(0xff, 0x41)]), "1");
    },
    {},
  ],
  ["two names that differ by case", "PATH_COLLISION", (root) => writeTree(root, { a: "1", A: "2" }), {}],
  ["two names that differ by Unicode form", "PATH_COLLISION", (root) => writeTree(root, { "\u00e9": "1", "e\u0301": "2" }), {}],
  ["a ragged table", "DATASET_ROW_INVALID", (root) => writeTree(root, { "t.csv": "a,b\n1\n" }), {}],
  [
    "JSON lines whose keys are data",
    "DATASET_ROW_INVALID",
    (root) => writeTree(root, { "t.jsonl": Array.from({ length: 20_001 }, (_, i) => `{"user-${i}":1}`).join("\n") }),
    {},
  ],
  ["no such label column", "DATASET_COLUMN_MISSING", (root) => writeTree(root, { "t.csv": csv(3) }), { labelColumn: "lable" }],
  ["a label column without tables", "DATASET_NO_TABLE", (root) => writeTree(root, { a: "1" }), { labelColumn: "label" }],
  ["rows without tables", "DATASET_NO_TABLE", (root) => writeTree(root, { a: "1" }), { examples: "rows" }],
  ["a since that is not there", "DATASET_MISSING", (root) => writeTree(root, { a: "1" }), { since: { kind: "number", number: 3 } }],
  ["a bad name", "NAME_INVALID", (root) => writeTree(root, { a: "1" }), { name: "../x" }],
];

for (const [what, code, make, more] of REFUSED) {
  test(`${what} is refused and no version is made`, async () => {
    await using directory = await temporaryDirectory();
    await make(directory.at("in"));
    const yard = memoryYard();
    await assert.rejects(
      push(yard, directory.at("in"), more),
      (error) => hasCode(error, code) && (error as { hint?: string }).hint !== undefined,
    );
    assert.deepEqual(
      (await keys(yard.store)).filter((key) => key.startsWith("datasets/")),
      [],
    );
  });
}

test("the error of a missing version names the versions there are", async () => {
  await using directory = await temporaryDirectory();
  const yard = memoryYard();
  await writeTree(directory.path, { a: "1" });
  await push(yard, directory.path);
  await assert.rejects(resolveDatasetVersion(yard, "data", { kind: "number", number: 7 }), (error) =>
    hasCode(error, "DATASET_VERSION_MISSING"),
  );
  await assert.rejects(resolveDatasetVersion(yard, "data", { kind: "alias", alias: "production" }), (error) =>
    hasCode(error, "DATASET_VERSION_MISSING"),
  );
  await assert.rejects(resolveDatasetVersion(yard, "other", { kind: "latest" }), (error) => hasCode(error, "DATASET_MISSING"));
  assert.equal((await resolveDatasetVersion(yard, "data", { kind: "latest" })).version, 1);
});

for (const size of [100, 3_000_000]) {
  test(`a file of ${size} bytes that changes while it is read is detected`, async () => {
    await using directory = await temporaryDirectory();
    const path = await directory.write("in/a.bin", "x".repeat(size));
    const inner = memoryStore();
    const store: BlobStore = {
      ...bound(inner),
      head: async (key) => {
        await appendFile(path, "y");
        return inner.head(key);
      },
    };
    await assert.rejects(
      push(memoryYard({ store }), directory.at("in")),
      (error) => hasCode(error, "DATASET_FILE_CHANGED") && (error as Error).message.includes("a.bin"),
    );
    assert.deepEqual(
      (await keys(inner)).filter((key) => key.startsWith("datasets/")),
      [],
    );
  });
}

function bound(store: BlobStore): BlobStore {
  return {
    location: store.location,
    get: (key, options) => store.get(key, options),
    read: (key, options) => store.read(key, options),
    head: (key, options) => store.head(key, options),
    putIfAbsent: (key, body, options) => store.putIfAbsent(key, body, options),
    list: (prefix, options) => store.list(prefix, options),
    delete: (key, options) => store.delete(key, options),
  };
}
