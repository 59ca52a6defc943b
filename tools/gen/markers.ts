export type Replaced = { readonly kind: "text"; readonly text: string } | { readonly kind: "problem"; readonly problem: string };

/** Puts `body` between `<!-- <marker>:start -->` and `<!-- <marker>:end -->`; each must be there once, in that order. */
export function replaceBetween(text: string, marker: string, body: string): Replaced {
  const start = `<!-- ${marker}:start -->`;
  const end = `<!-- ${marker}:end -->`;
  const parts = text.split(start);
  const rest = parts[1]?.split(end);
  if (parts.length !== 2 || rest?.length !== 2)
    return { kind: "problem", problem: `needs the markers ${start} and ${end}, once each and in this order` };
  return { kind: "text", text: `${parts[0]}${start}\n${body}\n${end}${rest[1]}` };
}
