import assert from "node:assert/strict";
import { mkdir, symlink } from "node:fs/promises";
import { test } from "node:test";
import { compareUtf8, type Digest, hasCode, isModelyardError, randomInt, seededRandom, utf8 } from "@modelyard/base";
import { makeSplitRule, versionDigest } from "@modelyard/content";
import { memoryYard, nodeHasher, type Yard } from "@modelyard/store";
import { temporaryDirectory } from "@modelyard/testkit";
import type { DatasetVersion } from "./document.ts";
import { pull, push, readTree, writeTree } from "./testing/fixtures.ts";

const CONTENT = utf8("owned");
const SEED = 20_260_101;

/** A version whose manifest says exactly this, whether a push could have written it or not. */
async function forge(yard: Yard, page: string, files: number): Promise<DatasetVersion> {
  await yard.blobs.put(CONTENT);
  const { digest: manifest } = await yard.blobs.put(utf8(page));
  const splitRule = makeSplitRule({ salt: "data" });
  return {
    format: 1,
    kind: "dataset-version",
    name: "data",
    version: 1,
    digest: versionDigest(splitRule, manifest, nodeHasher),
    manifest,
    splitRule,
    files,
    bytes: files * CONTENT.length,
    exampleKind: "files",
    examples: { total: files, train: files, validation: 0, test: 0 },
    profile: null,
    trainProfile: null,
    schema: [],
    table: { labelColumn: null, keyColumn: null, header: true },
    parent: null,
    created: "2026-01-01T00:00:00Z",
    push: "p",
    commit: null,
    storage: null,
  };
}

function pageOf(paths: readonly string[], size = CONTENT.length, digest: Digest = nodeHasher.sha256(CONTENT)): string {
  const sorted = [...paths].sort(compareUtf8);
  return `[${sorted.map((path) => `{"path":${JSON.stringify(path)},"sha256":"${digest.slice(7)}","size":${size}}`).join(",")}]`;
}

const EVIL = [
  "..",
  "../evil",
  "a/../../evil",
  "a/..",
  "../../../../tmp/evil",
  "/evil",
  "//evil",
  "/etc/passwd",
  "C:/evil",
  "C:evil",
  "c:",
  "\\\\host\\share\\evil",
  "..\\evil",
  "a\\..\\..\\evil",
  "evil\0.png",
  "a\nb",
  "evil:stream",
  "evil.txt::$DATA",
  "./evil",
  "a/./evil",
  "a//evil",
  "evil/",
  "evil.",
  "evil ",
  "evil. .",
  "d./evil",
  "e\u0301vil",
  "\ud800evil",
  "evil\u0085",
  "a/\u0000",
  "~\\evil",
  "evil?",
  "evil*",
  "evil|sh",
  "<evil",
  "\u007f",
  ".modelyard-pull/x",
  ".modelyard-pull",
  "x".repeat(4_096),
  `${"y".repeat(300)}/evil`,
  "../".repeat(300),
  "z/".repeat(700),
  ..."CON PRN AUX NUL COM1 COM2 COM3 COM4 COM5 COM6 COM7 COM8 COM9 LPT1 LPT2 LPT3 LPT4 LPT5 LPT6 LPT7 LPT8 LPT9 COM¹ LPT³ CONIN$ CONOUT$"
    .split(" ")
    .flatMap((name) => [name, `${name.toLowerCase()}.txt`, `d/${name}.tar.gz`]),
];

const COLLIDING: readonly (readonly string[])[] = [
  ["A", "a"],
  ["d/É", "d/é"],
  ["d", "d/x"],
  ["D/x", "d/y"],
  ["ſ", "s"],
  ["a/b/c", "a/B"],
  ["K", "\u212a"],
  ["x", "x\u200d"],
  ["x.y/z", "X.y"],
];

async function refuse(yard: Yard, version: DatasetVersion, parent: string): Promise<void> {
  await assert.rejects(pull(yard, version, `${parent}/target`), (error) => {
    assert.ok(isModelyardError(error) && error.kind !== "defect" && error.hint !== undefined, String(error));
    return true;
  });
}

