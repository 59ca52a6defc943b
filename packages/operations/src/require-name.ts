import { parseNameAtVersion, parseVersionRef, userError, type VersionRef } from "@modelyard/base";

/** The name that an operation needs, parsed. Throws INPUT_INVALID saying where to give it. */
export function requireName(name: string | undefined, what: "dataset" | "model"): string {
  if (name !== undefined) return name;
  throw userError(
    "INPUT_INVALID",
    `the ${what} has no name: the input \`name\` is absent and modelyard.yml does not list exactly one ${what}`,
    `set \`name\`, or add the ${what} under \`${what}s:\` in modelyard.yml`,
  );
}

/** `name@version` in one input wins over a separate version. Throws INPUT_INVALID, NAME_INVALID, VERSION_INVALID. */
export function requireVersion(
  name: string | undefined,
  version: string,
  what: "dataset" | "model",
): { readonly name: string; readonly ref: VersionRef } {
  const given = requireName(name, what);
  const parsed = parseNameAtVersion(given);
  return { name: parsed.name, ref: given.includes("@") ? parsed.version : parseVersionRef(version) };
}
