import { type ActionSpec, nearestName } from "@modelyard/inputs";

/** Options that every command has beside its inputs. */
export interface Arguments {
  readonly kind: "run";
  /** Texts by input name, known or not; a repeated list is one item a line. */
  readonly values: ReadonlyMap<string, string>;
  readonly json: boolean;
}
export type ParsedArguments = Arguments | { readonly kind: "help" } | { readonly kind: "problems"; readonly problems: readonly string[] };

type Token = { readonly name: string; readonly value: string | undefined };

/** Reads `--input value`, `--input=value`, `--flag`, `--no-flag` and repeated lists by the types of the spec. */
export function parseArguments(spec: ActionSpec, argv: readonly string[]): ParsedArguments {
  if (argv.includes("--help") || argv.includes("-h")) return { kind: "help" };
  const values = new Map<string, string>();
  const problems: string[] = [];
  const rest = [...argv];
  let json = false;
  for (let argument = rest.shift(); argument !== undefined; argument = rest.shift()) {
    if (argument === "--json") json = true;
    else if (!argument.startsWith("--") || argument === "--")
      problems.push(`${JSON.stringify(argument)} stands alone: write inputs as --name value`);
    else addValue(spec, tokenOf(spec, argument, rest), values, problems);
  }
  return problems.length > 0 ? { kind: "problems", problems } : { kind: "run", values, json };
}

function tokenOf(spec: ActionSpec, argument: string, rest: string[]): Token {
  const equals = argument.indexOf("=");
  if (equals > 0) return { name: argument.slice(2, equals), value: argument.slice(equals + 1) };
  const name = argument.slice(2);
  const negated = name.startsWith("no-") ? name.slice(3) : undefined;
  if (spec.inputs[name]?.type === "boolean") return { name, value: isBooleanWord(rest[0]) ? rest.shift() : "true" };
  if (spec.inputs[name] === undefined && negated !== undefined && spec.inputs[negated]?.type === "boolean")
    return { name: negated, value: "false" };
  return { name, value: rest[0]?.startsWith("--") ? undefined : rest.shift() };
}

function isBooleanWord(text: string | undefined): boolean {
  return text !== undefined && /^(?:true|false)$/i.test(text);
}

function addValue(spec: ActionSpec, { name, value }: Token, values: Map<string, string>, problems: string[]): void {
  const input = Object.hasOwn(spec.inputs, name) ? spec.inputs[name] : undefined;
  const earlier = values.get(name);
  if (input === undefined) problems.push(unknownOption(spec, name));
  else if (value === undefined) problems.push(`--${name} needs a value; write --${name}=<value> for one that starts with --`);
  else if (earlier === undefined) values.set(name, value);
  else if (input.type === "list") values.set(name, `${earlier}\n${value}`);
  else problems.push(`--${name} is there twice`);
}

function unknownOption(spec: ActionSpec, name: string): string {
  const near = nearestName(name, [...Object.keys(spec.inputs), "json", "help"]);
  return `--${name} is not an input${near === undefined ? "" : `; did you mean --${near}?`}`;
}
