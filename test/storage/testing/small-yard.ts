import { seededRandom, utf8 } from "@modelyard/base";
import { makeSplitRule } from "@modelyard/content";
import { type DatasetVersion, pushDataset } from "@modelyard/dataset";
import { appendRunEvent, attach, moveStage, registerVersion } from "@modelyard/registry";
import { type BlobStore, nodeHasher, type Yard } from "@modelyard/store";
import { yardOver } from "@modelyard/store/open-yard";
import { systemClock } from "@modelyard/store/system-clock";
import { systemRandom } from "@modelyard/store/system-random";
import type { TemporaryDirectory } from "@modelyard/testkit";

export const ports = { clock: systemClock, random: systemRandom, hasher: nodeHasher };

/** Bytes of one image; several of them make a yard of about 50,000 bytes. */
const IMAGE_BYTES = 9_500;
const ROWS = 300;

/** A yard with something of every kind of object: two dataset versions, a run, a model version with stages, and what was learnt of it. */
export async function smallYard(store: BlobStore, directory: TemporaryDirectory): Promise<{ yard: Yard; versions: DatasetVersion[] }> {
  const yard = await yardOver(store, "memory:", { ...ports, create: true });
  const random = seededRandom(3);
  const push = () =>
    pushDataset({
      yard,
      name: "digits",
      source: directory.at("in"),
      splitRule: makeSplitRule({ salt: "digits" }),
      labelColumn: "label",
      ...ports,
    });
  const rows = Array.from({ length: ROWS }, (_, i) => `${i},${(i * 7) % 13},${["one", "two"][i % 2]}`);
  await directory.write("in/table.csv", `id,value,label\n${rows.join("\n")}\n`);
  for (const name of ["a.png", "b/c.png", "b/d.png"])
    await directory.write(
      `in/${name}`,
      Uint8Array.from({ length: IMAGE_BYTES }, () => random.next() * 256),
    );
  const first = await push();
  await directory.write("in/notes.txt", "a second version");
  const second = await push();

  const event = { parameters: { rate: 0.1 }, environment: { node: "24" }, hardware: { cpu: "x", cores: 2, memoryBytes: 1, gpus: [] } };
  await appendRunEvent(yard, "run1", { type: "started", model: "digits", ...event }, ports);
  await appendRunEvent(yard, "run1", { type: "metrics", values: { accuracy: 0.96, loss: 0.1 } }, ports);
  await appendRunEvent(yard, "run1", { type: "finished", outcome: "succeeded", durationMs: 12.5 }, ports);
  const blob = async (bytes: Uint8Array) => {
    const { digest, size } = await yard.blobs.put(bytes);
    return { digest, size };
  };
  const { version } = await registerVersion(
    yard,
    {
      name: "digits",
      model: await blob(Uint8Array.from({ length: IMAGE_BYTES }, () => random.next() * 256)),
      signature: await blob(utf8('{"inputs":[]}')),
      golden: await blob(utf8('{"examples":[]}')),
      run: "run1",
      dataset: { name: "digits", version: 2, digest: second.digest },
      metrics: null,
      headline: { accuracy: 0.96 },
      commit: "a".repeat(40),
    },
    ports,
  );
  for (const stage of ["staging", "production"] as const)
    await moveStage(yard, { name: "digits", stage, version: version.version, by: "promote", reason: "all gates pass" }, ports);
  const report = await blob(utf8('{"verdict":"clean"}'));
  await attach(yard, "digits", 1, { kind: "scan", verdict: "clean", report: report.digest }, ports);
  return { yard, versions: [first.record, second.record] };
}
