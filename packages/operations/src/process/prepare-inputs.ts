import { statSync } from "node:fs";
import { resolve } from "node:path";
import { type ActionSpec, type InputsOf, inputError, parseInputs, type ReadInput } from "@modelyard/inputs";
import { loadConfig, lookupConfig } from "../config.ts";

export interface PrepareOptions {
  /** Names that the caller was handed; an unknown one is an error. */
  readonly given: readonly string[];
  /** Directory that `working-directory` is relative to. */
  readonly startDirectory: string;
  /** Where the search for modelyard.yml ends. */
  readonly workspace: string;
  /** MODELYARD_YARD: wins over modelyard.yml, since a job's environment is nearer than the file. */
  readonly yard?: string | undefined;
}

export interface PreparedInputs<S extends ActionSpec> {
  readonly inputs: InputsOf<S>;
  /** The absolute `working-directory`. */
  readonly cwd: string;
}

/** Reads the inputs of an action with modelyard.yml behind them. Throws INPUT_INVALID, CONFIG_MISSING, CONFIG_INVALID. */
export function prepareInputs<S extends ActionSpec>(spec: S, read: ReadInput, options: PrepareOptions): PreparedInputs<S> {
  const given = read("working-directory")?.trim() ?? "";
  const cwd = resolve(options.startDirectory, given);
  if (!statSync(cwd, { throwIfNoEntry: false })?.isDirectory())
    throw inputError(spec, [`working-directory: ${JSON.stringify(given)} is not a directory (${cwd})`]);
  const { config } = loadConfig({ config: read("config")?.trim() || undefined, workingDirectory: cwd, workspace: options.workspace });
  const lookup = (key: string, name: string | undefined): unknown =>
    key === "yard" && options.yard ? options.yard : lookupConfig(config, key, name);
  return { inputs: parseInputs(spec, read, lookup, options.given), cwd };
}
