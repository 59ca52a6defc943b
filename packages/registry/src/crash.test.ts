import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { hasCode, parseVersionRef } from "@modelyard/base";
import { type BlobStore, directoryStore, memoryStore, memoryYard, type Yard } from "@modelyard/store";
import { type Fault, faultAt, faultyStore } from "@modelyard/store/testing/faulty-store";
import { attach, attachments } from "./attachments.ts";
import { resolveModelVersion } from "./resolve-version.ts";
import { appendRunEvent, readRunEvents } from "./runs.ts";
import { moveStage, readStage, stageHistory } from "./stages.ts";
import { candidate, ports } from "./testing/versions.ts";
import { listVersions, registerVersion } from "./versions.ts";

const CRASHES: readonly Fault[] = ["crash-before", "crash-half", "crash-after"];
type OpenStore = () => Promise<{ store: BlobStore; close(): Promise<void> }>;

const STORES: Readonly<Record<string, OpenStore>> = {
  memory: async () => ({ store: memoryStore(), close: async () => {} }),
  "a directory": async () => {
    const directory = await mkdtemp(join(tmpdir(), "registry-"));
    return { store: directoryStore(directory, { sync: false }), close: () => rm(directory, { recursive: true }) };
  },
};

/** Runs `work` with a crash at every store call in turn, then `check` on the store as it was left. Returns how many of them died. */
async function crashEverywhere(
  open: OpenStore,
  work: (yard: Yard) => Promise<unknown>,
  check: (yard: Yard) => Promise<void>,
): Promise<number> {
  let crashes = 0;
  for (let at = 0; ; at++) {
    let reached = false;
    for (const fault of CRASHES) {
      const { store, close } = await open();
      const yard = memoryYard({ store });
      await registerVersion(yard, await candidate(yard, "model 1"), ports);
      await moveStage(yard, { name: "digits", stage: "staging", version: 1, by: "test", reason: "" }, ports);
      const faulty = faultyStore(store, faultAt(at, fault));
      const outcome = await work(memoryYard({ store: faulty })).catch((error: unknown) => error);
      reached ||= faulty.calls.length > at;
      if (hasCode(outcome, "STORE_CRASHED")) crashes++;
      await check(memoryYard({ store }));
      await close();
    }
    if (!reached) return crashes;
  }
}

const register = async (yard: Yard) => registerVersion(yard, await candidate(yard, "crashing"), ports);
const move = (yard: Yard) => moveStage(yard, { name: "digits", stage: "production", version: 1, by: "promote", reason: "" }, ports);
const report = { kind: "scan", verdict: "clean", report: ports.hasher.sha256("report") } as const;
const scan = (yard: Yard) => attach(yard, "digits", 1, report, ports);
const finish = (yard: Yard) => appendRunEvent(yard, "run1", { type: "finished", outcome: "succeeded", durationMs: 1 }, ports);

for (const [name, open] of Object.entries(STORES)) {
  describe(`D1: a crash at every store call, before, half-way and after, in ${name}`, () => {
    test("of a registration: the old list or the new one, and a retry makes it one version", async (t) => {
      const crashes = await crashEverywhere(open, register, async (yard) => {
        const before = await listVersions(yard, "digits");
        assert.ok(before.length === 1 || before.length === 2);
        for (const version of before) assert.ok(await yard.blobs.get(version.model.digest), "every version has its model");
        const { version, changed } = await register(yard);
        assert.deepEqual([version.version, changed], [2, before.length === 1]);
        assert.equal((await listVersions(yard, "digits")).length, 2);
      });
      t.diagnostic(`${crashes} crashes`);
      assert.ok(crashes > 20, `${crashes} crashes`);
    });

    test("of a stage's move: the old stage or the new one, and a retry moves it once", async (t) => {
      const crashes = await crashEverywhere(open, move, async (yard) => {
        const before = (await readStage(yard, "digits", "production"))?.version ?? null;
        assert.ok(before === null || before === 1);
        assert.equal((await move(yard)).kind, before === 1 ? "unchanged" : "moved");
        assert.equal((await resolveModelVersion(yard, "digits", parseVersionRef("production"))).version, 1);
        assert.equal((await stageHistory(yard, "digits", "production")).length, 1);
      });
      t.diagnostic(`${crashes} crashes`);
      assert.ok(crashes > 10, `${crashes} crashes`);
    });

    test("of an attachment: none or one, and a retry leaves one", async (t) => {
      const crashes = await crashEverywhere(open, scan, async (yard) => {
        assert.ok((await attachments(yard, "digits", 1)).length <= 1);
        await scan(yard);
        assert.deepEqual(
          (await attachments(yard, "digits", 1)).map(({ kind }) => kind),
          ["scan"],
        );
      });
      t.diagnostic(`${crashes} crashes`);
      assert.ok(crashes >= 9, `${crashes} crashes`);
    });

    test("of a run's event: none or one, and the next event follows without a gap", async (t) => {
      const crashes = await crashEverywhere(open, finish, async (yard) => {
        const before = (await readRunEvents(yard, "run1")).length;
        assert.ok(before <= 1);
        assert.equal((await finish(yard)).seq, before + 1);
      });
      t.diagnostic(`${crashes} crashes`);
      assert.ok(crashes >= 6, `${crashes} crashes`);
    });
  });
}
