import assert from "node:assert/strict";
import { test } from "node:test";
import { temporaryDirectory } from "@modelyard/testkit";
import { type DatasetPullInputs, datasetPull } from "./dataset-pull.ts";
import { datasetPush } from "./dataset-push.ts";
import { testContext } from "./testing/test-context.ts";

const INPUTS: DatasetPullInputs = { name: "digits", split: "all", path: "out" };

async function twoVersions() {
  const directory = await temporaryDirectory();
  const context = testContext(directory.path);
  for (const version of ["one", "two"]) {
    await directory.write("data/t.csv", `x\n${version}\n`);
    await directory.write("data/n.txt", "same");
    await datasetPush({ name: "digits", path: "data", examples: "auto", pointer: `${version}.dataset.json` }, context);
  }
  return { directory, context, [Symbol.asyncDispose]: () => directory.remove() };
}

test("the latest version, a number, a digest, name@version and a pointer", async () => {
  await using at = await twoVersions();
  const { directory, context } = at;
  const first = await datasetPull(INPUTS, context);
  assert.deepEqual([first.version, first.files, first.bytes, first.bytesFetched, first.path], [2, 2, 10, 10, directory.at("out")]);
  assert.equal(await directory.read("out/t.csv"), "x\ntwo\n");
  const cases: [Partial<DatasetPullInputs>, number][] = [
    [{ version: "v1" }, 1],
    [{ version: first.digest }, 2],
    [{ name: "digits@1" }, 1],
    [{ name: undefined, pointer: "one.dataset.json" }, 1],
    [{ pointer: "one.dataset.json" }, 1],
    [{ pointer: "one.dataset.json", version: "latest" }, 2],
  ];
  for (const [inputs, version] of cases) {
    const result = await datasetPull({ ...INPUTS, ...inputs }, context);
    assert.equal(result.version, version);
    assert.equal(await directory.read("out/t.csv"), `x\n${version === 1 ? "one" : "two"}\n`);
  }
  assert.match(context.summaries.at(-1)!, /digits@2.*pulled/);
});

test("one path, into the default directory, and nothing on a dry run", async () => {
  await using at = await twoVersions();
  const { directory, context } = at;
  const before = await directory.files();
  assert.equal((await datasetPull({ ...INPUTS, path: undefined, dryRun: true }, context)).files, 2);
  assert.deepEqual(await directory.files(), before);
  await datasetPull({ ...INPUTS, path: undefined, only: "*.txt" }, context);
  assert.equal(await directory.read("data/digits/n.txt"), "same");
});

const REFUSED: [string, Partial<DatasetPullInputs>, string][] = [
  ["no name", { name: undefined }, "INPUT_INVALID"],
  ["another dataset", { name: "other" }, "DATASET_MISSING"],
  ["a version that is not there", { version: "9" }, "DATASET_VERSION_MISSING"],
  ["a stage", { version: "production" }, "DATASET_VERSION_MISSING"],
  ["a pointer that is not there", { pointer: "none.dataset.json" }, "POINTER_MISSING"],
  ["a pointer of another dataset", { pointer: "one.dataset.json", name: "letters" }, "DATASET_POINTER_MISMATCH"],
  ["a path that is not in the version", { only: "nope.csv" }, "DATASET_PATH_MISSING"],
  ["another yard", { yard: "nowhere" }, "YARD_MISSING"],
  ["the yard as the target", { path: ".modelyard" }, "PULL_UNSAFE"],
  ["a directory of the yard as the target", { path: ".modelyard/blobs/new" }, "PULL_UNSAFE"],
];

for (const [what, inputs, code] of REFUSED) {
  test(`${what} is one error, and nothing is written`, async () => {
    await using at = await twoVersions();
    const before = await at.directory.files();
    await assert.rejects(datasetPull({ ...INPUTS, ...inputs }, at.context), { code });
    assert.deepEqual(await at.directory.files(), before);
  });
}

test("a pointer of another yard's content is refused", async () => {
  await using at = await twoVersions();
  const text = (await at.directory.read("one.dataset.json")).replace(/sha256:..../, "sha256:0000");
  await at.directory.write("bad.dataset.json", text);
  await assert.rejects(datasetPull({ ...INPUTS, pointer: "bad.dataset.json" }, at.context), { code: "DATASET_POINTER_MISMATCH" });
});
