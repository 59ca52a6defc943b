import { parseArgs } from "node:util";
import { messageOf, parseDuration, parseName, userError } from "@modelyard/base";

export interface GatewayArguments {
  readonly model: string;
  readonly yard: string | undefined;
  readonly port: number;
  readonly host: string;
  /** Undefined: no admin listener. */
  readonly adminPort: number | undefined;
  readonly replicas: number;
  /** Undefined: the machine's name with the port. */
  readonly name: string | undefined;
  readonly requestTimeoutMs: number | undefined;
  readonly readyTimeoutMs: number | undefined;
  readonly checkIntervalMs: number | undefined;
  /** Arguments of Node that stand in place of `modelyard serve`. */
  readonly serveCommand: readonly string[] | undefined;
  /** Further arguments for each `serve`. */
  readonly serveArguments: readonly string[];
}

/** Usage of the command, printed by `--help`. */
export const GATEWAY_HELP = `Usage: modelyard gateway --model NAME [options]

Serves a model's production version from the yard, and carries out the promotions and rollbacks that are planned there: starts and watches
the model servers, splits and mirrors the traffic, judges each step, goes back by itself. Runs until SIGTERM, SIGINT, or the end of a piped
standard input. Prints one JSON line {"event":"listening","port":...,"adminPort":...} on standard output; logs go to standard error.

  --model NAME               model of the yard
  --yard LOCATION            the team's store (default: MODELYARD_YARD, then .modelyard)
  --port N                   default 8080; 0 takes a free one
  --host ADDRESS             default 127.0.0.1; 0.0.0.0 for every interface
  --admin-port N             /state, /metrics and /healthz on loopback, read-only (default 0, a free one; none: off)
  --replicas N               model servers of each version (default 1)
  --name NAME                who this gateway is in rollouts; keep it over restarts (default: the machine's name and the port)
  --request-timeout DURATION time for a model's answer to begin (default 30s)
  --ready-timeout DURATION   time for a candidate to be ready (default 60s)
  --check-interval DURATION  between two looks at the counters and the yard (default 1s)
  --serve-command ARG        Node arguments in place of \`modelyard serve\`, one each; may be repeated
  --serve-argument ARG       a further argument for each \`modelyard serve\`, such as --isolate; may be repeated
`;

const OPTIONS = {
  model: { type: "string" },
  yard: { type: "string" },
  port: { type: "string" },
  host: { type: "string" },
  "admin-port": { type: "string" },
  replicas: { type: "string" },
  name: { type: "string" },
  "request-timeout": { type: "string" },
  "ready-timeout": { type: "string" },
  "check-interval": { type: "string" },
  "serve-command": { type: "string", multiple: true },
  "serve-argument": { type: "string", multiple: true },
} as const;

const DEFAULT_PORT = 8080;
const MAX_PORT = 65_535;
/** More model servers than this on one machine is a typing error. */
const MAX_REPLICAS = 64;
const NAME = /^[\x21-\x7e]{1,200}$/;

/** Parses the arguments after `gateway`. Throws GATEWAY_ARGUMENTS, NAME_INVALID, DURATION_INVALID. */
export function parseGatewayArguments(args: readonly string[]): GatewayArguments {
  const values = parse(args);
  if (values.model === undefined) throw problem("name the model: --model NAME");
  if (values.name !== undefined && !NAME.test(values.name)) throw problem("--name takes 1 to 200 printable characters without blanks");
  const time = (text: string | undefined): number | undefined => (text === undefined ? undefined : parseDuration(text));
  return {
    model: parseName(values.model, "model name"),
    yard: values.yard,
    port: whole("--port", values.port, DEFAULT_PORT, 0, MAX_PORT),
    host: values.host ?? "127.0.0.1",
    adminPort: values["admin-port"] === "none" ? undefined : whole("--admin-port", values["admin-port"], 0, 0, MAX_PORT),
    replicas: whole("--replicas", values.replicas, 1, 1, MAX_REPLICAS),
    name: values.name,
    requestTimeoutMs: time(values["request-timeout"]),
    readyTimeoutMs: time(values["ready-timeout"]),
    checkIntervalMs: time(values["check-interval"]),
    serveCommand: values["serve-command"],
    serveArguments: values["serve-argument"] ?? [],
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, strict: true, allowPositionals: false }).values;
  } catch (cause) {
    throw problem(messageOf(cause).split(". ")[0]!);
  }
}

function whole(name: string, text: string | undefined, fallback: number, least: number, most: number): number {
  if (text === undefined) return fallback;
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw problem(`${name} is "${text}"; write a whole number from ${least} to ${most}`);
}

function problem(message: string) {
  return userError("GATEWAY_ARGUMENTS", message, "`modelyard gateway --help` lists the options");
}
