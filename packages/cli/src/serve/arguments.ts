import { parseArgs } from "node:util";
import { messageOf, parseDuration, parseNameAtVersion, userError, type VersionRef } from "@modelyard/base";
import { roleSchema, type ServingRole } from "@modelyard/model";
import type { RoleTrust } from "@modelyard/server";

/** Where a served model comes from. */
export type ServeModel =
  | { readonly kind: "yard"; readonly name: string; readonly version: VersionRef }
  | {
      readonly kind: "files";
      readonly name: string;
      readonly version: number;
      readonly path: string;
      readonly signature: string;
      readonly golden: string | undefined;
    };

export interface ServeArguments {
  readonly models: readonly ServeModel[];
  readonly port: number;
  readonly host: string;
  readonly role: ServingRole;
  readonly trustRole: RoleTrust;
  readonly yard: string | undefined;
  /** `yard`, `none`, or a file. */
  readonly predictionLog: string;
  readonly sampling: number;
  readonly batchWindowMs: number | undefined;
  readonly maxBatchRows: number | undefined;
  readonly drainMs: number;
  readonly graceMs: number;
  /** Each model in a process of its own, with limits. */
  readonly isolate: boolean;
}

/** Usage of the command, printed by `--help`. */
export const SERVE_HELP = `Usage: modelyard serve (--model NAME[@VERSION] ... | --path FILE.onnx --signature FILE.json) [options]

Serves models over the Open Inference Protocol v2 until SIGTERM, SIGINT, or the end of a piped standard input. Prints one JSON line
{"event":"listening","port":...} on standard output when every model is loaded; logs go to standard error.

  --model NAME[@VERSION]     model of the yard (version: 12, latest, a stage); may be repeated
  --path FILE                an ONNX file, with
  --signature FILE             its signature.json (default: beside the file)
  --golden FILE                its golden.json (default: beside the file, where there is one)
  --name NAME                  its name (default: the file's name) and
  --version N                  its version (default: 1)
  --yard LOCATION            the team's store (default: MODELYARD_YARD, then .modelyard)
  --port N                   default 8080; 0 takes a free one
  --host ADDRESS             default 127.0.0.1; 0.0.0.0 for every interface
  --role ROLE                stable, canary or shadow: role of requests that do not say theirs (default stable)
  --trust-role WHOM          never, loopback or always: whose x-modelyard-role header counts (default loopback)
  --prediction-log WHERE     yard, none, or a file (default: yard with --model, none with --path)
  --sampling SHARE           share of requests in the prediction log, 0 to 1 (default 1)
  --batch-window DURATION    how long a request waits for others to be run with (default 2ms)
  --max-batch N              rows run at once (default 256)
  --drain DURATION           how long requests are still taken after the signal to stop (default 0s)
  --grace DURATION           longest wait for answers in flight after that (default 10s)
  --isolate                  run each model in a process of its own with limits on memory and time
`;

const OPTIONS = {
  model: { type: "string", multiple: true },
  path: { type: "string" },
  signature: { type: "string" },
  golden: { type: "string" },
  name: { type: "string" },
  version: { type: "string" },
  yard: { type: "string" },
  port: { type: "string" },
  host: { type: "string" },
  role: { type: "string" },
  "trust-role": { type: "string" },
  "prediction-log": { type: "string" },
  sampling: { type: "string" },
  "batch-window": { type: "string" },
  "max-batch": { type: "string" },
  drain: { type: "string" },
  grace: { type: "string" },
  isolate: { type: "boolean" },
} as const;

const DEFAULT_PORT = 8080;
const MAX_PORT = 65_535;
const MAX_BATCH = 65_536;

/** Parses the arguments after `serve`. Throws SERVE_ARGUMENTS with the first problem. */
export function parseServeArguments(args: readonly string[]): ServeArguments {
  const values = parse(args);
  const models = [...(values.model ?? []).map(yardModel), ...(values.path === undefined ? [] : [fileModel(values.path, values)])];
  if (models.length === 0) throw problem("name the model: --model NAME@VERSION, or --path FILE.onnx");
  const role = roleSchema.safeParse(values.role ?? "stable");
  if (!role.success) throw problem(`--role is "${values.role}"; write stable, canary or shadow`);
  return {
    models,
    port: whole("--port", values.port, DEFAULT_PORT, 0, MAX_PORT),
    host: values.host ?? "127.0.0.1",
    role: role.data,
    trustRole: trust(values["trust-role"] ?? "loopback"),
    yard: values.yard,
    predictionLog: values["prediction-log"] ?? (values.path === undefined ? "yard" : "none"),
    sampling: share(values.sampling ?? "1"),
    batchWindowMs: values["batch-window"] === undefined ? undefined : parseDuration(values["batch-window"]),
    maxBatchRows: values["max-batch"] === undefined ? undefined : whole("--max-batch", values["max-batch"], 1, 1, MAX_BATCH),
    drainMs: parseDuration(values.drain ?? "0s"),
    graceMs: parseDuration(values.grace ?? "10s"),
    isolate: values.isolate ?? false,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, strict: true, allowPositionals: false }).values;
  } catch (cause) {
    throw problem(messageOf(cause).split(". ")[0]!);
  }
}

function yardModel(text: string): ServeModel {
  return { kind: "yard", ...parseNameAtVersion(text) };
}

function fileModel(path: string, values: { name?: string; version?: string; signature?: string; golden?: string }): ServeModel {
  const stem = path.replace(/^.*[\\/]/, "").replace(/\.onnx$/, "");
  const { name } = parseNameAtVersion(values.name ?? stem);
  const folder = path.slice(0, path.length - path.replace(/^.*[\\/]/, "").length);
  const version = whole("--version", values.version, 1, 1, Number.MAX_SAFE_INTEGER);
  return { kind: "files", name, version, path, signature: values.signature ?? `${folder}signature.json`, golden: values.golden };
}

function whole(name: string, text: string | undefined, fallback: number, least: number, most: number): number {
  if (text === undefined) return fallback;
  const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw problem(`${name} is "${text}"; write a whole number from ${least} to ${most}`);
}

function share(text: string): number {
  const value = /^\d*\.?\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= 0 && value <= 1) return value;
  throw problem(`--sampling is "${text}"; write a number from 0 to 1`);
}

function trust(text: string): RoleTrust {
  if (text === "never" || text === "loopback" || text === "always") return text;
  throw problem(`--trust-role is "${text}"; write never, loopback or always`);
}

function problem(message: string): Error {
  return userError("SERVE_ARGUMENTS", `modelyard serve: ${message}`, "see `modelyard serve --help`");
}
