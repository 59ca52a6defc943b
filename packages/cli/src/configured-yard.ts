import { resolve } from "node:path";
import { loadConfig } from "@modelyard/operations/config";
import { workspaceOf } from "./workspace.ts";

/**
 * Arguments of `serve` and `gateway` with the yard of modelyard.yml added, where neither `--yard` nor MODELYARD_YARD names one. So a gateway started in a
 * repository finds the yard that its actions use.
 */
export function withConfiguredYard(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  cwd: string,
): readonly string[] {
  const isNamed = args.some((arg) => arg === "--yard" || arg.startsWith("--yard=") || arg === "--help" || arg === "-h");
  if (isNamed || env["MODELYARD_YARD"]) return args;
  const workspace = workspaceOf(cwd);
  const { yard } = loadConfig({ workingDirectory: cwd, workspace }).config;
  if (yard === undefined) return args;
  return [...args, "--yard", yard.includes("://") ? yard : resolve(workspace, yard)];
}
