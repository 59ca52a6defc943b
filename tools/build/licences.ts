import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Bundle } from "./bundle.ts";
import { carriedInputs } from "./contents.ts";

/** The licences of every outside package that a bundle carries, as one text. */
export function licenceText(root: string, { metafile }: Bundle): string {
  const packages = new Map<string, string>();
  for (const input of carriedInputs(metafile)) {
    const directory = packageDirectory(input);
    if (directory !== undefined) packages.set(directory, input);
  }
  const texts = [...packages.keys()].map((directory) => packageLicence(join(root, directory)));
  return `Modelyard is under the Apache License 2.0. This bundle contains the packages below.\n\n${[...new Set(texts)].sort().join("\n")}`;
}

function packageDirectory(path: string): string | undefined {
  const match = /^(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path);
  return match?.[1];
}

function packageLicence(directory: string): string {
  const manifest = JSON.parse(readFileSync(join(directory, "package.json"), "utf8")) as {
    name?: string;
    version?: string;
    license?: string;
  };
  if (manifest.name === undefined) return packageLicence(dirname(directory));
  const file = readdirSync(directory).find((name) => /^licen[cs]e(?:\.\w+)?$/i.test(name) && existsSync(join(directory, name)));
  const text = file === undefined ? "" : `\n${readFileSync(join(directory, file), "utf8").replace(/\r\n/g, "\n").trim()}\n`;
  return `${"=".repeat(80)}\n${manifest.name} ${manifest.version ?? ""} (${manifest.license ?? "see its source"})\n${text}`;
}
