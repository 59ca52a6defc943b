import { within } from "./text-limit.ts";

/** GitHub answers 422 to longer comments and issues. */
export const MAX_BODY_CHARACTERS = 65_536;

const ORDER = /^<!-- modelyard:order=(\d{1,16}) -->(?:\n|$)/;
/** Content cannot bring an order of its own. */
const ORDERS = /^(?:<!-- modelyard:order=\d{1,16} -->(?:\n|$))+/;

/** A comment of ours: the marker first, so that text further down cannot pose as one, then its order, then the content. */
export interface StickyBody {
  readonly order: number | undefined;
  readonly content: string;
}

/** Puts marker, order and content together; the order is left out where it would not fit. */
export function writeSticky(marker: string, body: StickyBody): string {
  const given = normalised(body.content);
  const content = (given.startsWith(marker) ? given.slice(marker.length).replace(/^\n/, "") : given).replace(ORDERS, "");
  const plain = `${marker}\n${content}`;
  if (body.order === undefined) return within(plain, MAX_BODY_CHARACTERS);
  const ordered = `${marker}\n<!-- modelyard:order=${body.order} -->\n${content}`;
  return ordered.length <= MAX_BODY_CHARACTERS ? ordered : within(plain, MAX_BODY_CHARACTERS);
}

/** Reads a comment; undefined when it does not begin with the marker. */
export function readSticky(marker: string, text: string): StickyBody | undefined {
  const whole = normalised(text);
  if (!whole.startsWith(`${marker}\n`) && whole !== marker) return undefined;
  const rest = whole.slice(marker.length + 1);
  const found = ORDER.exec(rest);
  return { order: found ? Number(found[1]) : undefined, content: found ? rest.slice(found[0].length) : rest };
}

/** GitHub keeps line ends as they come and drops blank ends; neither is a difference. */
function normalised(text: string): string {
  return text.toWellFormed().replaceAll("\r\n", "\n").trimEnd();
}
