import { readFileSync, statSync } from "node:fs";
import { fromUtf8, type Json, messageOf, parseJson } from "@modelyard/base";

/** GitHub caps event payloads at 25 MB. */
const MAX_EVENT_BYTES = 32 * 1024 * 1024;

export type EventFile =
  | { readonly kind: "none" }
  | { readonly kind: "event"; readonly event: Json }
  | { readonly kind: "unreadable"; readonly reason: string };

/** The event payload, strictly parsed: its texts were written by anyone who can open a pull request. */
export function readEvent(path: string | undefined): EventFile {
  if (path === undefined || path === "") return { kind: "none" };
  try {
    if (statSync(path).size > MAX_EVENT_BYTES) return { kind: "unreadable", reason: "it is larger than 32 MiB" };
    return { kind: "event", event: parseJson(fromUtf8(readFileSync(path)), "the event payload") };
  } catch (error) {
    return { kind: "unreadable", reason: messageOf(error) };
  }
}
