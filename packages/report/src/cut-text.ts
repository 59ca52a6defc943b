/** Ends every text that was cut. */
export const ELLIPSIS = "…";

const MARK = /^(?:\p{M}|[\u{FE00}-\u{FE0F}]|\u200D)$/u;

/**
 * Cuts a text to at most `limit` UTF-16 units, the ellipsis included, between characters: no split surrogate, no base without the
 * combining marks that follow it (unless they alone pass the limit).
 */
export function cutText(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const room = limit - ELLIPSIS.length;
  if (room < 0) return "";
  let end = startOfCharacter(text, room);
  // At most 32 steps back: a longer run of marks is an attack, and is cut where the limit falls.
  for (let steps = 0; steps < 32 && end > 0; steps++) {
    const next = String.fromCodePoint(text.codePointAt(end) ?? 0);
    if (!MARK.test(next)) return text.slice(0, end) + ELLIPSIS;
    end = startOfCharacter(text, end - 1);
  }
  return text.slice(0, startOfCharacter(text, room)) + ELLIPSIS;
}

function startOfCharacter(text: string, at: number): number {
  const code = text.charCodeAt(at);
  const before = text.charCodeAt(at - 1);
  return code >= 0xdc00 && code <= 0xdfff && before >= 0xd800 && before <= 0xdbff ? at - 1 : at;
}
