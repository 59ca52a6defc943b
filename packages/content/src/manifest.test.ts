import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { compareUtf8, type Digest, fromUtf8, hasCode, seededRandom, utf8 } from "@modelyard/base";
import fc from "fast-check";
import { canonicalJson } from "./canonical-json.ts";
import { entryText, type FileEntry } from "./file-entry.ts";
import { endsPage, MAX_PAGE_ENTRIES, manifestPages, type StoredPage } from "./manifest-build.ts";
import { diffManifests, type FileChange } from "./manifest-diff.ts";
import { MAX_PAGE_BYTES } from "./manifest-page.ts";
import { readManifest } from "./manifest-read.ts";
import { makeSplitRule } from "./split.ts";
import { testHasher } from "./testing/test-hasher.ts";
import { versionDigest } from "./version-digest.ts";

function file(path: string, content = path): FileEntry {
  return { path, size: content.length, sha256: createHash("sha256").update(content).digest("hex") };
}

function files(count: number): FileEntry[] {
  return Array.from({ length: count }, (_, i) => file(`train/${i % 10}/${String(i).padStart(7, "0")}.png`)).sort((a, b) =>
    compareUtf8(a.path, b.path),
  );
}

class Pages {
  readonly byDigest = new Map<string, Uint8Array>();
  reads = 0;
  async add(entries: FileEntry[]): Promise<Digest> {
    const pages = await manifestPages(entries, testHasher);
    for (const page of pages) this.byDigest.set(page.digest, page.bytes);
    return pages.at(-1)!.digest;
  }
  readonly source = async (digest: Digest): Promise<Uint8Array> => {
    this.reads++;
    return this.byDigest.get(digest) ?? assert.fail(`no page ${digest}`);
  };
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

test("format 1 anchor: these digests never change", async () => {
  const pages = await manifestPages([file("a.csv", "x\n1\n"), file("b/é.png", "png")], testHasher);
  assert.equal(pages.length, 1);
  assert.equal(fromUtf8(pages[0]!.bytes), GOLDEN_PAGE);
  assert.equal(versionDigest(makeSplitRule({ salt: "digits" }), pages[0]!.digest, testHasher), GOLDEN_VERSION);
  const large = await manifestPages(files(30_000), testHasher);
  assert.equal(large.at(-1)!.digest, GOLDEN_LARGE_ROOT);
  const [empty] = await manifestPages([], testHasher);
  assert.equal(fromUtf8(empty!.bytes), "[]");
});

/** Computed apart, by a Python program written from the contract. */
const GOLDEN_PAGE =
  '[{"path":"a.csv","sha256":"daff832f802000e645771a60983c76c963f6ee602a6230e45237bd360e91cc1a","size":4},{"path":"b/é.png","sha256":"8f8cbb7dcf46e0bc7d53265749a6c17d116093a6ba95e442764060c76fd4a86c","size":3}]';
const GOLDEN_VERSION = "sha256:bca6f50e3165f27d9eeda185f399db26f412e57e4490da509dd152fe3cc6871d";
const GOLDEN_LARGE_ROOT = "sha256:0b1319379ae8ba7c5a6b8ce438b74839342dc6427fad1680ba3db1c3e09d23b7";

test("the spelling of an entry is its canonical JSON", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), fc.nat(), (path, size) => {
      const entry = { path, size, sha256: "0".repeat(64) };
      assert.equal(entryText(entry), canonicalJson(entry));
      const ref = { path, digest: testHasher.sha256(path) };
      assert.equal(entryText(ref), canonicalJson(ref));
    }),
  );
});

test("pages follow the rule of hashes at every level and the tree ends in one page", async () => {
  const pages = await manifestPages(files(30_000), testHasher);
  const levels = new Map<number, StoredPage[]>();
  for (const page of pages) levels.set(page.level, [...(levels.get(page.level) ?? []), page]);
  assert.equal(levels.get(Math.max(...levels.keys()))!.length, 1);
  for (const [level, list] of levels) {
    list.forEach((page, i) => {
      const entries = JSON.parse(fromUtf8(page.bytes)) as { path: string }[];
      entries.forEach((entry, at) => {
        const last = at === entries.length - 1;
        const ends = endsPage(entry.path, level, testHasher);
        if (!last) assert.equal(ends, false);
        else if (i < list.length - 1) assert.ok(ends || entries.length === MAX_PAGE_ENTRIES);
      });
    });
  }
});

