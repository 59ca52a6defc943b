import assert from "node:assert/strict";
import { seededRandom } from "@modelyard/base";
import { openContextYard } from "@modelyard/operations";
import type { Context } from "@modelyard/operations/context";
import { datasetPull } from "@modelyard/operations/dataset-pull";
import { datasetPush } from "@modelyard/operations/dataset-push";
import { record } from "@modelyard/operations/record";
import { register } from "@modelyard/operations/register";
import { writeModelFiles } from "@modelyard/operations/testing/model-files";
import { testContext } from "@modelyard/operations/testing/test-context";
import { readRun, readStage } from "@modelyard/registry";
import { temporaryDirectory } from "@modelyard/testkit";
import { addVersions } from "@modelyard/traffic/testing/digits-yard";

/** More than one pack of the dataset format, and more than one request would take. */
const LARGE_BYTES = 40 * 1024 * 1024;

/** What a team does with a yard in a bucket, short of traffic: push twice, pull, record, register, name a stage; every step as a new job would open it. */
export async function teamLoop(yard: string, env: Readonly<Record<string, string>>): Promise<void> {
  await using work = await temporaryDirectory();
  const context: Context = testContext(work.path, { env });
  const random = seededRandom(7);
  const large = new Uint8Array(LARGE_BYTES).map(() => random.next() * 256);
  await work.write("data/large.bin", large);
  await work.write("data/rows.csv", `x,label\n${Array.from({ length: 500 }, (_, i) => `${i},${i % 3}`).join("\n")}\n`);
  const push = () => datasetPush({ yard, name: "letters", path: "data", examples: "auto", pointer: "none" }, context);
  const first = await push();
  assert.deepEqual([first.version, first.changed], [1, true]);
  await work.write("data/rows.csv", "x,label\n1,a\n2,b\n");
  const second = await push();
  assert.deepEqual([second.version, second.changed], [2, true]);
  assert.ok(second.bytesAdded < LARGE_BYTES / 100, `${second.bytesAdded} bytes for a small change`);
  assert.equal((await push()).changed, false);

  await datasetPull({ yard, name: "letters", version: "2", path: "restored", split: "all" }, context);
  assert.equal(await work.read("restored/rows.csv"), "x,label\n1,a\n2,b\n");
  await datasetPull({ yard, name: "letters", version: "1", path: "first", split: "all" }, context);
  assert.equal((await work.read("first/rows.csv")).split("\n").length, 502);

  await work.write("metrics.json", '{"accuracy": 0.97}');
  const { run } = await record({ yard, name: "digits", event: "all", outcome: "success", metrics: "metrics.json" }, context);
  await writeModelFiles(work.at("out"));
  const registered = await register({ yard, name: "line", model: "out/model.onnx", timeout: 60_000 }, context);
  assert.equal(registered.version, 1);

  const opened = await openContextYard({ yard }, context, { create: false });
  assert.equal(opened.url, yard);
  assert.equal((await readRun(opened, run)).run, run);
  await addVersions(opened, 2, 1);
  assert.equal((await readStage(opened, "m", "production"))?.version, 1);
}
