import { cutText } from "./cut-text.ts";
import { visibleText } from "./visible-text.ts";

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;", "`": "&#96;" };

/** Longest text put into a page from outside; a longer one is cut with an ellipsis. */
const MAX_HTML_TEXT = 2_000;

/** Text for HTML or SVG content and for quoted attributes: hidden characters spelt out, cut at `limit` (2,000 characters), markup as entities. */
export function escapeHtml(text: string, limit = MAX_HTML_TEXT): string {
  return visibleText(cutText(text, limit)).replace(/[&<>"'`]/g, (c) => ENTITIES[c] ?? c);
}
