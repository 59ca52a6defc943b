import { readFileSync } from "node:fs";
import { Ajv, type ValidateFunction } from "ajv";
import addFormats from "ajv-formats";
import { OPERATIONS, type Operation } from "./operations.ts";

type Node = { [key: string]: unknown };

export interface Match {
  readonly operation: Operation;
  readonly parameters: Readonly<Record<string, string>>;
}

/** GitHub's OpenAPI description as a judge: every check answers a list of problems, empty when all is well. */
export interface Contract {
  readonly version: string;
  match(method: string, path: string): Match | undefined;
  checkRequest(operation: Operation, query: URLSearchParams, body: unknown): string[];
  /** `body` undefined for an empty one. */
  checkResponse(operation: Operation, status: number, body: unknown): string[];
}

const SPECIFICATION = new URL("../../openapi/github.json", import.meta.url);
/** GitHub answers these anywhere, though the description lists them for few operations; the body is then its common error form. */
const ANYWHERE: ReadonlySet<number> = new Set([401, 403, 404, 422, 429, 500, 502, 503, 504]);
const MAX_PROBLEMS = 6;

/** Turns OpenAPI 3.0 into JSON Schema, in place: `nullable: true` becomes a union with null. */
function toJsonSchema(value: unknown): void {
  if (Array.isArray(value)) {
    for (const item of value) toJsonSchema(item);
    return;
  }
  if (typeof value !== "object" || value === null) return;
  const node = value as Node;
  for (const [key, child] of Object.entries(node)) if (key !== "enum") toJsonSchema(child);
  // Some addresses are empty when unset; the description says so by their default alone.
  if (node["format"] === "uri" && node["default"] === "") delete node["format"];
  if (node["nullable"] !== true) return;
  delete node["nullable"];
  if (typeof node["type"] === "string") {
    node["type"] = [node["type"], "null"];
    if (Array.isArray(node["enum"])) node["enum"] = [...node["enum"], null];
    return;
  }
  const inner: Node = {};
  for (const key of ["anyOf", "oneOf", "allOf", "$ref"]) {
    if (!(key in node)) continue;
    inner[key] = node[key];
    delete node[key];
  }
  node["anyOf"] = [{ type: "null" }, inner];
}

const pointer = (part: string): string => encodeURIComponent(part.replaceAll("~", "~0").replaceAll("/", "~1"));

let loaded: Contract | undefined;

/** The pruned description that is committed with this package; read and compiled once in a process. */
export function loadContract(): Contract {
  loaded ??= compileContract();
  return loaded;
}

