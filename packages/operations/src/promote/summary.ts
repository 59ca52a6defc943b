/** Lines of the summary; the rest is in the yard. */
const MAX_LINES = 60;

/** Decisions of a rollout as markdown. They quote answers of model servers, so they stand in a code block that they cannot end. */
export function decisionsMarkdown(title: string, lines: readonly string[]): string {
  const shown = lines.length > MAX_LINES ? [`(${lines.length - MAX_LINES} earlier lines left out)`, ...lines.slice(-MAX_LINES)] : lines;
  return `### ${title}\n\n\`\`\`text\n${shown.join("\n").replaceAll("`", "'")}\n\`\`\`\n`;
}
