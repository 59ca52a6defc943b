/** Combining marks kept on one base; more of them climb over the lines above and below. */
const MAX_MARKS = 4;
const MARK_RUNS = new RegExp(`(\\p{M}{${MAX_MARKS}})\\p{M}+`, "gu");

/** Characters that show nothing or change the order of what is shown: controls, format and bidi characters, fillers, separators. */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}\p{Default_Ignorable_Code_Point}]/gu;
const VARIATION_SELECTOR = /^[\uFE00-\uFE0F]$/;

/**
 * The same text with everything invisible spelt out: C0 controls as their Unicode pictures (`␊`), other hidden characters as
 * `‹U+202E›`, lone surrogates as U+FFFD, runs of combining marks shortened to four. The result is well-formed.
 */
export function visibleText(text: string): string {
  return text.toWellFormed().replace(MARK_RUNS, "$1").replace(HIDDEN, spelt);
}

function spelt(character: string): string {
  const code = character.codePointAt(0) ?? 0xfffd;
  if (code < 0x20) return String.fromCodePoint(0x2400 + code);
  if (code === 0x7f) return "␡";
  if (VARIATION_SELECTOR.test(character)) return character;
  return `‹U+${code.toString(16).toUpperCase().padStart(4, "0")}›`;
}
