import { isUlid, parseNameAtVersion, parseVersionRef, userError } from "@modelyard/base";
import type { ModelVersion } from "@modelyard/lineage";
import { findVersion, readStage, resolveModelVersion } from "@modelyard/registry";
import type { Yard } from "@modelyard/store";
import type { Context } from "../context.ts";
import { isFile } from "../read-file-input.ts";
import { programsOf } from "../run-program.ts";

/** A commit as events name it; anything else stays away from git's command line. */
const SHA = /^[0-9a-f]{40,64}$/;

/** What the input `baseline` comes to, before anything is scored. */
export type BaselineRef =
  | { readonly kind: "none"; readonly reason: string }
  | { readonly kind: "version"; readonly version: ModelVersion; readonly reason: string }
  | { readonly kind: "run"; readonly run: string; readonly reason: string }
  | { readonly kind: "document"; readonly path: string; readonly reason: string }
  | { readonly kind: "predictions"; readonly path: string; readonly reason: string };

/** Finds the baseline; one that does not exist yet is `none` with the reason, one that was named exactly and is missing is an error. */
export async function findBaseline(
  text: string | undefined,
  name: string | undefined,
  yard: Yard | undefined,
  context: Context,
): Promise<BaselineRef> {
  if (text === "none") return { kind: "none", reason: "none was asked for (baseline: none)" };
  if (text === undefined || text === "production") return production(name, yard);
  if (text === "merge-base") return mergeBase(name, yard, context);
  if (await isFile(text, context.cwd))
    return { kind: text.endsWith(".json") ? "document" : "predictions", path: text, reason: `the file ${text}` };
  if (text.includes("/") || /\.(?:json|jsonl|csv|tsv)$/.test(text))
    throw userError("FILE_MISSING", `baseline: there is no file ${text}`, `check \`baseline\`; it is relative to ${context.cwd}`);
  if (yard === undefined)
    throw userError("INPUT_INVALID", `baseline: there is no yard to look for "${text.slice(0, 100)}" in`, "set `yard`, or baseline: none");
  if (isUlid(text)) return { kind: "run", run: text, reason: `run ${text}` };
  const given = text.includes("@") ? parseNameAtVersion(text) : { name: requireModelName(name, text), version: parseVersionRef(text) };
  const version = await resolveModelVersion(yard, given.name, given.version);
  return { kind: "version", version, reason: `${version.name}@${version.version}, asked for as ${text}` };
}

function requireModelName(name: string | undefined, text: string): string {
  if (name !== undefined) return name;
  throw userError(
    "INPUT_INVALID",
    `baseline: "${text.slice(0, 100)}" is a version of which model?`,
    "set `name`, or write baseline: name@version",
  );
}

async function production(name: string | undefined, yard: Yard | undefined): Promise<BaselineRef> {
  if (yard === undefined) return { kind: "none", reason: "there is no yard yet, so nothing is in production" };
  if (name === undefined) return { kind: "none", reason: "no model name is given, so no production version is known" };
  const stage = await readStage(yard, name, "production");
  if (!stage?.version) return { kind: "none", reason: `no version of ${name} is in production yet` };
  const version = await resolveModelVersion(yard, name, { kind: "number", number: stage.version });
  return { kind: "version", version, reason: `${name}@${version.version} is in production` };
}

/** The version recorded for the commit where the pull request branched off. */
async function mergeBase(name: string | undefined, yard: Yard | undefined, context: Context): Promise<BaselineRef> {
  const { baseSha, headSha } = context.job;
  if (baseSha === undefined) return { kind: "none", reason: "this is no pull request, so there is no merge base" };
  if (yard === undefined || name === undefined)
    return { kind: "none", reason: `no ${yard === undefined ? "yard" : "model name"} is given, so no model of the merge base is known` };
  const named = headSha !== undefined && SHA.test(headSha) && SHA.test(baseSha);
  const git = programsOf(context.env, context.cwd);
  // A shallow checkout does not know the merge base; the base branch's own commit is then the nearest that the event names.
  const found = !named ? undefined : (await git("git", ["merge-base", baseSha, headSha]))?.trim();
  const commit = found || baseSha;
  const version = await findVersion(yard, name, (there) => there.commit === commit);
  const short = commit.slice(0, 12);
  if (version === undefined) return { kind: "none", reason: `no version of ${name} is recorded for the merge base ${short}` };
  return { kind: "version", version, reason: `${name}@${version.version} was made at the merge base ${short}` };
}
