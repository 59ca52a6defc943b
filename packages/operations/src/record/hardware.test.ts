import assert from "node:assert/strict";
import { test } from "node:test";
import { hardwareSchema } from "@modelyard/lineage";
import { checkedOutCommit, collectEnvironment } from "./environment.ts";
import { collectHardware, parseGpus } from "./hardware.ts";

const nothing = async (): Promise<undefined> => undefined;

test("GPUs are read from nvidia-smi's lines", () => {
  assert.deepEqual(parseGpus("NVIDIA H200, 143771, 570.133.20\nTesla T4, 15360, 535.54.03\n"), [
    { name: "NVIDIA H200", memoryBytes: 143_771 * 1_048_576, driver: "570.133.20" },
    { name: "Tesla T4", memoryBytes: 15_360 * 1_048_576, driver: "535.54.03" },
  ]);
  for (const text of [
    "",
    "\n",
    "No devices were found",
    "NVIDIA A100, [N/A], 535",
    "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver",
  ])
    assert.deepEqual(parseGpus(text), [], text);
});

test("a machine without GPUs has an empty list", async () => {
  const hardware = hardwareSchema.parse(await collectHardware(nothing));
  assert.deepEqual(hardware.gpus, []);
  assert.ok(hardware.cores >= 1 && hardware.memoryBytes > 0);
});

test("only named facts of the environment are taken", async () => {
  const env = {
    ImageOS: "ubuntu24",
    ImageVersion: "20260101.1",
    RUNNER_ENVIRONMENT: "self-hosted",
    SECRET_TOKEN: "hunter2",
    AWS_SECRET_ACCESS_KEY: "hunter2",
    PATH: "/hunter2",
  };
  const values = await collectEnvironment(env, async (command) => (command === "python3" ? "Python 3.12.1\n" : undefined));
  assert.equal(values["python"], "3.12.1");
  assert.deepEqual([values["image"], values["image-version"], values["runner"]], ["ubuntu24", "20260101.1", "self-hosted"]);
  assert.ok(!JSON.stringify(values).includes("hunter2"));
  assert.equal((await collectEnvironment({}, nothing))["python"], undefined);
});

test("a commit is 40 or more hex digits or nothing", async () => {
  assert.equal(await checkedOutCommit(async () => `${"ab".repeat(20)}\n`), "ab".repeat(20));
  assert.equal(await checkedOutCommit(async () => "fatal: not a git repository"), undefined);
  assert.equal(await checkedOutCommit(nothing), undefined);
});
