import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { messageOf, userError } from "@modelyard/base";
import { schemaProblems } from "@modelyard/content";
import { type Config, configSchema } from "./config-schema.ts";
import { parseYaml } from "./parse-yaml.ts";

const FILE_NAMES = ["modelyard.yml", "modelyard.yaml"] as const;
/** A configuration of a team's models is a few kilobytes; a larger file is a mistake or an attack, on which the YAML parser's time grows with the square of the keys. */
const MAX_CONFIG_BYTES = 128 * 1024;

/** Wrong keys named at once. */
const MAX_PROBLEMS = 8;

export interface LoadedConfig {
  /** Where it was found; undefined when there is none. */
  readonly path: string | undefined;
  readonly config: Config;
}

/**
 * Reads `modelyard.yml`: the file named by `config`, else the nearest from `workingDirectory` up to `workspace`. Throws CONFIG_MISSING, CONFIG_INVALID
 * naming the file and each wrong key.
 */
export function loadConfig(options: { config?: string | undefined; workingDirectory: string; workspace: string }): LoadedConfig {
  const path =
    options.config === undefined
      ? findConfig(options.workingDirectory, options.workspace)
      : resolve(options.workingDirectory, options.config);
  if (path === undefined) return { path, config: {} };
  return { path, config: parseConfig(readConfig(path), path) };
}

function findConfig(start: string, workspace: string): string | undefined {
  let directory = resolve(start);
  const top = resolve(workspace);
  for (;;) {
    for (const name of FILE_NAMES) {
      const path = join(directory, name);
      if (isFile(path)) return path;
    }
    const parent = dirname(directory);
    if (directory === top || parent === directory || relative(top, directory).split(sep)[0] === "..") return undefined;
    directory = parent;
  }
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

function readConfig(path: string): string {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (cause) {
    throw userError(
      "CONFIG_MISSING",
      `the configuration ${path} ${existsSync(path) ? `cannot be read: ${messageOf(cause)}` : "is not there"}`,
      "give the path of a modelyard.yml in the input `config`, or leave it out",
      cause,
    );
  }
  if (bytes.length > MAX_CONFIG_BYTES)
    throw userError("CONFIG_INVALID", `${path} is larger than 128 KiB`, "keep data out of modelyard.yml");
  return bytes.toString("utf8");
}

/** Parses the text of a modelyard.yml. Throws CONFIG_INVALID. */
export function parseConfig(text: string, path: string): Config {
  const result = configSchema.safeParse(parseYaml(text, path) ?? {});
  if (result.success) return result.data;
  throw userError(
    "CONFIG_INVALID",
    `${path}: ${schemaProblems(result.error, MAX_PROBLEMS).join("; ")}`,
    "see docs/configuration.md for the keys, or schemas/modelyard.json for an editor",
  );
}

/**
 * Value of a key such as `yard` or `models.*.train.workflow`; `*` is the entry called `name`, or the only entry. Under `datasets.*` the name of a model
 * stands for that model's dataset. `models.$name` and `datasets.$name` give the name of the entry itself.
 */
export function lookupConfig(config: Config, key: string, name: string | undefined): unknown {
  const [head, entry, ...rest] = key.split(".");
  if (entry === undefined) return config[head as keyof Config];
  if (head !== "models" && head !== "datasets") return undefined;
  const selected = selectEntry(config, head, name);
  if (selected === undefined) return undefined;
  if (entry === "$name") return selected;
  let value: unknown = config[head]?.[selected];
  for (const part of rest) value = typeof value === "object" && value !== null ? (value as Record<string, unknown>)[part] : undefined;
  return value;
}

function selectEntry(config: Config, kind: "models" | "datasets", name: string | undefined): string | undefined {
  const entries = config[kind] ?? {};
  const bare = name?.split("@")[0];
  if (bare !== undefined && Object.hasOwn(entries, bare)) return bare;
  if (kind === "datasets" && bare !== undefined && config.models !== undefined && Object.hasOwn(config.models, bare))
    return config.models[bare]?.dataset ?? only(entries);
  return bare === undefined ? only(entries) : undefined;
}

function only(entries: object): string | undefined {
  const names = Object.keys(entries);
  return names.length === 1 ? names[0] : undefined;
}
