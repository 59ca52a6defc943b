import { readFile } from "node:fs/promises";
import { openContextYard } from "@modelyard/operations";
import { datasetPush } from "@modelyard/operations/dataset-push";
import { register } from "@modelyard/operations/register";
import { writeSegment } from "@modelyard/operations/testing/prediction-log";
import { testContext } from "@modelyard/operations/testing/test-context";
import { writeThresholdModel } from "@modelyard/operations/testing/threshold-model";
import type { TemporaryDirectory } from "@modelyard/testkit";

const ROWS = Array.from({ length: 400 }, (_, i) => `${(i % 20) / 10 - 1},${i},${i % 20 > 10 ? "yes" : "no"}`);

/** A repository of a team that is under way: data pushed as points@1, the model points@1 registered, both in `.modelyard`. */
export async function prepareTeam(home: TemporaryDirectory): Promise<void> {
  const context = testContext(home.path);
  await home.write("data/rows.csv", `a,b,label\n${ROWS.join("\n")}\n`);
  await datasetPush({ path: "data", name: "points", labelColumn: "label", examples: "auto", pointer: "points.dataset.json" }, context);
  await writeThresholdModel(home.at("out"));
  await register({ name: "points", model: "out/model.onnx", dataset: "points@1", timeout: 30_000 }, context);
  await writeModels(home);
  await writePredictions(home);
}

/** An hour's traffic of points@1 that is not what it learnt from. */
export async function prepareTraffic(home: TemporaryDirectory): Promise<void> {
  const timeMs = Date.now() - 60_000;
  const lines = Array.from({ length: 300 }, (_, i) => ({
    id: `r${i}`,
    time: new Date(timeMs).toISOString(),
    model: "points",
    version: 1,
    role: "stable",
    inputs: [{ name: "x", dtype: "float32", shape: [1, 2], data: [4 + (i % 7) / 10, 1_000 + i] }],
    outputs: [{ name: "p", dtype: "float32", shape: [1, 2], data: [0.1, 0.9] }],
    latencyMs: 1,
  }));
  const yard = await openContextYard({}, testContext(home.path), { create: false });
  await writeSegment(yard, { model: "points", version: 1, timeMs, name: "s1" }, lines);
}

/** Files that are given as models and are none. */
async function writeModels(home: TemporaryDirectory): Promise<void> {
  const model = await readFile(home.at("out/model.onnx"));
  const signature = await readFile(home.at("out/signature.json"));
  const pickle = Buffer.from("\x80\x04\x95\x17\x00\x00\x00\x00\x00\x00\x00\x8c\x05posix\x94\x8c\x06system\x94\x93\x94.", "latin1");
  const files: Readonly<Record<string, string | Buffer>> = {
    "page.onnx": "<!DOCTYPE html>\n<html><body>Sign in</body></html>\n",
    "pickle.onnx": pickle,
    "archive.onnx": Buffer.concat([Buffer.from("PK\x03\x04\x14\x00\x00\x00\x08\x00", "latin1"), Buffer.alloc(64, 7)]),
    "truncated.onnx": model.subarray(0, model.length >> 1),
    "pointer.onnx": `version https://git-lfs.github.com/spec/v1\noid sha256:${"4".repeat(64)}\nsize 12345\n`,
    "empty.onnx": "",
  };
  for (const [name, content] of Object.entries(files)) await home.write(`models/${name}`, content);
  await home.write("models/signature.json", signature);
}

/** Predictions files, right and wrong. */
async function writePredictions(home: TemporaryDirectory): Promise<void> {
  const rows = (count: number, line: (i: number) => string): string => `${Array.from({ length: count }, (_, i) => line(i)).join("\n")}\n`;
  await home.write("p/right.csv", `id,label,prediction\n${rows(60, (i) => `${i},${i % 2},${i % 2}`)}`);
  await home.write("p/others.csv", `id,label,prediction\n${rows(60, (i) => `x${i},${i % 2},${i % 2}`)}`);
  await home.write("p/no-prediction.csv", `id,label,guess\n${rows(60, (i) => `${i},${i % 2},${i % 2}`)}`);
  await home.write("p/no-label.csv", `id,prediction\n${rows(60, (i) => `${i},${i % 2}`)}`);
  await home.write("p/scores.csv", `id,label,prediction,score\n${rows(60, (i) => `${i},${i % 2},${i % 2},${i === 7 ? "high" : "0.5"}`)}`);
  await home.write("p/words.csv", `id,label,prediction\n${rows(60, (i) => `${i},${i}.5,${i === 7 ? "many" : i}`)}`);
  await home.write("p/twice.csv", `id,label,prediction\n${rows(60, (i) => `${i % 59},${i % 2},${i % 2}`)}`);
  await home.write("p/empty.csv", "");
  await home.write("p/header.csv", "id,label,prediction\n");
  await home.write("p/ragged.csv", `id,label,prediction\n1,0,0\n2,1\n3,1,1,1\n`);
}
