import { configSchema } from "@modelyard/operations/config-schema";
import { z } from "zod";

interface SchemaNode {
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly additionalProperties?: SchemaNode | boolean;
}

const root = z.toJSONSchema(configSchema) as SchemaNode;

/** True when modelyard.yml has this key, written as in action-types.yml: `yard`, `models.*.train.workflow`, `models.$name`. */
export function isConfigKey(key: string): boolean {
  let node: SchemaNode | undefined = root;
  for (const part of key.split(".")) {
    if (node === undefined) return false;
    const entries: SchemaNode | undefined = typeof node.additionalProperties === "object" ? node.additionalProperties : undefined;
    if (part === "$name") return entries !== undefined;
    node = part === "*" ? entries : node.properties?.[part];
  }
  return node !== undefined;
}
