import { type Block, renderBlock, renderBlocks } from "./block.ts";

/**
 * GitHub refuses a comment of more than 65,536 characters. It counts code points; we count UTF-16 units, which are never fewer. At 3 bytes
 * a unit the body also stays below the 262,144 bytes that its column holds.
 */
export const COMMENT_LIMIT = 65_536;
/** GitHub's limit of a check run's summary. */
export const CHECK_SUMMARY_LIMIT = 65_535;
/** GitHub drops a job summary of more than 1 MiB a step; a report takes at most half of it, in bytes at 3 a unit. */
export const SUMMARY_LIMIT = 170_000;

export interface Section {
  /** The highest is placed first and shortened last. */
  readonly priority: number;
  readonly blocks: readonly Block[];
}

export interface Frame {
  /** Marker, title and verdict: always kept whole. */
  readonly head: string;
  /** Closing line: always kept whole. */
  readonly foot: string;
  /** Said when something was left out; names where the full text is. */
  readonly cutNote: string;
}

/**
 * A report of at most `limit` UTF-16 units: sections take room in the order of their priority and stand in the order given; what does not
 * fit is shortened row by row or left out, with `cutNote` in its place. Head and foot alone must fit; the result never breaks a table, fence or details.
 */
export function fitComment(frame: Frame, sections: readonly Section[], limit = COMMENT_LIMIT): string {
  const full = sections.map((section) => renderBlocks(section.blocks));
  const all = join([frame.head, ...full, frame.foot]);
  if (all.length <= limit) return all;
  const room = limit - join([frame.head, frame.cutNote, frame.foot]).length;
  const placed = place(sections, full, room);
  return join([frame.head, ...placed, frame.cutNote, frame.foot]);
}

function place(sections: readonly Section[], full: readonly string[], room: number): string[] {
  const placed = sections.map(() => "");
  const order = sections.map((_, index) => index).sort((a, b) => sections[b]!.priority - sections[a]!.priority || a - b);
  let left = room;
  for (const index of order) {
    const text = full[index]!;
    const allowed = left - SEPARATOR.length;
    const part = text.length <= allowed ? text : shortened(sections[index]!.blocks, allowed);
    if (part === "") continue;
    placed[index] = part;
    left -= part.length + SEPARATOR.length;
  }
  return placed;
}

/** A section's heading alone is worth nothing: something under it must have fitted. */
function shortened(blocks: readonly Block[], room: number): string {
  const [first, ...rest] = blocks;
  if (first === undefined) return "";
  if (first.kind !== "text" || rest.length === 0) return renderBlocks(blocks, room);
  const head = renderBlock(first, room);
  const body = head === "" ? "" : renderBlocks(rest, room - head.length - SEPARATOR.length);
  return body === "" ? "" : head + SEPARATOR + body;
}

const SEPARATOR = "\n\n";

function join(parts: readonly string[]): string {
  return `${parts.filter((part) => part !== "").join(SEPARATOR)}\n`;
}
