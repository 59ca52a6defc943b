import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { hasCode, utf8 } from "@modelyard/base";
import { directoryStore } from "./directory-store.ts";
import { storeSuite } from "./testing/store-suite.ts";

async function scratch(): Promise<{ root: string; close(): Promise<void> }> {
  const root = await mkdtemp(join(tmpdir(), "store-"));
  return { root, close: () => rm(root, { recursive: true, force: true }) };
}

storeSuite("the directory store", async () => {
  const { root, close } = await scratch();
  return { store: directoryStore(join(root, "yard"), { sync: false }), close };
});

async function inScratch(body: (root: string) => Promise<void>): Promise<void> {
  const { root, close } = await scratch();
  try {
    await body(root);
  } finally {
    await close();
  }
}

test("puts that fail and puts that lose leave no temporary file", () =>
  inScratch(async (root) => {
    const store = directoryStore(root);
    await store.putIfAbsent("a/k", utf8("1"));
    await Promise.all(Array.from({ length: 10 }, (_, i) => store.putIfAbsent("a/r", utf8(String(i)))));
    await assert.rejects(store.putIfAbsent("a/x", { size: 9, open: async function* () {} }), (error) => hasCode(error, "SOURCE_CHANGED"));
    assert.deepEqual(await readdir(join(root, "tmp")), []);
  }));

test("temporary files of dead processes go after a day, others stay", () =>
  inScratch(async (root) => {
    await mkdir(join(root, "tmp"));
    for (const [name, ageHours] of [
      ["old", 25],
      ["young", 23],
    ] as const) {
      await writeFile(join(root, "tmp", name), "half");
      const time = Date.now() / 1000 - ageHours * 3600;
      await utimes(join(root, "tmp", name), time, time);
    }
    await directoryStore(root).putIfAbsent("k", utf8("1"));
    assert.deepEqual(await readdir(join(root, "tmp")), ["young"]);
  }));

test("symbolic links are refused or not seen", () =>
  inScratch(async (root) => {
    const [yard, outside] = [join(root, "yard"), join(root, "outside")];
    await mkdir(join(yard, "runs"), { recursive: true });
    await mkdir(outside);
    await writeFile(join(outside, "secret"), "secret");
    await symlink(outside, join(yard, "linked"));
    await symlink(join(outside, "secret"), join(yard, "runs", "file"));
    const store = directoryStore(yard);
    const refused = (error: unknown): boolean => hasCode(error, "STORE_SYMLINK");
    for (const key of ["linked/secret", "runs/file"]) {
      await assert.rejects(store.get(key), refused);
      await assert.rejects(store.read(key), refused);
      await assert.rejects(store.putIfAbsent(key, utf8("x")), refused);
    }
    await assert.rejects(store.putIfAbsent("linked/new", utf8("x")), refused);
    await assert.rejects(store.delete("linked/secret"), refused);
    const keys = [];
    for await (const { key } of store.list("")) keys.push(key);
    assert.deepEqual(keys, []);
    assert.deepEqual(await readdir(outside), ["secret"]);
  }));

test("a yard behind a link of its own works", () =>
  inScratch(async (root) => {
    await mkdir(join(root, "real"));
    await symlink(join(root, "real"), join(root, "link"));
    const store = directoryStore(join(root, "link"));
    await store.putIfAbsent("a/b", utf8("1"));
    assert.deepEqual(await store.get("a/b"), utf8("1"));
  }));

test("a link that comes later is refused as well, and the yard's own link may be set anew", () =>
  inScratch(async (root) => {
    await mkdir(join(root, "first"));
    await mkdir(join(root, "second"));
    await symlink(join(root, "first"), join(root, "link"));
    const store = directoryStore(join(root, "link"));
    await store.putIfAbsent("a/b", utf8("1"));
    await rm(join(root, "first", "a"), { recursive: true });
    await symlink(join(root, "second"), join(root, "first", "a"));
    await assert.rejects(store.get("a/b"), (error) => hasCode(error, "STORE_SYMLINK"));
    await assert.rejects(store.putIfAbsent("a/c", utf8("x")), (error) => hasCode(error, "STORE_SYMLINK"));
    await rm(join(root, "link"));
    await symlink(join(root, "second"), join(root, "link"));
    await mkdir(join(root, "second", "a"));
    await writeFile(join(root, "second", "a", "b"), "2");
    assert.deepEqual(await store.get("a/b"), utf8("2"));
  }));

test("files that are no keys are not listed", () =>
  inScratch(async (root) => {
    for (const name of ["a b", "ä", "ok"]) await writeFile(join(root, name), "");
    const keys = [];
    for await (const { key } of directoryStore(root).list("")) keys.push(key);
    assert.deepEqual(keys, ["ok"]);
  }));

test("an object and a directory of one name are a named conflict", () =>
  inScratch(async (root) => {
    const store = directoryStore(root);
    await store.putIfAbsent("a", utf8("1"));
    await assert.rejects(store.putIfAbsent("a/b", utf8("2")), (error) => hasCode(error, "STORE_KEY_CONFLICT"));
    await store.putIfAbsent("d/e", utf8("1"));
    await assert.rejects(store.putIfAbsent("d", utf8("2")), (error) => hasCode(error, "STORE_KEY_CONFLICT"));
  }));