function compileContract(): Contract {
  const specification = JSON.parse(readFileSync(SPECIFICATION, "utf8")) as Node & {
    info: { version: string };
    paths: Record<string, Record<string, Node>>;
  };
  toJsonSchema(specification["components"]);
  toJsonSchema(specification.paths);
  const ajv = new Ajv({ strict: false, allErrors: true, validateSchema: false, logger: false });
  addFormats.default(ajv);
  for (const format of ["repo.nwo", "timestamp"]) ajv.addFormat(format, true);
  ajv.addSchema(specification, "gh");
  const compiled = new Map<string, ValidateFunction>();
  const passed = new Map<string, WeakSet<object>>();
  /** A list whose members are judged once each: those that are frozen cannot have changed since they passed. */
  const checkList = (where: string, list: readonly unknown[]): string[] => {
    const known = passed.get(where) ?? new WeakSet();
    passed.set(where, known);
    const fresh = list.filter((item) => typeof item !== "object" || item === null || !known.has(item));
    const problems = check(where, fresh);
    if (problems.length > 0) return problems;
    for (const item of fresh) if (typeof item === "object" && item !== null && Object.isFrozen(item)) known.add(item);
    return [];
  };
  const check = (where: string, value: unknown): string[] => {
    let validate = compiled.get(where);
    if (!validate) {
      validate = ajv.compile({ $ref: `gh#${where}` });
      compiled.set(where, validate);
    }
    if (validate(value)) return [];
    return (validate.errors ?? []).slice(0, MAX_PROBLEMS).map((error) => `${error.instancePath || "the body"} ${error.message}`);
  };
  const resolve = (node: Node): Node => {
    const reference = node["$ref"];
    if (typeof reference !== "string") return node;
    let here: unknown = specification;
    for (const part of reference.split("/").slice(1)) here = (here as Node)[part];
    return here as Node;
  };
  const split = (operation: Operation): { node: Node; base: string } => {
    const [method, route] = operation.split(" ") as [string, string];
    return { node: specification.paths[route]![method.toLowerCase()]!, base: `/paths/${pointer(route)}/${method.toLowerCase()}` };
  };
  const routes = OPERATIONS.map((operation) => compileRoute(operation)).sort((a, b) => b.fixed - a.fixed);

  return {
    version: specification.info.version,
    match(method, path) {
      for (const route of routes) {
        if (route.method !== method) continue;
        const found = route.pattern.exec(path);
        if (found)
          return {
            operation: route.operation,
            parameters: Object.fromEntries(Object.entries(found.groups ?? {}).map(([k, v]) => [k, decodeURIComponent(v)])),
          };
      }
      return undefined;
    },
    checkRequest(operation, query, body) {
      const { node, base } = split(operation);
      return [...checkQuery(((node["parameters"] ?? []) as Node[]).map(resolve), query), ...checkBody(node, base, body)];
    },
    checkResponse(operation, status, body) {
      const { node, base } = split(operation);
      const responses = node["responses"] as Record<string, Node>;
      const listed = responses[String(status)];
      if (status === 304) return body === undefined ? [] : ["a 304 with a body"];
      if (!listed)
        return ANYWHERE.has(status)
          ? check("/components/schemas/basic-error", body)
          : [`status ${status} is not one of GitHub's (${Object.keys(responses).join(", ")})`];
      const reference = listed["$ref"];
      const where = typeof reference === "string" ? reference.slice(1) : `${base}/responses/${status}`;
      const content = resolve(listed)["content"] as Record<string, unknown> | undefined;
      if (!content) return body === undefined ? [] : ["a body where GitHub sends none"];
      const schema = `${where}/content/${pointer("application/json")}/schema`;
      return Array.isArray(body) ? checkList(schema, body) : check(schema, body);
    },
  };

  function checkBody(node: Node, base: string, body: unknown): string[] {
    const request = node["requestBody"] as { content?: Node } | undefined;
    if (!request) return body === undefined ? [] : ["a body where GitHub takes none"];
    const where = `${base}/requestBody/content/${pointer("application/json")}/schema`;
    const problems = check(where, body ?? {});
    const schema = (request.content?.["application/json"] as Node | undefined)?.["schema"] as Node | undefined;
    const known = schema?.["properties"] as Node | undefined;
    const open = schema?.["additionalProperties"] === true || schema?.["oneOf"] !== undefined;
    if (known && !open && typeof body === "object" && body !== null) {
      for (const key of Object.keys(body)) if (!(key in known)) problems.push(`GitHub knows no field ${key}`);
    }
    return problems;
  }

  function checkQuery(parameters: readonly Node[], query: URLSearchParams): string[] {
    const known = new Map(
      parameters
        .filter((parameter) => parameter["in"] === "query")
        .map((parameter) => [parameter["name"] as string, parameter["schema"] as Node]),
    );
    const problems: string[] = [];
    for (const [name, value] of query) {
      const schema = known.get(name);
      if (!schema) problems.push(`GitHub knows no query parameter ${name}`);
      else if (schema["type"] === "integer" && !/^\d+$/.test(value)) problems.push(`query parameter ${name} is not a whole number`);
      else if (Array.isArray(schema["enum"]) && !schema["enum"].includes(value))
        problems.push(`query parameter ${name} is none of ${schema["enum"].join(", ")}`);
    }
    return problems;
  }
}

function compileRoute(operation: Operation): { operation: Operation; method: string; pattern: RegExp; fixed: number } {
  const [method, route] = operation.split(" ") as [string, string];
  const source = route.replaceAll(/[.+]/g, "\\$&").replaceAll(/\{(\w+)\}/g, "(?<$1>[^/]+)");
  return { operation, method, pattern: new RegExp(`^${source}$`), fixed: route.replaceAll(/\{\w+\}/g, "").length };
}
