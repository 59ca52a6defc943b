// Nine metrics of a binary classifier, and one bootstrap resample of them: CPU seconds beside scikit-learn on the same scores.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { seededRandom } from "@modelyard/base";
import { type ClassificationTable, scorerOf, tableArea } from "@modelyard/evaluate";
import { drawWeights } from "@modelyard/stats";
import { median } from "./cpu-time.ts";
import { type Bench, type Figure, figure } from "./figure.ts";

const ROWS = 1_000_000;
const QUICK_ROWS = 200_000;
const REPEATS = 3;
const RESAMPLES = 5;
/** Interpreter that has scikit-learn; `python3` of the PATH by default. */
const PYTHON_VARIABLE = "MODELYARD_BENCH_PYTHON";
const NINE = ["accuracy", "precision", "recall", "f1", "auc", "average-precision", "log-loss", "brier", "mcc"] as const;

// process_time is the CPU time of this process alone, without imports and reading.
const PEER = `
import json, sys, time
import numpy as np
from sklearn import metrics as m
y = np.fromfile(sys.argv[1], dtype=np.uint8).astype(int)
s = np.fromfile(sys.argv[2], dtype=np.float32).astype(np.float64)
def nine(y, s):
    p = (s > 0.5).astype(int)
    return [m.accuracy_score(y, p), m.precision_score(y, p), m.recall_score(y, p), m.f1_score(y, p), m.roc_auc_score(y, s),
            m.average_precision_score(y, s), m.log_loss(y, s), m.brier_score_loss(y, s), m.matthews_corrcoef(y, p)]
once, resample = [], []
rng = np.random.default_rng(1)
for _ in range(${REPEATS}):
    t = time.process_time(); values = nine(y, s); once.append(time.process_time() - t)
for _ in range(2):
    t = time.process_time(); i = rng.integers(0, len(y), len(y)); nine(y[i], s[i]); resample.append(time.process_time() - t)
print(json.dumps({"values": [float(v) for v in values], "once": once, "resample": resample}))
`;

interface PeerResult {
  readonly values: number[];
  readonly once: number[];
  readonly resample: number[];
}

export const bench: Bench = async ({ quick, note }) => {
  const rows = quick ? QUICK_ROWS : ROWS;
  const { truth, scores } = makeScores(rows);
  const table = tableOf(truth, scores);
  // A fresh table each time: the ranking of a column is remembered.
  const once = Array.from({ length: REPEATS }, () => tableOf(truth, scores)).map((fresh) => cpuSeconds(() => nineMetrics(fresh)));
  const resample = resampleSeconds(table);
  const peer = runPeer(truth, scores, note);
  if (peer !== undefined) requireEqual(nineMetrics(table), peer.values);
  const what = `${rows.toLocaleString("en")} rows`;
  const ours = median(once);
  const limit = (0.5 * rows) / ROWS;
  const figures: Figure[] = [
    figure(
      `nine binary metrics, ${what}, against scikit-learn`,
      "CPU s",
      round(ours),
      peer && round(median(peer.once)),
      peer && { text: "at most 1/4.5 of scikit-learn", ok: ours * 4.5 <= median(peer.once) },
    ),
    figure(`nine binary metrics, ${what}`, "CPU s", round(ours), undefined, { text: `at most ${limit}`, ok: ours <= limit }),
    figure(
      `one bootstrap resample of eight of them, ${what}, against scikit-learn`,
      "CPU s",
      round(resample),
      peer && round(median(peer.resample)),
      peer && { text: "at most 1/20 of scikit-learn", ok: resample * 20 <= median(peer.resample) },
    ),
  ];
  return figures;
};

/** Scores of a fair classifier as a model gives them: floats. */
function makeScores(rows: number): { truth: Uint8Array; scores: Float32Array } {
  const random = seededRandom(17);
  const truth = new Uint8Array(rows);
  const scores = new Float32Array(rows);
  for (let i = 0; i < rows; i++) {
    truth[i] = random.next() < 0.3 ? 1 : 0;
    const noise = random.next() + random.next() + random.next() - 1.5;
    scores[i] = 1 / (1 + Math.exp(-(4 * noise + (truth[i] === 1 ? 1.2 : -1.2))));
  }
  return { truth, scores };
}

function tableOf(truth: Uint8Array, scores: Float32Array): ClassificationTable {
  const second = Float64Array.from(scores);
  return {
    task: "classification",
    labels: ["0", "1"],
    truth: Int32Array.from(truth),
    predicted: Int32Array.from(scores, (p) => (p > 0.5 ? 1 : 0)),
    scores: [second.map((p) => 1 - p), second],
  };
}

function nineMetrics(table: ClassificationTable): number[] {
  const scorer = scorerOf(table);
  const out = new Float64Array(scorer.names.length);
  scorer.score(new Uint16Array(scorer.rows).fill(1), out);
  const area = tableArea(table)!;
  return NINE.map((name) => (name === "auc" ? area.auc : out[scorer.names.indexOf(name)]!));
}

/** CPU of a resample once the rows are ranked; the AUC has a closed form (DeLong) and needs none. */
function resampleSeconds(table: ClassificationTable): number {
  const scorer = scorerOf(table);
  const out = new Float64Array(scorer.names.length);
  const weights = new Uint16Array(scorer.rows);
  const random = seededRandom(5);
  const seconds = cpuSeconds(() => {
    for (let i = 0; i < RESAMPLES; i++) {
      drawWeights(random, weights);
      scorer.score(weights, out);
    }
  });
  return seconds / RESAMPLES;
}

function cpuSeconds(body: () => void): number {
  const before = process.cpuUsage();
  body();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

function runPeer(truth: Uint8Array, scores: Float32Array, note: (message: string) => void): PeerResult | undefined {
  const python = process.env[PYTHON_VARIABLE] ?? "python3";
  const directory = mkdtempSync(join(tmpdir(), "bench-evaluate-"));
  try {
    writeFileSync(join(directory, "truth"), truth);
    writeFileSync(join(directory, "scores"), scores);
    const args = ["-c", PEER, join(directory, "truth"), join(directory, "scores")];
    return JSON.parse(execFileSync(python, args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] })) as PeerResult;
  } catch {
    // A machine without the peer still gets our own figures.
    note(`scikit-learn is not there: ${python} cannot import it; install it, or name an interpreter that has it in ${PYTHON_VARIABLE}`);
    return undefined;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** A fast wrong number is no figure. */
function requireEqual(ours: readonly number[], theirs: readonly number[]): void {
  for (const [i, value] of ours.entries()) {
    if (Math.abs(value - theirs[i]!) > 1e-9) throw new Error(`${NINE[i]} is ${value}; scikit-learn says ${theirs[i]}`);
  }
}

function round(seconds: number): number {
  return Number(seconds.toPrecision(3));
}
