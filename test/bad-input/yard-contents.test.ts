// What lies in a yard or a checkout and is not as this release wrote it: newer formats, damage, hostile documents. One error, and nothing is written.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { setStage } from "@modelyard/operations/testing/set-stage";
import { temporaryDirectory } from "@modelyard/testkit";
import { below } from "../adoption/testing/below.ts";
import { assertRefused, type Refusal, treeOf } from "./testing/expect-error.ts";
import { modelyard } from "./testing/modelyard.ts";
import { prepareTeam } from "./testing/team.ts";

const RUN = "01ARZ3NDEKTSV4RRFFQ69G5FAV";

const outer = await temporaryDirectory("modelyard-yard-");
after(() => outer.remove());
const home = below(outer, "repository");
await prepareTeam(home);
await setStage(home.path, "points", "staging", 1);
const prepared = [
  `record --name points --run ${RUN} --model out/model.onnx --signature out/signature.json`,
  "rollback --name points --version 1 --claim-timeout 1ms",
  "evaluate --model points@1 --dataset points@1 --baseline none",
];
for (const args of prepared) await modelyard(args.split(" "), { cwd: home.path });
await setStage(home.path, "points", "production", 1);

/** The first file of the yard whose key matches. */
function fileOf(key: RegExp): string {
  const found = Object.keys(treeOf(home.at(".modelyard"))).find((path) => key.test(path));
  assert.ok(found, `the yard has no ${key}`);
  return join(".modelyard", found);
}

/** Runs a command while a file has another content; everything else must stay as it was. */
async function refusedWith(file: string, content: string | Buffer, args: string, refusal: Refusal): Promise<void> {
  const path = home.at(file);
  const original = readFileSync(path);
  writeFileSync(path, content);
  try {
    const before = treeOf(outer.path);
    assertRefused(
      await modelyard(args.split(" "), { cwd: home.path }),
      refusal,
      `${args}\nwith ${file}: ${content.toString().slice(0, 300)}`,
    );
    assert.deepEqual(treeOf(outer.path), before, `something was written by ${args}`);
  } finally {
    writeFileSync(path, original);
  }
}

/** Each record kind of docs/store-format.md, with a command that reads it. */
const RECORDS: readonly (readonly [kind: string, key: RegExp, args: string])[] = [
  ["the yard itself", /^yard\.json$/, "dataset-pull --name points"],
  ["a dataset version", /^datasets\/points\/versions\/1\.json$/, "dataset-pull --name points"],
  ["a model version", /^models\/points\/versions\/1\.json$/, "image --name points --version 1"],
  ["a stage", /^models\/points\/aliases\/production\/\d+\.json$/, "monitor --name points"],
  ["an event of a run", new RegExp(`^runs/${RUN}/\\d+\\.json$`), `register --name points --run ${RUN}`],
  ["an event of a rollout", /^rollouts\/points\/gateway\/\d+\/\d+\.json$/, "promote --name points --version 1"],
];

