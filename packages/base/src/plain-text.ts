// Everything the runner or a terminal could take for white space or an instruction: controls, direction marks, zero-width and line separators.
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;
const COMMAND_START = /^([\s]*):(?=:)/u;

/**
 * Text that others wrote as lines of a log that the runner cannot take for workflow commands: `::` at the start of a line and `##[` anywhere are
 * broken up, every control or invisible character but the line feed and the tab is written as an escape.
 */
export function plainText(text: string): string {
  return text
    .toWellFormed()
    .split(/\r\n|\r|\n/)
    .map(plainLine)
    .join("\n");
}

/** The same on one line: line feeds become spaces. */
export function plainLineOf(text: string): string {
  return plainText(text).replace(/\n/g, " ");
}

function plainLine(line: string): string {
  const visible = line.replace(INVISIBLE, (character) =>
    character === "\t" ? character : `\\u{${character.codePointAt(0)!.toString(16)}}`,
  );
  return visible.replace(COMMAND_START, "$1: ").replace(/##(?=\[)/g, "# #");
}