test("endsPage looks at the last 10 (L + 1) bits", () => {
  const bits = (path: string): string =>
    [...createHash("sha256").update(path).digest()].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  let ended = 0;
  for (let i = 0; i < 5_000; i++) {
    const path = `p${i}`;
    const expected = bits(path).endsWith("0".repeat(10));
    assert.equal(endsPage(path, 0, testHasher), expected);
    assert.equal(endsPage(path, 1, testHasher), bits(path).endsWith("0".repeat(20)));
    if (expected) ended++;
  }
  assert.ok(ended > 0);
});

test("a manifest reads back as it was written", async () => {
  for (const count of [0, 1, 2, 5_000]) {
    const pages = new Pages();
    const entries = files(count);
    assert.deepEqual(await all(readManifest(await pages.add(entries), pages.source, testHasher)), entries);
  }
});

test("the same rule over the list of pages would never end, ours does with pages of one entry", async () => {
  const paths: string[] = [];
  for (let i = 0; paths.length < 12; i++) if (endsPage(`q${i}`, 0, testHasher)) paths.push(`q${i}`);
  const pages = await manifestPages(
    paths.sort(compareUtf8).map((path) => file(path)),
    testHasher,
  );
  assert.deepEqual(
    pages.map((page) => page.level),
    [...Array<number>(12).fill(0), 1],
  );
});

test("a prefix reads only its pages", async () => {
  const pages = new Pages();
  const entries = files(30_000);
  const root = await pages.add(entries);
  pages.reads = 0;
  const found = await all(readManifest(root, pages.source, testHasher, { prefix: "train/3/0000" }));
  assert.deepEqual(
    found,
    entries.filter((entry) => entry.path.startsWith("train/3/0000")),
  );
  assert.ok(pages.reads <= 8, `${pages.reads} of ${pages.byDigest.size} pages`);
});

test("diff equals the diff of two maps and reads only differing pages", async () => {
  const random = seededRandom(7);
  const before = files(12_000);
  for (const share of [0.0002, 0.01, 1]) {
    const after: FileEntry[] = [];
    for (const entry of before) {
      const u = random.next();
      if (u < share / 3) continue;
      after.push(u < share ? file(entry.path, "changed") : entry);
      if (u > 1 - share / 3) after.push(file(`${entry.path}x`));
    }
    const pages = new Pages();
    const [a, b] = [await pages.add(before), await pages.add(after)];
    pages.reads = 0;
    assert.deepEqual(await all(diffManifests(a, b, pages.source, testHasher)), slowDiff(before, after));
    if (share === 0.0002) assert.ok(pages.reads < pages.byDigest.size, `${pages.reads} of ${pages.byDigest.size}`);
  }
});

test("diff against the empty manifest and against itself", async () => {
  const pages = new Pages();
  const [none, some] = [await pages.add([]), await pages.add(files(3_000))];
  assert.equal((await all(diffManifests(none, some, pages.source, testHasher))).filter((change) => change.kind === "added").length, 3_000);
  assert.equal(
    (await all(diffManifests(some, none, pages.source, testHasher))).filter((change) => change.kind === "removed").length,
    3_000,
  );
  assert.deepEqual(await all(diffManifests(some, some, pages.source, testHasher)), []);
});

function slowDiff(before: FileEntry[], after: FileEntry[]): FileChange[] {
  const [a, b] = [new Map(before.map((entry) => [entry.path, entry])), new Map(after.map((entry) => [entry.path, entry]))];
  const changes: FileChange[] = [];
  for (const path of [...new Set([...a.keys(), ...b.keys()])].sort(compareUtf8)) {
    const [x, y] = [a.get(path), b.get(path)];
    if (x === undefined) changes.push({ kind: "added", path, after: y! });
    else if (y === undefined) changes.push({ kind: "removed", path, before: x });
    else if (x.sha256 !== y.sha256) changes.push({ kind: "changed", path, before: x, after: y });
  }
  return changes;
}

