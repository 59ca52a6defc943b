/**
 * Writes `github.json` and `examples.json` beside this file: GitHub's OpenAPI description cut down to the operations that the fake serves.
 *
 *   npm install @octokit/openapi@23.0.2 --ignore-scripts --prefix <some folder outside this repository>   (417 MB)
 *   node packages/testkit/openapi/prune.ts <that folder>/node_modules/@octokit/openapi
 */
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { OPERATIONS } from "../src/github/operations.ts";

type Node = { [key: string]: unknown };

const EXPECTED_VERSION = "23.0.2";
/** Kept out: they judge nothing and are most of the size. */
const PROSE = new Set(["description", "summary", "externalDocs", "tags", "x-github", "x-githubEnterpriseOverrides", "x-octokit", "x-github-breaking-changes", "example", "examples", "deprecated", "title"]);

const source = process.argv[2];
if (!source) throw new Error("usage: node prune.ts <path of the unpacked package @octokit/openapi>");
const { version } = JSON.parse(readFileSync(path.join(source, "package.json"), "utf8")) as { version: string };
if (version !== EXPECTED_VERSION) throw new Error(`@octokit/openapi ${EXPECTED_VERSION} was expected, found ${version}`);
const full = JSON.parse(readFileSync(path.join(source, "generated", "api.github.com.json"), "utf8")) as Node;

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Names under `properties` are names of fields, never prose, even when they are spelt `description` or `title`. */
function withoutProse(value: unknown, insideProperties = false): unknown {
  if (Array.isArray(value)) return value.map((item) => withoutProse(item));
  if (!isNode(value)) return value;
  const result: Node = {};
  for (const [key, child] of Object.entries(value)) {
    if (!insideProperties && PROSE.has(key)) continue;
    result[key] = key === "enum" || key === "required" ? child : withoutProse(child, !insideProperties && key === "properties");
  }
  return result;
}

function at(pointer: string): unknown {
  let here: unknown = full;
  for (const part of pointer.split("/").slice(1)) here = (here as Node)[part.replaceAll("~1", "/").replaceAll("~0", "~")];
  return here;
}

const components: { [kind: string]: { [name: string]: unknown } } = {};

function collect(value: unknown): void {
  if (Array.isArray(value)) {
    for (const item of value) collect(item);
    return;
  }
  if (!isNode(value)) return;
  for (const [key, child] of Object.entries(value)) {
    if (key === "$ref" && typeof child === "string") keep(child);
    else collect(child);
  }
}

function keep(reference: string): void {
  const [, , kind, name] = reference.split("/") as [string, string, string, string];
  components[kind] ??= {};
  if (name in components[kind]) return;
  const value = withoutProse(at(reference.slice(1)));
  components[kind][name] = value;
  collect(value);
}

const paths: { [path: string]: Node } = {};
const examples: { operation: string; status: string; name: string; body: unknown }[] = [];
for (const operation of OPERATIONS) {
  const [method, route] = operation.split(" ") as [string, string];
  const found = at(`/paths/${route.replaceAll("~", "~0").replaceAll("/", "~1")}`) as Node | undefined;
  const whole = found?.[method.toLowerCase()] as Node | undefined;
  if (!whole) throw new Error(`GitHub ${version} has no operation ${operation}`);
  const pruned = withoutProse(whole) as Node;
  paths[route] ??= {};
  paths[route][method.toLowerCase()] = pruned;
  collect(pruned);
  for (const [status, response] of Object.entries(whole["responses"] as Node)) collectExamples(operation, status, response);
}
// The form of every error that the operations do not list one by one (401, 403, 429, 5xx).
keep("#/components/schemas/basic-error");

function collectExamples(operation: string, status: string, response: unknown): void {
  const resolved = isNode(response) && typeof response["$ref"] === "string" ? at(response["$ref"].slice(1)) : response;
  const content = ((resolved as Node)["content"] as Node | undefined)?.["application/json"] as Node | undefined;
  for (const [name, example] of Object.entries((content?.["examples"] ?? {}) as { [name: string]: Node })) {
    examples.push({ operation, status, name, body: exampleValue(example) });
  }
}

/** Some examples name another one as their value. */
function exampleValue(example: Node): unknown {
  const target = typeof example["$ref"] === "string" ? (at(example["$ref"].slice(1)) as Node) : example;
  const value = target["value"];
  return isNode(value) && typeof value["$ref"] === "string" && Object.keys(value).length === 1 ? exampleValue(value) : value;
}

const sorted = (record: { [name: string]: unknown }): Node => Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
const output = {
  openapi: full["openapi"],
  info: { title: "GitHub REST API, the operations that Modelyard uses", version, license: { name: "MIT", url: "https://spdx.org/licenses/MIT" } },
  paths: sorted(paths),
  components: sorted(Object.fromEntries(Object.entries(components).map(([kind, named]) => [kind, sorted(named)]))),
};
const here = import.meta.dirname;
writeFileSync(path.join(here, "github.json"), `${JSON.stringify(output)}\n`);
writeFileSync(path.join(here, "examples.json"), `${JSON.stringify(examples)}\n`);
console.error(`${OPERATIONS.length} operations, ${Object.keys(components["schemas"] ?? {}).length} schemas, ${examples.length} examples`);
