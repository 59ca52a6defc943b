import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { after, test } from "node:test";
import { bundle } from "./bundle.ts";
import { bundleEntries } from "./entries.ts";
import { licenceText } from "./licences.ts";

const root = resolve(import.meta.dirname, "../..");
// Inside the tree and ignored by git: dependencies are copied as hard links, which need the same file system.
mkdirSync(join(root, ".cache"), { recursive: true });
const home = mkdtempSync(join(root, ".cache/rebuild-"));
after(() => rmSync(home, { recursive: true, force: true }));

/** S14: three rebuilds in CI, ten for a release, each in another place, time zone, locale and umask. */
const PLACES = [
  { directory: "a", TZ: "Pacific/Kiritimati", LC_ALL: "C", umask: "077" },
  { directory: "some/where/much/deeper", TZ: "America/St_Johns", LC_ALL: "tr_TR.UTF-8", umask: "022" },
  { directory: "with space and é", TZ: "UTC", LC_ALL: "C.UTF-8", umask: "002" },
  ...Array.from({ length: 7 }, (_, i) => ({ directory: `release-${i}`, TZ: `Etc/GMT+${i}`, LC_ALL: "C", umask: "027" })),
].slice(0, Number(process.env["MODELYARD_TEST_SCALE"] ?? "1") >= 10 ? 10 : 3);

const sha256 = (data: Uint8Array | string): string => createHash("sha256").update(data).digest("hex");

function copyTree(directory: string): string {
  const target = join(home, directory);
  mkdirSync(target, { recursive: true });
  const copied = spawnSync(
    "cp",
    ["-al", "--", ...["package.json", "node_modules", "packages", "actions", "tools"].map((name) => join(root, name)), target],
    { encoding: "utf8" },
  );
  assert.equal(copied.status, 0, copied.stderr);
  for (const action of readdirSync(join(target, "actions")))
    rmSync(join(target, "actions", action, "dist"), { recursive: true, force: true });
  return target;
}

test("bundles and licence files are the same bytes wherever, whenever and by whomever they are built", async () => {
  const expected = new Map<string, string>();
  for (const entry of bundleEntries(root)) {
    const built = await bundle(root, entry);
    expected.set(entry.output, sha256(built.code));
    expected.set(entry.output.replace(/\.cjs$/, ".licences.txt"), sha256(licenceText(root, built)));
  }
  assert.ok(expected.size > 0);
  for (const { directory, TZ, LC_ALL, umask } of PLACES) {
    const tree = copyTree(directory);
    const env = { PATH: process.env["PATH"], HOME: tree, TZ, LC_ALL };
    const built = spawnSync("sh", ["-c", `umask ${umask}; exec "$0" tools/build/main.ts`, process.execPath], {
      cwd: tree,
      env,
      encoding: "utf8",
    });
    assert.doesNotMatch(built.stderr, /does not build/);
    const actual = new Map([...expected.keys()].map((path) => [path, sha256(readFileSync(join(tree, path)))]));
    assert.deepEqual(actual, expected, directory);
    rmSync(tree, { recursive: true });
  }
});
