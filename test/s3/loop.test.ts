// A yard in a bucket as its users meet it: through the operations, and through the bundles of a release.
import assert from "node:assert/strict";
import { cpSync } from "node:fs";
import { test } from "node:test";
import { hasCode } from "@modelyard/base";
import { openYard } from "@modelyard/store";
import { nodeHasher } from "@modelyard/store/node-hasher";
import { systemClock } from "@modelyard/store/system-clock";
import { systemRandom } from "@modelyard/store/system-random";
import { type FakeS3, startFakeS3, temporaryDirectory } from "@modelyard/testkit";
import { bundleOf, errorOf, runBundle } from "../contract/testing/bundle-step.ts";
import { teamLoop } from "./testing/loop.ts";

const SECRET = "canary/secret+of+the+bundle";
const KEYS = { accessKeyId: "AKIDBUNDLE", secretAccessKey: SECRET };

test("push, pull, record, register and a stage on a yard in a bucket", async () => {
  await using server = await startFakeS3();
  await teamLoop("s3://yard/team/a", server.env);
  assert.ok(server.keysOf("yard").every((key) => key.startsWith("team/a/")));
  assert.equal(server.unfinishedUploads("yard"), 0);
});

function open(server: FakeS3, create = true) {
  return openYard({
    location: "s3://yard/x",
    env: server.env,
    workspace: "/",
    hasher: nodeHasher,
    clock: systemClock,
    random: systemRandom,
    create,
  });
}

test("a server without conditional writes is refused before the first record, by what it does or by what it says", async () => {
  for (const conditional of ["ignored", "refused"] as const) {
    await using server = await startFakeS3({ conditional });
    await assert.rejects(open(server), (error) => hasCode(error, "STORE_NOT_ATOMIC"), conditional);
    assert.deepEqual(server.keysOf("yard"), []);
  }
});

test("the least permissions of the docs are enough: no deleting, no aborting", async () => {
  await using server = await startFakeS3({ denied: ["s3:DeleteObject", "s3:AbortMultipartUpload"] });
  const yard = await open(server);
  assert.equal((await open(server, false)).id, yard.id);
});

test("bundles push to and pull from a bucket that modelyard.yml names, and show no secret", async () => {
  await using server = await startFakeS3({ keys: KEYS });
  await using home = await temporaryDirectory();
  await home.write("work/data/t.csv", "x,label\n1,a\n2,b\n");
  await home.write(
    "work/modelyard.yml",
    `yard: s3://yard/team\nyard-endpoint: ${server.url}\ndatasets:\n  letters: { path: data, label-column: label }\n`,
  );
  const env = {
    AWS_ACCESS_KEY_ID: KEYS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: SECRET,
    RUNNER_ENVIRONMENT: "github-hosted",
    RUNNER_DEBUG: "1",
  };
  const pushed = await runBundle("dataset-push", { home: home.path, env });
  assert.equal(pushed.code, 0, pushed.stdout + pushed.stderr);
  const pulled = await runBundle("dataset-pull", { home: home.path, env, inputs: { name: "letters", path: "restored" } });
  assert.equal(pulled.code, 0, pulled.stdout + pulled.stderr);
  assert.equal(await home.read("work/restored/t.csv"), "x,label\n1,a\n2,b\n");
  const wrong = await runBundle("dataset-pull", {
    home: home.path,
    env: { ...env, AWS_SECRET_ACCESS_KEY: `${SECRET}x` },
    inputs: { name: "letters" },
  });
  assert.match(errorOf(wrong), /does not accept the credentials \(SignatureDoesNotMatch\)/);
  const missing = await runBundle("dataset-pull", {
    home: home.path,
    env: { AWS_EC2_METADATA_DISABLED: "true", AWS_CONFIG_FILE: "/nonexistent", AWS_SHARED_CREDENTIALS_FILE: "/nonexistent" },
    inputs: { name: "letters" },
  });
  assert.match(errorOf(missing), /no credentials for s3:\/\/yard\/team were found/);
  for (const { stdout, stderr, summary } of [pushed, pulled, wrong, missing])
    assert.doesNotMatch(`${stdout.replaceAll(/^::add-mask::.*$/gm, "")}${stderr}${summary}`, /canary.secret/);
});

test("an action without the rest of its release says what it lacks, and takes the client from beside it", async () => {
  await using server = await startFakeS3();
  await using home = await temporaryDirectory();
  await home.write("work/data/t.csv", "x\n1\n");
  cpSync(bundleOf("dataset-push"), home.at("alone/dist/index.cjs"));
  const step = {
    home: home.path,
    env: server.env,
    inputs: { name: "letters", path: "data", yard: "s3://yard/alone" },
    bundle: home.at("alone/dist/index.cjs"),
  };
  assert.match(errorOf(await runBundle("dataset-push", step)), /dist\/s3\.cjs of the release is not there/);
  cpSync(bundleOf("dataset-push").replace(/actions\/.*$/, "dist/s3.cjs"), home.at("alone/dist/s3.cjs"));
  assert.equal((await runBundle("dataset-push", step)).code, 0);
});
