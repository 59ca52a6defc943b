import { escapeHtml } from "../escape-html.ts";
import type { PageVerdict } from "./demo-page.ts";

const WORDS: Readonly<Record<PageVerdict, readonly [string, string]>> = {
  pass: ["✓", "pass"],
  inconclusive: ["?", "inconclusive"],
  fail: ["✕", "fail"],
  info: ["i", "note"],
};

/** The symbol of a verdict with its word for those who cannot see it. */
export function verdictDot(verdict: PageVerdict): string {
  const [symbol, word] = WORDS[verdict];
  return `<span class="dot-mark ${verdict}" role="img" aria-label="${word}">${symbol}</span>`;
}

/** A part of the page under its own heading; nothing when it has no content. */
export function part(id: string, title: string, lead: string, content: string): string {
  if (content === "") return "";
  return `<section id="${id}" aria-labelledby="${id}-title"><h2 id="${id}-title">${escapeHtml(title)}</h2><p class="lead">${escapeHtml(lead)}</p>${content}</section>`;
}

/** A framed drawing with its caption. */
export function figure(title: string, note: string, svg: string): string {
  const caption = note === "" ? "" : `<span>${escapeHtml(note)}</span>`;
  return `<figure class="card"><figcaption><b>${escapeHtml(title)}</b>${caption}</figcaption>${svg}</figure>`;
}
