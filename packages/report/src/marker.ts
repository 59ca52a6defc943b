/**
 * The hidden comment that tells a report of ours apart (`<!-- modelyard:report:digits -->`); the key is encoded so that no key closes the
 * comment or equals another's.
 */
export function markerOf(kind: "report" | "drift" | "command", key: string): string {
  const encoded = key.toWellFormed().replace(/[^A-Za-z0-9.-]|-(?=-)|-$/gu, (c) => `_${(c.codePointAt(0) ?? 0).toString(16)}_`);
  return `<!-- modelyard:${kind}:${encoded} -->`;
}