test("S5: hostile manifests are refused before a byte is written", async (t) => {
  await using directory = await temporaryDirectory();
  await writeTree(directory.path, { "parent/sibling/keep": "me", evil: "original" });
  const before = await readTree(directory.path);
  const yard = memoryYard();
  const random = seededRandom(SEED);
  const pages: string[] = [...COLLIDING.map((paths) => pageOf(paths)), ...EVIL.map((path) => pageOf([path]))];
  while (pages.length < 400) {
    const paths = new Set(["good/a.txt", "good/b.txt"]);
    const evil = EVIL[randomInt(random, EVIL.length)]!;
    const place = randomInt(random, 3);
    paths.add(place === 0 ? evil : place === 1 ? `good/sub/${evil.replace(/^\//, "/")}` : `${evil}/inner.txt`);
    // Below a directory of its own the staging name is a name like any other, and an empty tail makes an honest path.
    if (place === 1 && evil.startsWith(".modelyard-pull")) continue;
    pages.push(pageOf([...paths]));
  }
  for (const page of pages) {
    await refuse(yard, await forge(yard, page, 1), directory.at("parent"));
  }
  assert.deepEqual(await readTree(directory.path), before);
  t.diagnostic(`${pages.length} manifests, seed ${SEED}`);
});

test("S5: manifests whose sizes and digests lie leave nothing", async () => {
  await using directory = await temporaryDirectory();
  await writeTree(directory.path, { "parent/keep": "me" });
  const before = await readTree(directory.path);
  const yard = memoryYard();
  for (const page of [
    pageOf(["a"], 4),
    pageOf(["a"], 6),
    pageOf(["a"], 0),
    pageOf(["a", "b"], 2 ** 53 - 1),
    pageOf(["a"], 5, nodeHasher.sha256("not stored")),
  ]) {
    await refuse(yard, await forge(yard, page, 1), directory.at("parent"));
    assert.deepEqual(await readTree(directory.path), before);
  }
});

test("S5: links in the target are never followed", async () => {
  await using directory = await temporaryDirectory();
  await writeTree(directory.path, {
    "outside/keep": "me",
    "outside/victim": "safe",
    "in/d/victim": "new",
    "in/top": "new",
    "in/d/e/deep": "new",
  });
  const yard = memoryYard();
  const { record } = await push(yard, directory.at("in"));
  const outside = await readTree(directory.at("outside"));
  const links: [string, string][] = [
    ["d", "../outside"],
    ["d", "../outside/keep"],
    ["d/e", "../../outside"],
    ["d", "."],
    ["d", "d"],
    ["d", "nowhere"],
    [".modelyard-pull", "../outside"],
  ];
  for (const [i, [path, to]] of links.entries()) {
    const target = directory.at(`target${i}`);
    await mkdir(`${target}/${path}/..`.replace(/[^/]+\/\.\.$/, ""), { recursive: true });
    await symlink(to, `${target}/${path}`);
    const before = await readTree(target);
    await assert.rejects(pull(yard, record, target), (error) => hasCode(error, "PULL_UNSAFE"), path);
    assert.deepEqual(await readTree(directory.at("outside")), outside);
    assert.deepEqual(await readTree(target), before);
  }
});

test("S5: a link in place of a file is replaced, what it named is untouched", async () => {
  await using directory = await temporaryDirectory();
  await writeTree(directory.path, { "outside/victim": "safe", "in/d/victim": "new", "target/d/x": "1" });
  const yard = memoryYard();
  const { record } = await push(yard, directory.at("in"));
  await symlink("../../outside/victim", directory.at("target/d/victim"));
  await pull(yard, record, directory.at("target"));
  assert.deepEqual(await readTree(directory.path), {
    "in/d/victim": "new",
    "outside/victim": "safe",
    "target/d/victim": "new",
    "target/d/x": "1",
  });
});

test("S5: a link swapped in while files are fetched is not followed", async () => {
  await using directory = await temporaryDirectory();
  await writeTree(directory.path, { "outside/keep": "me", "in/d/victim": "new" });
  const yard = memoryYard();
  const { record } = await push(yard, directory.at("in"));
  await mkdir(directory.at("target"));
  const read = yard.store.read.bind(yard.store);
  yard.store.read = async (key, options) => {
    await symlink("../outside", directory.at("target/d"));
    return read(key, options);
  };
  await assert.rejects(pull(yard, record, directory.at("target")), (error) => hasCode(error, "PULL_UNSAFE"));
  assert.deepEqual(await readTree(directory.at("outside")), { keep: "me" });
});

test("a directory in the way of a file, and a file in the way of a directory, are named", async () => {
  await using directory = await temporaryDirectory();
  await writeTree(directory.path, { "in/d/f": "new", "in/g": "new", "one/d": "a file", "two/g/h": "a directory" });
  const yard = memoryYard();
  const { record } = await push(yard, directory.at("in"));
  for (const target of ["one", "two"]) {
    const before = await readTree(directory.at(target));
    await assert.rejects(pull(yard, record, directory.at(target)), (error) => hasCode(error, "PULL_UNSAFE"));
    assert.deepEqual(await readTree(directory.at(target)), before);
  }
});
