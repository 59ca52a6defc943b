import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { messageOf, userError } from "@modelyard/base";
import { parseGolden, parseSignature } from "@modelyard/model";
import { resolveModelVersion } from "@modelyard/registry";
import type { ModelSource } from "@modelyard/server/serve";
import type { Yard } from "@modelyard/store";
import type { ServeModel } from "./arguments.ts";

/** The largest model that is read into memory; protobuf holds no more than 2 GiB. */
const MAX_MODEL_BYTES = 2 * 1024 ** 3;

/** Reads a model, its signature and its golden cases from the yard or from files. Throws MODEL_VERSION_MISSING, FILE_UNREADABLE and what parsing throws. */
export async function loadSource(model: ServeModel, yard: () => Promise<Yard>, cwd: string): Promise<ModelSource> {
  return model.kind === "yard" ? fromYard(model, await yard()) : fromFiles(model, cwd);
}

async function fromYard(model: Extract<ServeModel, { kind: "yard" }>, yard: Yard): Promise<ModelSource> {
  const record = await resolveModelVersion(yard, model.name, model.version);
  const what = `${record.name}@${record.version}`;
  const signature = parseSignature(await yard.blobs.get(record.signature.digest), `the signature of ${what}`);
  const golden =
    record.golden === null ? undefined : parseGolden(await yard.blobs.get(record.golden.digest), `the golden cases of ${what}`);
  const bytes = await yard.blobs.get(record.model.digest, { maxBytes: MAX_MODEL_BYTES });
  return { name: record.name, version: record.version, bytes, signature, golden };
}

async function fromFiles(model: Extract<ServeModel, { kind: "files" }>, cwd: string): Promise<ModelSource> {
  const bytes = await readInput(resolve(cwd, model.path), "--path");
  const signature = parseSignature(await readInput(resolve(cwd, model.signature), "--signature"), model.signature);
  const beside = join(dirname(resolve(cwd, model.path)), "golden.json");
  const goldenPath = model.golden === undefined ? (existsSync(beside) ? beside : undefined) : resolve(cwd, model.golden);
  const golden = goldenPath === undefined ? undefined : parseGolden(await readInput(goldenPath, "--golden"), goldenPath);
  return { name: model.name, version: model.version, bytes, signature, golden };
}

async function readInput(path: string, option: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw userError("FILE_UNREADABLE", `${option}: ${path} cannot be read: ${messageOf(cause)}`, "name a file that exists", cause);
  }
}
