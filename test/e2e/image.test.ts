import assert from "node:assert/strict";
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, before, test } from "node:test";
import { parseGolden } from "@modelyard/model";
import { checkImage, manifestSchema, OciLayout } from "@modelyard/oci";
import { image } from "@modelyard/operations/image";
import { register } from "@modelyard/operations/register";
import { testContext } from "@modelyard/operations/testing/test-context";
import { debianBase } from "./debian-base.ts";

const root = resolve(import.meta.dirname, "../..");
const serve = join(root, "dist", "serve.cjs");
const START_TIMEOUT_MS = 30_000;
const directory = mkdtempSync(join(tmpdir(), "image-e2e-"));
let base: string | undefined;

/** A trained model in a yard, as the digits example makes it. */
async function registered(): Promise<void> {
  const example = join(root, "examples", "digits");
  execFileSync(process.execPath, [join(example, "add-data.ts"), "300", join("..", "..", "..", "..", directory, "work/train/digits.csv")], { cwd: example, stdio: "ignore" });
}

before(() => {
  base = debianBase(directory);
});
after(() => rmSync(directory, { recursive: true, force: true }));
