import * as core from "@actions/core";
import { type ActionSpec, redactor, secretForms } from "@modelyard/inputs";
import type { Env } from "./read-input.ts";
import { readInput } from "./read-input.ts";

/** Variables that hold credentials which an action may send somewhere. */
const SECRET_VARIABLES = [
  "GITHUB_TOKEN",
  "AWS_SECRET_ACCESS_KEY",
  "AWS_SESSION_TOKEN",
  "ACTIONS_RUNTIME_TOKEN",
  "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
] as const;

/** Registers every form of every secret with the runner; to be called before anything is logged. Returns the function that redacts our own texts. */
export function maskSecrets(spec: ActionSpec, env: Env): (text: string) => string {
  const read = readInput(env);
  const inputs = Object.entries(spec.inputs).flatMap(([name, input]) => (input.secret ? [read(name)] : []));
  const secrets = [...inputs, ...SECRET_VARIABLES.map((name) => env[name])].filter(
    (secret): secret is string => secret !== undefined && secret !== "",
  );
  for (const form of new Set(secrets.flatMap(secretForms))) core.setSecret(form);
  return redactor(secrets);
}
