import { parseName } from "@modelyard/base";
import type { Stage } from "@modelyard/lineage";

/** `models/<name>/versions/`, followed by the unpadded number. */
export function versionsPrefix(name: string): string {
  return `models/${parseName(name, "model name")}/versions/`;
}

/** `models/<name>/aliases/<stage>/`, followed by the padded sequence. */
export function stagePrefix(name: string, stage: Stage): string {
  return `models/${parseName(name, "model name")}/aliases/${stage}/`;
}

/** `models/<name>/attachments/<version>/`, followed by the padded sequence. */
export function attachmentsPrefix(name: string, version: number): string {
  return `models/${parseName(name, "model name")}/attachments/${version}/`;
}

/** `runs/<run>/`, followed by the padded sequence. */
export function runPrefix(run: string): string {
  return `runs/${parseName(run, "run")}/`;
}