for (const [kind, key, args] of RECORDS) {
  test(`${kind} of a newer format`, async () => {
    const file = fileOf(key);
    const record = JSON.parse(readFileSync(home.at(file), "utf8")) as Record<string, unknown>;
    const refusal = { code: "FORMAT_TOO_NEW", says: /has format 2; this release reads format 1/, next: /use a newer release of Modelyard/ };
    await refusedWith(file, JSON.stringify({ ...record, format: 2, added: "later" }), args, refusal);
  });

  test(`${kind} that is damaged`, async () => {
    const file = fileOf(key);
    const bytes = readFileSync(home.at(file));
    const cut = { code: "JSON_INVALID", says: /is not valid JSON/, next: /./ };
    await refusedWith(file, bytes.subarray(0, bytes.length >> 1), args, cut);
    // Still JSON of the right form: only the checksum tells.
    const other = bytes
      .toString("utf8")
      .replace(/"check":"sha256:(.)/, (_, digit: string) => `"check":"sha256:${digit === "0" ? "1" : "0"}`);
    await refusedWith(file, other, args, { code: "RECORD_CORRUPT", says: /is not as it was written/, next: /restore the object/ });
  });
}

const DOCUMENTS: readonly (readonly [kind: string, file: string, args: string])[] = [
  ["a pointer file", "points.dataset.json", "dataset-pull --pointer points.dataset.json"],
  ["a signature", "out/signature.json", "register --name points --model out/model.onnx"],
  ["a comparison", "comparison.json", "report"],
  ["a metric document", "metrics.json", "report --metrics metrics.json"],
];

for (const [kind, file, args] of DOCUMENTS) {
  test(`${kind} of a newer format, cut, or hostile`, async () => {
    const text = await home.read(file);
    const document = JSON.parse(text) as Record<string, unknown>;
    const next = /./;
    const newer = { code: "FORMAT_TOO_NEW", says: /has format 2/, next: /newer release/ };
    await refusedWith(file, JSON.stringify({ ...document, format: 2 }), args, newer);
    for (const hostile of [
      text.slice(0, text.length >> 1),
      "",
      "null x",
      `${text.trimEnd().slice(0, -1)},"format":1}`,
      `{"__proto__":{"format":1}}`,
      "[".repeat(10_000),
      `{"format":1e400}`,
      '"\\ud800"',
    ])
      await refusedWith(file, hostile, args, { code: "JSON_INVALID", says: /is not valid JSON/, next });
    await refusedWith(file, Buffer.from([0xff, 0xfe, 0x7b]), args, { code: "JSON_INVALID", says: /UTF-8/, next });
    for (const other of ["[]", "{}", '"x"', "7", JSON.stringify({ ...document, surplus: 1 })])
      await refusedWith(file, other, args, { code: "DOCUMENT_INVALID", says: /is not as expected/, next: /schemas/ });
  });
}

test("a pointer file that points out of its dataset, or at another content", async () => {
  const pointer = JSON.parse(await home.read("points.dataset.json")) as Record<string, unknown>;
  const args = "dataset-pull --pointer points.dataset.json";
  const changed = (change: object): string => JSON.stringify({ ...pointer, ...change });
  const wrong = { code: "DOCUMENT_INVALID", says: /is not as expected/, next: /schemas/ };
  for (const change of [
    { name: "../../x" },
    { name: "a\u0000b" },
    { version: 0 },
    { version: 1.5 },
    { version: "1" },
    { digest: "sha256:zz" },
  ])
    await refusedWith("points.dataset.json", changed(change), args, wrong);
  const missing = { code: "DATASET_VERSION_MISSING", says: /no version 7/, next: /versions 1 to 1/ };
  await refusedWith("points.dataset.json", changed({ version: 7 }), args, missing);
  const mismatch = { code: "DATASET_POINTER_MISMATCH", says: /sha256:4{64}/, next: /another yard/ };
  await refusedWith("points.dataset.json", changed({ digest: `sha256:${"4".repeat(64)}` }), args, mismatch);
  await refusedWith("points.dataset.json", Buffer.alloc(100_000, " "), args, {
    code: "POINTER_MISSING",
    says: /is not a pointer file/,
    next: /dataset-push wrote/,
  });
});

test("a blob that is damaged or gone is named, and nothing of the pull is left", async () => {
  const record = JSON.parse(await home.read(fileOf(/^datasets\/points\/versions\/1\.json$/))) as Record<string, unknown>;
  const model = JSON.parse(await home.read(fileOf(/^models\/points\/versions\/1\.json$/))) as { model: { digest: string } };
  const blob = (digest: string): string => fileOf(new RegExp(`^blobs/sha256/.*/${digest.slice(7)}$`));
  const corrupt = { code: "BLOB_CORRUPT", says: /sha256:/, next: /./ };
  await refusedWith(blob(String(record["manifest"] ?? record["root"])), "{}", "dataset-pull --name points --path restored", corrupt);
  await refusedWith(blob(model.model.digest), "x", "evaluate --model points@1 --dataset points@1 --baseline none", corrupt);
});

const CONFIGS: readonly (readonly [text: string, says: RegExp])[] = [
  ["yrad: x\n", /modelyard\.yml: \(top\): unknown key "yrad"/],
  ["models: { points: { promote: { plan: [10], aplha: 1 } } }\n", /models\.points\.promote: unknown key "aplha"/],
  ["yard: a\nyard: b\n", /Map keys must be unique/],
  ["yard: 5\n", /yard: string expected, number found/],
  ["[]\n", /object expected, array found/],
  ["just a text\n", /object expected, string found/],
  ["yard: {\n", /is not valid YAML/],
  ["yard: !!js/function x\n", /is not valid YAML/],
  ["a: 1\n---\nb: 2\n", /is not valid YAML/],
  ["\tyard: x\n", /is not valid YAML/],
  ["__proto__: { yard: x }\n", /the key __proto__ is not allowed|unknown key/],
  ['yard: "a\\u0000b"\n', /control character/],
  ["models: { ../x: {} }\n", /models\.\.\.\/x/],
  [
    `a: &a [x, x, x, x, x, x, x, x, x]\n${"abcdefgh"
      .split("")
      .slice(1)
      .map((name, i) => `${name}: &${name} [${`*${"abcdefgh"[i]}, `.repeat(9)}]`)
      .join("\n")}\n`,
    /is not valid YAML.*alias/i,
  ],
];

test("a modelyard.yml that is none", async () => {
  await home.write("modelyard.yml", "yard: .modelyard\n");
  for (const [text, says] of CONFIGS)
    await refusedWith("modelyard.yml", text, "dataset-pull --name points", { code: "CONFIG_INVALID", says, next: /./ });
  const large = { code: "CONFIG_INVALID", says: /is larger than/, next: /keep data out/ };
  await refusedWith("modelyard.yml", `# ${"x".repeat(1_100_000)}\n`, "dataset-pull --name points", large);
  for (const args of ["serve --port 0", "gateway --model points --port 0"])
    await refusedWith("modelyard.yml", "yrad: x\n", args, { code: "CONFIG_INVALID", says: /yrad/, next: /docs\/configuration\.md/ });
});
