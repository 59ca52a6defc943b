// Trains on work/train/digits.csv (a pulled split) and writes out/model.onnx, out/signature.json, out/golden.json and out/metrics.json.
// Parameters come as JSON in PARAMETERS: { "hidden": 0 | units, "epochs": n, "learningRate": x, "seed": n, "export": "dynamic" | "fixed-batch" }.
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type BatchExport, golden, signature, toOnnx } from "./export.ts";
import { createNetwork, forward, type Network, seeded, train } from "./network.ts";

const PIXEL_MAX = 16;
const GOLDEN_CASES = 24;
const REPORTS = 4;

interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly number[])[];
  readonly labels: readonly number[];
}

function readTable(file: string): Table {
  const [header, ...lines] = readFileSync(file, "utf8").trimEnd().split("\n");
  const cells = lines.map((line) => line.split(",").map(Number));
  return { columns: header!.split(",").slice(0, -1), rows: cells.map((row) => row.slice(0, -1)), labels: cells.map((row) => row.at(-1)!) };
}

const scaled = (row: readonly number[]): Float64Array => Float64Array.from(row, (v) => v / PIXEL_MAX);

function accuracy(network: Network, table: Table): number {
  const right = table.rows.filter((row, i) => {
    const probabilities = forward(network, scaled(row)).at(-1)!;
    return probabilities.indexOf(Math.max(...probabilities)) === table.labels[i];
  });
  return right.length / table.rows.length;
}

/** Tells the yard how far the run is; MODELYARD is the command line, for instance `npx modelyard`. */
function reportProgress(step: number, total: number, loss: number): void {
  const [command, ...args] = (process.env["MODELYARD"] ?? "").split(" ");
  const run = process.env["RUN"];
  if (!command || !run) return;
  const values = [
    "record",
    "--run",
    run,
    "--event",
    "progress",
    "--step",
    String(step),
    "--total",
    String(total),
    "--message",
    `loss ${loss.toFixed(4)}`,
  ];
  try {
    execFileSync(command, [...args, ...values], { stdio: ["ignore", "ignore", "inherit"] });
  } catch (error) {
    process.stderr.write(`train: progress was not recorded: ${(error as Error).message}\n`);
  }
}

async function main(): Promise<void> {
  const here = process.cwd();
  const parameters = JSON.parse(process.env["PARAMETERS"] || "{}") as {
    hidden?: number;
    epochs?: number;
    learningRate?: number;
    seed?: number;
    export?: BatchExport;
  };
  const { hidden = 0, epochs = 30, learningRate = 0.1, seed = 7, export: batch = "dynamic" } = parameters;
  const table = readTable(join(here, process.env["DATA"] ?? "work/train/digits.csv"));
  const random = seeded(seed);
  const pixels = table.columns.length;
  const network = createNetwork(hidden > 0 ? [pixels, hidden, 10] : [pixels, 10], random);
  const every = Math.max(1, Math.ceil(epochs / REPORTS));
  await train(network, table.rows.map(scaled), table.labels, {
    epochs,
    batchSize: 16,
    learningRate,
    momentum: 0.9,
    weightDecay: 1e-4,
    random,
    onEpoch(epoch, loss) {
      if (epoch % every !== 0 && epoch !== epochs) return;
      process.stdout.write(`epoch ${epoch}/${epochs} loss ${loss.toFixed(4)}\n`);
      reportProgress(epoch, epochs, loss);
    },
  });
  const out = join(here, "out");
  mkdirSync(out, { recursive: true });
  const spread = Array.from({ length: GOLDEN_CASES }, (_, i) => table.rows[Math.floor((i * table.rows.length) / GOLDEN_CASES)]!);
  const trainAccuracy = accuracy(network, table);
  writeFileSync(join(out, "model.onnx"), toOnnx(network, batch));
  writeFileSync(join(out, "signature.json"), `${JSON.stringify(signature(table.columns), null, 2)}\n`);
  writeFileSync(join(out, "golden.json"), `${JSON.stringify(golden(network, spread))}\n`);
  writeFileSync(join(out, "metrics.json"), `${JSON.stringify({ "train-accuracy": trainAccuracy, rows: table.rows.length })}\n`);
  process.stdout.write(
    `trained ${hidden > 0 ? `a perceptron with ${hidden} hidden units` : "a softmax regression"} on ${table.rows.length} rows: ${trainAccuracy.toFixed(4)} on its own data\n`,
  );
}

await main();
