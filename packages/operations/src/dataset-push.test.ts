import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { readPointer } from "@modelyard/dataset";
import { recordingLog, temporaryDirectory } from "@modelyard/testkit";
import { type DatasetPushInputs, datasetPush } from "./dataset-push.ts";
import { testContext } from "./testing/test-context.ts";

const INPUTS: DatasetPushInputs = { name: "digits", path: "data", examples: "auto" };

test("a push writes the version, the pointer and the summary; the same again changes nothing", async () => {
  await using directory = await temporaryDirectory();
  await directory.write("data/t.csv", "x,label\n1,a\n2,b\n3,a\n");
  const context = testContext(directory.path, { job: { sha: "ab".repeat(20) } });
  const first = await datasetPush({ ...INPUTS, labelColumn: "label" }, context);
  assert.deepEqual(
    [first.version, first.changed, first.files, first.examples, first.newExamples, first.bytes, first.pointer],
    [1, true, 1, 3, 3, 20, "digits.dataset.json"],
  );
  assert.ok(first.bytesAdded >= first.bytes);
  const pointer = await readPointer(directory.at("digits.dataset.json"));
  assert.deepEqual([pointer.name, pointer.version, pointer.digest], ["digits", 1, first.digest]);
  assert.match(context.summaries[0]!, /digits@1.*new version/);
  const again = await datasetPush(INPUTS, context);
  assert.deepEqual(again, { ...first, changed: false, newExamples: 0, bytesAdded: 0 });
});

test("the whole workspace can be pushed: yard and pointer are no content", async () => {
  await using directory = await temporaryDirectory();
  await directory.write("a.txt", "1");
  const context = testContext(directory.path);
  const inputs: DatasetPushInputs = { ...INPUTS, path: ".", yard: "store", pointer: "deep/p.dataset.json" };
  const first = await datasetPush(inputs, context);
  const again = await datasetPush(inputs, context);
  assert.deepEqual([first.files, again.files, again.changed], [1, 1, false]);
});

test("a dry run makes neither yard nor pointer", async () => {
  await using directory = await temporaryDirectory();
  await directory.write("data/a.txt", "1");
  const before = await directory.files();
  const result = await datasetPush({ ...INPUTS, dryRun: true }, testContext(directory.path));
  assert.deepEqual([result.version, result.changed, result.pointer], [1, true, undefined]);
  assert.deepEqual(await directory.files(), before);
});

test("another split rule is warned of", async () => {
  await using directory = await temporaryDirectory();
  await directory.write("data/a.txt", "1");
  const log = recordingLog();
  const context = testContext(directory.path, { log });
  await datasetPush(INPUTS, context);
  assert.deepEqual(log.of("warning"), []);
  const moved = await datasetPush({ ...INPUTS, testFraction: 0.3, salt: "new" }, context);
  assert.equal(moved.version, 2);
  assert.match(log.of("warning").join(), /split rule of digits@2/);
});

test("new examples since a named version", async () => {
  await using directory = await temporaryDirectory();
  const context = testContext(directory.path);
  for (const [i, rows] of ["1\n", "1\n2\n", "1\n2\n3\n"].entries()) {
    await directory.write("data/t.csv", `x\n${rows}`);
    assert.equal((await datasetPush(INPUTS, context)).newExamples, 1, `push ${i}`);
  }
  assert.equal((await datasetPush({ ...INPUTS, sinceVersion: "v1" }, context)).newExamples, 2);
});

test("`pointer: none` writes none", async () => {
  await using directory = await temporaryDirectory();
  await directory.write("data/a.txt", "1");
  assert.equal((await datasetPush({ ...INPUTS, pointer: "none" }, testContext(directory.path))).pointer, undefined);
  await assert.rejects(readFile(directory.at("digits.dataset.json")));
});

const REFUSED: [string, Partial<DatasetPushInputs>, string][] = [
  ["no name", { name: undefined }, "INPUT_INVALID"],
  ["no path", { path: undefined }, "INPUT_INVALID"],
  ["two keys", { keyColumn: "a", keyPattern: "(a)" }, "INPUT_INVALID"],
  ["fractions above one", { testFraction: 0.7, validationFraction: 0.7 }, "SPLIT_INVALID"],
  ["a pattern without a group", { keyPattern: "abc" }, "SPLIT_INVALID"],
  ["a name that is none", { name: "../digits" }, "NAME_INVALID"],
  ["a version that is none", { sinceVersion: "1.5" }, "VERSION_INVALID"],
  ["a path that is not there", { path: "nope" }, "DATASET_SOURCE_MISSING"],
  ["a yard that is no URL", { yard: "http://x" }, "YARD_URL_INVALID"],
];

for (const [what, inputs, code] of REFUSED) {
  test(`${what} is one error with a hint, and neither yard nor pointer is made`, async () => {
    await using directory = await temporaryDirectory();
    await directory.write("data/a.txt", "1");
    await assert.rejects(datasetPush({ ...INPUTS, ...inputs }, testContext(directory.path)), { code });
    assert.deepEqual(await directory.files(), ["data/a.txt"]);
  });
}
