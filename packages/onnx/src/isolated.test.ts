import assert from "node:assert/strict";
import { test } from "node:test";
import { hasCode } from "@modelyard/base";
import type { Tensor } from "@modelyard/model";
import { openIsolatedModel, replayGolden } from "./session.ts";
import { allocationBomb, classifierGolden, classifierModel, classifierSignature, endlessLoop } from "./testing/models.ts";

const MIB = 1024 ** 2;
const count = (n: bigint): Tensor[] => [{ name: "n", dtype: "int64", shape: [1], data: BigInt64Array.of(n) }];

test("an honest model answers as in this process", async () => {
  const model = await openIsolatedModel(classifierModel(), { memoryBytes: 256 * MIB, signature: classifierSignature });
  assert.equal((await replayGolden(model, classifierGolden(), classifierSignature)).failed, 0);
  await assert.rejects(model.run([]), (error) => hasCode(error, "MODEL_RUN_FAILED"));
  await model.close();
  await assert.rejects(model.run([]), (error) => hasCode(error, "MODEL_CLOSED"));
});

test("a memory bomb fails within its limit, and the next request is answered", async () => {
  const model = await openIsolatedModel(allocationBomb(), { memoryBytes: 256 * MIB });
  const cases = [
    [2n ** 33n, "MODEL_KILLED"],
    [2n ** 27n, "MODEL_KILLED"],
    [2n ** 62n, "MODEL_RUN_FAILED"],
    [-1n, "MODEL_RUN_FAILED"],
  ] as const;
  for (const [n, code] of cases) {
    await assert.rejects(model.run(count(n)), (error) => hasCode(error, code), `${n} values`);
    assert.equal((await model.run(count(5n)))[0]!.data.length, 5);
  }
  await model.close();
});

test("a loop without end is killed at the time limit, every waiting call is told, and the next opens anew", async () => {
  const model = await openIsolatedModel(endlessLoop(), { timeoutMs: 300 });
  const x: Tensor[] = [{ name: "x", dtype: "float32", shape: [1], data: Float32Array.of(1) }];
  const results = await Promise.allSettled([model.run(x), model.run(x)]);
  for (const result of results) assert.ok(result.status === "rejected" && hasCode(result.reason, "MODEL_TIMEOUT"));
  await assert.rejects(model.run(x), (error) => hasCode(error, "MODEL_TIMEOUT"));
  await model.close();
});

test("a model that cannot be opened leaves no process behind", async () => {
  await assert.rejects(
    openIsolatedModel(classifierModel().fill(0, 60, 70)),
    (error) => hasCode(error, "MODEL_OPEN_FAILED") || hasCode(error, "MODEL_NOT_ONNX"),
  );
});
