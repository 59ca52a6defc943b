import { formatDuration, messageOf } from "@modelyard/base";
import { buildAll } from "../tools/build/build-all.ts";
import { judge, packImage, promoteModel, pushData, registerModel, reportComparison, trainModel } from "./chapters.ts";
import { watchForDrift } from "./drift-chapter.ts";
import { startGateway } from "./gateway.ts";
import { hostBase } from "./host-base.ts";
import { writePage } from "./page.ts";
import { digits, rescanned } from "./rows.ts";
import { bold, dim } from "./story.ts";
import type { Told } from "./told.ts";
import { Traffic } from "./traffic.ts";
import { root } from "./workspace.ts";
import { createWorld, type World } from "./world.ts";

/** Requests a second: what one core serves without strain beside everything else. */
const REQUESTS_PER_SECOND = 120;
const FIRST_ROWS = 1000;
const SECOND_ROWS = 1500;
const ALL_ROWS = 1797;
/** Time for which the clients of the new scanner send before the monitor looks. */
const DRIFT_MS = 8_000;

/** The whole loop on one machine; resolves to the exit code. */
export async function runDemo(): Promise<number> {
  await buildServer();
  const world = await createWorld();
  const stops: (() => Promise<void>)[] = [() => world.github.close()];
  try {
    const told = await tell(world, stops);
    const page = await writePage(world, told);
    conclude(world, told, page);
    return 0;
  } catch (error) {
    process.stderr.write(`\nThe demo stopped: ${messageOf(error)}\n`);
    return 1;
  } finally {
    for (const stop of stops.toReversed())
      await stop().catch((error: unknown) => process.stderr.write(`demo: while stopping: ${messageOf(error)}\n`));
  }
}

/** The image packs the bundled server; a fresh clone has none yet. */
async function buildServer(): Promise<void> {
  const { problems } = await buildAll(root, ["serve"]);
  if (problems.length > 0) throw new Error(`the server's bundle: ${problems.join("; ")}`);
}

async function tell(world: World, stops: (() => Promise<void>)[]): Promise<Told> {
  process.stdout.write(
    `${bold("Modelyard: the delivery loop of a model, on this machine")}\n${dim("real digits, real training, real serving; GitHub is a stand-in that checks every request against GitHub's own description")}\n`,
  );

  const first = await pushData(world, "The team pushes its first 1,000 digits", FIRST_ROWS);
  const run1 = await trainModel(
    world,
    "A first model is trained on the GPU runner",
    ["--parameters", '{"hidden":0,"epochs":20}'],
    first.commit,
  );
  const judged1 = await judge(world, "It is judged on the test split", run1, "out/first");
  const model1 = await registerModel(world, "It becomes a model version", run1, "out/first/metrics.json");
  const base = await hostBase(world.workspace.out);
  await packImage(world, "It is packed as an image, without Docker", model1, base);

  const gateway = await startGateway(world, ["--model", "digits", "--port", "0"]);
  stops.push(gateway.stop);
  const traffic = new Traffic(`${gateway.url}/v2/models/digits/infer`, digits(0, SECOND_ROWS), REQUESTS_PER_SECOND);
  stops.push(() => traffic.stop());
  const serving = traffic.startWhenServing(`${gateway.url}/v2/models/digits/ready`);
  const rollout1 = await promoteModel(world, "It goes to production; clients call it from its first second", model1, "100", 0);
  await serving;

  const second = await pushData(world, "500 more digits come in", SECOND_ROWS);
  const run2 = await trainModel(
    world,
    "Enough is new, so a perceptron is trained",
    ["--parameters", '{"hidden":48,"epochs":40}'],
    second.commit,
  );
  const judged2 = await judge(world, "It is judged against production, on the same examples", run2, "out/second");
  const pull = world.github.addPull({ headSha: second.commit, title: "500 more digits, and a perceptron" });
  await reportComparison(world, "The pull request gets the verdict", "out/second", pull, second.commit);
  const model2 = await registerModel(world, "It becomes the second version", run2, "out/second/metrics.json");
  await packImage(world, "Its image shares every layer but the model's", model2, base);
  const rollout2 = await promoteModel(world, "It is promoted: shadow, 10 %, 30 %, 100 %", model2, "shadow,10,30,100", 0);

  const run3 = await trainModel(
    world,
    "Someone changes the exporter",
    ["--min-new-examples", "0", "--parameters", '{"hidden":48,"epochs":40,"export":"fixed-batch"}'],
    second.commit,
  );
  const judged3 = await judge(world, "Scored one row at a time, the new model is as good", run3, "out/third", ["--batch-size", "1"]);
  const model3 = await registerModel(world, "Every golden prediction comes out right", run3, "out/third/metrics.json");
  const rollout3 = await promoteModel(world, "Under real traffic it fails, and is rolled back", model3, "10,30,100", 1);

  traffic.use(rescanned(digits(SECOND_ROWS, ALL_ROWS)));
  await new Promise((done) => setTimeout(done, DRIFT_MS));
  const driftReport = await watchForDrift(world, "A new scanner changes what clients send");
  await traffic.stop();

  return {
    comparisons: [
      { title: "digits@1, no baseline", comparison: judged1 },
      { title: "digits@2 against production", comparison: judged2 },
      { title: "digits@3 against production", comparison: judged3 },
    ],
    rollouts: [
      { title: `digits@${model1}: first release`, id: rollout1 },
      { title: `digits@${model2}: shadow, 10, 30, 100`, id: rollout2 },
      { title: `digits@${model3}: fails when requests are batched`, id: rollout3 },
    ],
    traffic,
    driftReport,
  };
}

function conclude(world: World, told: Told, page: string): void {
  const { traffic } = told;
  const versions = told.comparisons.map(({ title, comparison }) => {
    const accuracy = comparison.candidate.metrics.find((metric) => metric.name === "accuracy");
    return `  ${title}: accuracy ${accuracy?.value.toFixed(3) ?? "unknown"}, ${comparison.verdict}`;
  });
  const failures = [...traffic.failures].map(([reason, count]) => `    ${count} x ${reason}`);
  const lines = [
    "",
    bold(`The loop took ${formatDuration(world.story.elapsedMs)}`),
    ...versions,
    `  requests answered: ${(traffic.sent - traffic.failed).toLocaleString("en")}; failed: ${traffic.failed}${traffic.failed > 0 ? ", all by the injected fault in its canary step:" : ""}`,
    ...failures,
    `  requests checked against GitHub's description: ${world.github.exchanges.length}, violations: ${world.github.violations.length}`,
    "",
    `Open ${page}`,
    "",
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
}
