import { stat } from "node:fs/promises";
import { relative, sep } from "node:path";
import { type Log, userError } from "@modelyard/base";
import { errnoOf } from "./directory-errors.ts";

/** Where a directory yard is asked for. */
export interface YardPlace {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Allows a directory that ends with the job. */
  readonly ephemeral?: boolean | undefined;
  readonly workspace: string;
  readonly log?: Log | undefined;
}

/** Refuses a directory that can be no yard, and warns of one that does not last. Throws YARD_WOULD_VANISH, YARD_NOT_DIRECTORY. */
export async function checkYardDirectory(path: string, { env, ephemeral, workspace, log }: YardPlace): Promise<void> {
  if (env["RUNNER_ENVIRONMENT"] === "github-hosted" && !ephemeral) throw wouldVanish(path);
  const problem = await directoryProblem(path);
  if (problem !== undefined) {
    throw userError(
      "YARD_NOT_DIRECTORY",
      `the yard ${path} ${problem}; a yard is a directory`,
      "check `yard`: name a directory, or a name that is free",
    );
  }
  const isInCheckout = env["GITHUB_ACTIONS"] === "true" && !ephemeral && relative(workspace, path).split(sep)[0] !== "..";
  if (isInCheckout)
    log?.warning(
      `the yard ${path} lies in the checkout, and actions/checkout removes it at the start of the next job: keep it beside the checkout (yard: ../yard) or elsewhere on the machine`,
    );
}

async function directoryProblem(path: string): Promise<string | undefined> {
  try {
    return (await stat(path)).isDirectory() ? undefined : "is a file";
  } catch (error) {
    // What is not there yet can be made; what cannot be looked at is told by the first read.
    return errnoOf(error) === "ENOTDIR" ? "lies below a file" : undefined;
  }
}

function wouldVanish(path: string) {
  return userError(
    "YARD_WOULD_VANISH",
    `the yard ${path} is a directory of a GitHub-hosted runner and would vanish with the job`,
    "keep it in a bucket:\n  with:\n    yard: s3://my-bucket/modelyard\nor on a machine that stays (runs-on: self-hosted, yard: file:///srv/modelyard); or, where it may vanish (a trial, a test), say so:\n  with:\n    ephemeral: true",
  );
}