const HEX = "0".repeat(64);
const entry = (path: string, rest = ""): string => `{"path":${JSON.stringify(path)},"sha256":"${HEX}","size":1${rest}}`;
const HOSTILE_PAGES: Record<string, string> = {
  "not JSON": "[",
  "not a list": "{}",
  "a list of texts": '["a"]',
  "null entries": "[null]",
  "out of order": `[${entry("b")},${entry("a")}]`,
  twice: `[${entry("a")},${entry("a")}]`,
  "a path out of the tree": `[${entry("../a")}]`,
  "an absolute path": `[${entry("/etc/passwd")}]`,
  "a collision": `[${entry("A")},${entry("a")}]`,
  "a file that is a directory": `[${entry("a")},${entry("a/b")}]`,
  "another key": `[${entry("a", ',"x":1')}]`,
  "a key twice": `[${entry("a", ',"size":1')}]`,
  "a prototype": `[${entry("a", ',"__proto__":{}')}]`,
  "white space": `[ ${entry("a")}]`,
  "a negative size": `[{"path":"a","sha256":"${HEX}","size":-1}]`,
  "a size past 2^53": `[{"path":"a","sha256":"${HEX}","size":9007199254740993}]`,
  "an infinite size": `[{"path":"a","sha256":"${HEX}","size":1e400}]`,
  "a size spelt otherwise": `[{"path":"a","sha256":"${HEX}","size":1.0}]`,
  "a short digest": `[{"path":"a","sha256":"00","size":1}]`,
  "an upper-case digest": `[{"path":"a","sha256":"${"A".repeat(64)}","size":1}]`,
  "pages among files": `[${entry("a")},{"digest":"sha256:${HEX}","path":"b"}]`,
  "too many entries": `[${Array.from({ length: 4_097 }, (_, i) => entry(`a${String(i).padStart(5, "0")}`)).join()}]`,
  "too many bytes": `["${"x".repeat(MAX_PAGE_BYTES)}"]`,
  "deep nesting": `${"[".repeat(100_000)}${"]".repeat(100_000)}`,
};

for (const [name, text] of Object.entries(HOSTILE_PAGES)) {
  test(`a page with ${name} is refused`, async () => {
    const bytes = utf8(text);
    const root = testHasher.sha256(bytes);
    await assert.rejects(all(readManifest(root, async () => bytes, testHasher)), (error) =>
      ["MANIFEST_INVALID", "PATH_INVALID", "PATH_COLLISION"].some((code) => hasCode(error, code)),
    );
  });
}

async function refuseTree(texts: (add: (text: string) => Digest) => Digest): Promise<void> {
  const store = new Map<string, Uint8Array>();
  const root = texts((text) => {
    const bytes = utf8(text);
    store.set(testHasher.sha256(bytes), bytes);
    return testHasher.sha256(bytes);
  });
  await assert.rejects(all(readManifest(root, async (digest) => store.get(digest)!, testHasher)), (error) =>
    hasCode(error, "MANIFEST_INVALID"),
  );
}
const ref = (digest: Digest, path: string): string => `{"digest":"${digest}","path":"${path}"}`;

test("trees that lie about their pages are refused", async () => {
  await refuseTree((add) => add(`[${ref(add(`[${entry("a")}]`), "b")}]`));
  await refuseTree((add) => add(`[${ref(add("[]"), "a")}]`));
  await refuseTree((add) => add(`[${ref(add(`[${entry("a")},${entry("c")}]`), "c")},${ref(add(`[${entry("b")},${entry("d")}]`), "d")}]`));
  await refuseTree((add) => {
    const leaf = ref(add(`[${entry("b")}]`), "b");
    return add(`[${ref(add(`[${entry("a")}]`), "a")},${ref(add(`[${leaf}]`), "b")}]`);
  });
  await refuseTree((add) => {
    let digest = add(`[${entry("a")}]`);
    for (let i = 0; i < 20; i++) digest = add(`[${ref(digest, "a")}]`);
    return digest;
  });
});

test("a page other than the one asked for is refused", async () => {
  const bytes = utf8(`[${entry("a")}]`);
  await assert.rejects(all(readManifest(testHasher.sha256("other"), async () => bytes, testHasher)), (error) =>
    hasCode(error, "MANIFEST_INVALID"),
  );
});

test("limits stop a manifest while it is read", async () => {
  const pages = new Pages();
  const root = await pages.add(files(3_000));
  for (const limits of [
    { maxFiles: 10, maxBytes: 1e12 },
    { maxFiles: 1e6, maxBytes: 100 },
  ]) {
    await assert.rejects(all(readManifest(root, pages.source, testHasher, { limits })), (error) => hasCode(error, "MANIFEST_INVALID"));
  }
});

test("unsorted input is a defect of the caller", async () => {
  await assert.rejects(manifestPages([file("b"), file("a")], testHasher), (error) => hasCode(error, "MANIFEST_ORDER"));
});

test("any cut or flipped page is refused", async () => {
  const pages = new Pages();
  const root = await pages.add(files(50));
  const bytes = pages.byDigest.get(root)!;
  for (let i = 0; i < bytes.length; i += 7) {
    const flipped = bytes.slice();
    flipped[i]! ^= 1;
    for (const damaged of [flipped, bytes.subarray(0, i)]) {
      await assert.rejects(all(readManifest(root, async () => damaged, testHasher)), (error) => hasCode(error, "MANIFEST_INVALID"));
    }
  }
});
