import { parseName, parseNameAtVersion, parseVersionRef, userError, type VersionRef } from "@modelyard/base";

/** The name that an operation needs, parsed. Throws INPUT_INVALID saying where to give it. */
export function requireName(name: string | undefined, what: "dataset" | "model"): string {
  if (name !== undefined) return name;
  throw userError(
    "INPUT_INVALID",
    `the ${what} has no name: the input \`name\` is absent and modelyard.yml does not list exactly one ${what}`,
    `set \`name\`, or add the ${what} under \`${what}s:\` in modelyard.yml`,
  );
}

/**
 * Name and version of an operation: `name@version` may stand in either input and wins over what is given apart; `fallback` where no version is given. Throws
 * INPUT_INVALID, NAME_INVALID, VERSION_INVALID.
 */
export function requireVersion(
  name: string | undefined,
  version: string | undefined,
  what: "dataset" | "model",
  fallback = "latest",
): { readonly name: string; readonly ref: VersionRef } {
  const both = [version, name].find((text) => text?.includes("@"));
  if (both !== undefined) {
    const parsed = parseNameAtVersion(both);
    return { name: parsed.name, ref: parsed.version };
  }
  return { name: parseName(requireName(name, what), `${what} name`), ref: parseVersionRef(version ?? fallback) };
}
