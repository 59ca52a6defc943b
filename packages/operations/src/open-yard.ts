import { DEFAULT_YARD, openYard, type Yard } from "@modelyard/store";
import type { Context } from "./context.ts";

/** Inputs of every operation that uses the yard. */
export interface YardInputs {
  /** Store URL or directory; then `MODELYARD_YARD`, then `.modelyard` in the workspace. */
  readonly yard?: string | undefined;
  /** Address of an S3 server that is not AWS; then the variables AWS_ENDPOINT_URL_S3 and AWS_ENDPOINT_URL. */
  readonly yardEndpoint?: string | undefined;
  /** Accept a directory yard on a hosted runner, where it vanishes with the job. */
  readonly ephemeral?: boolean | undefined;
}

/** Opens the operation's yard; `create` makes it at first use. Throws YARD_* errors. */
export async function openContextYard(inputs: YardInputs, context: Context, options: { create: boolean }): Promise<Yard> {
  return openYard({
    location: inputs.yard ?? context.env["MODELYARD_YARD"] ?? DEFAULT_YARD,
    env: context.env,
    endpoint: inputs.yardEndpoint,
    workspace: context.workspace,
    hasher: context.hasher,
    clock: context.clock,
    random: context.random,
    log: context.log,
    create: options.create,
    ephemeral: inputs.ephemeral ?? false,
  });
}
