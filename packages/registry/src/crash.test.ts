import assert from "node:assert/strict";
import { test } from "node:test";
import { hasCode, parseVersionRef } from "@modelyard/base";
import { memoryYard, type Yard } from "@modelyard/store";
import { type Fault, faultAt, faultyStore } from "@modelyard/store/testing/faulty-store";
import { resolveModelVersion } from "./resolve-version.ts";
import { moveStage, readStage, stageHistory } from "./stages.ts";
import { candidate, ports, yardWith } from "./testing/versions.ts";
import { listVersions, registerVersion } from "./versions.ts";

const CRASHES: readonly Fault[] = ["crash-before", "crash-half", "crash-after"];

/** Runs `work` with a crash at every store call in turn, then `check` on the store as it was left. */
async function crashEverywhere(work: (yard: Yard) => Promise<unknown>, check: (yard: Yard) => Promise<void>): Promise<number> {
  let crashes = 0;
  for (let at = 0; ; at++) {
    let reached = false;
    for (const fault of CRASHES) {
      const yard = await yardWith(1);
      await moveStage(yard, { name: "digits", stage: "staging", version: 1, by: "test", reason: "" }, ports);
      const faulty = faultyStore(yard.store, faultAt(at, fault));
      const outcome = await work(memoryYard({ store: faulty })).catch((error: unknown) => error);
      reached ||= faulty.calls.length > at;
      if (hasCode(outcome, "STORE_CRASHED")) crashes++;
      await check(yard);
    }
    if (!reached) return crashes;
  }
}

test("a crash at every call of a registration: the old list or the new one, and a retry makes it one version (trust D1)", async () => {
  const register = async (yard: Yard) => registerVersion(yard, await candidate(yard, "crashing"), ports);
  const crashes = await crashEverywhere(register, async (yard) => {
    const before = await listVersions(yard, "digits");
    assert.ok(before.length === 1 || before.length === 2);
    for (const version of before) assert.ok(await yard.blobs.get(version.model.digest), "every version has its model");
    const { version, changed } = await register(yard);
    assert.deepEqual([version.version, changed], [2, before.length === 1]);
    assert.equal((await listVersions(yard, "digits")).length, 2);
  });
  assert.ok(crashes > 20, `${crashes} crashes`);
});

test("a crash at every call of a stage's move: the old stage or the new one, and a retry moves it once (trust D1)", async () => {
  const move = (yard: Yard) => moveStage(yard, { name: "digits", stage: "production", version: 1, by: "promote", reason: "" }, ports);
  const crashes = await crashEverywhere(move, async (yard) => {
    const before = (await readStage(yard, "digits", "production"))?.version ?? null;
    assert.ok(before === null || before === 1);
    assert.equal((await move(yard)).kind, before === 1 ? "unchanged" : "moved");
    assert.equal((await resolveModelVersion(yard, "digits", parseVersionRef("production"))).version, 1);
    assert.equal((await stageHistory(yard, "digits", "production")).length, 1);
  });
  assert.ok(crashes > 10, `${crashes} crashes`);
});
