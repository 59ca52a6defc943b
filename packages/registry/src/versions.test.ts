import assert from "node:assert/strict";
import { test } from "node:test";
import { digestOfHex, hasCode, parseVersionRef } from "@modelyard/base";
import { memoryYard } from "@modelyard/store";
import { describeNumbers, resolveModelVersion } from "./resolve-version.ts";
import { moveStage } from "./stages.ts";
import { candidate, ports, yardWith } from "./testing/versions.ts";
import { listVersions, registerVersion } from "./versions.ts";

test("the same identity gives the same version back", async () => {
  const yard = memoryYard();
  const input = await candidate(yard, "a");
  const first = await registerVersion(yard, input, ports);
  assert.deepEqual([first.version.version, first.changed], [1, true]);
  const again = await registerVersion(yard, { ...input, headline: { accuracy: 0.1 }, commit: "later" }, ports);
  assert.deepEqual([again.version, again.changed], [first.version, false]);
  const other = await registerVersion(yard, { ...input, run: "r2" }, ports);
  assert.deepEqual([other.version.version, other.changed], [2, true]);
});

test("twenty at once: each identity once, numbers without a gap", async () => {
  const yard = memoryYard();
  const inputs = await Promise.all(Array.from({ length: 20 }, (_, i) => candidate(yard, `model ${i % 10}`)));
  const results = await Promise.all(inputs.map((input) => registerVersion(yard, input, ports)));
  assert.equal(new Set(results.map((result) => result.version.digest)).size, 10);
  assert.deepEqual(
    (await listVersions(yard, "digits")).map((version) => version.version),
    [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
  );
});

test("a version whose model was not stored is refused", async () => {
  const yard = memoryYard();
  const input = { ...(await candidate(yard, "a")), model: { digest: digestOfHex("00".repeat(32)), size: 1 } };
  await assert.rejects(registerVersion(yard, input, ports), (error) => hasCode(error, "BLOB_MISSING"));
  assert.deepEqual(await listVersions(yard, "digits"), []);
});

test("references resolve", async () => {
  const yard = await yardWith(11);
  await moveStage(yard, { name: "digits", stage: "staging", version: 2, by: "test", reason: "" }, ports);
  const resolve = async (text: string) => (await resolveModelVersion(yard, "digits", parseVersionRef(text))).version;
  const third = await resolveModelVersion(yard, "digits", parseVersionRef("3"));
  assert.deepEqual(
    await Promise.all(["3", "v10", "latest", "staging", third.digest, third.model.digest].map(resolve)),
    [3, 10, 11, 2, 3, 3],
  );
});

test("a missing version lists what there is", async () => {
  const yard = await yardWith(3);
  for (const stage of ["staging", "production"] as const)
    await moveStage(yard, { name: "digits", stage, version: 2, by: "test", reason: "" }, ports);
  for (const text of ["9", "shadow", "other", digestOfHex("00".repeat(32))]) {
    await assert.rejects(
      resolveModelVersion(yard, "digits", parseVersionRef(text)),
      (error) =>
        hasCode(error, "MODEL_VERSION_MISSING") &&
        String(error).includes(`digits@${text}`) &&
        String(error).includes("digits has versions 1 to 3; production is 2"),
    );
  }
  await assert.rejects(resolveModelVersion(yard, "mnist", { kind: "latest" }), /mnist has no versions/);
});

test("numbers are described in ranges", () => {
  assert.equal(describeNumbers([4]), "version 4");
  assert.equal(describeNumbers([1, 2, 3, 5, 7, 8]), "versions 1 to 3, 5, 7 to 8");
});
