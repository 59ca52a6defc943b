/** Fields of one CSV row by RFC 4180, or what is wrong with it. `hasQuote` false takes the short way. */
export function csvFields(
  text: string,
  delimiter: string,
  hasQuote: boolean,
): { readonly fields: string[] } | { readonly problem: string } {
  if (!hasQuote) return { fields: text.split(delimiter) };
  const fields: string[] = [];
  let at = 0;
  for (;;) {
    if (text[at] === '"') {
      const quoted = quotedField(text, at);
      if (quoted === undefined) return { problem: "a quoted field does not end" };
      fields.push(quoted.field);
      at = quoted.end;
      if (at < text.length && text[at] !== delimiter)
        return { problem: `a quoted field is followed by more text (field ${fields.length})` };
    } else {
      const next = text.indexOf(delimiter, at);
      const end = next < 0 ? text.length : next;
      fields.push(text.slice(at, end));
      at = end;
    }
    if (at >= text.length) return { fields };
    at++;
  }
}

function quotedField(text: string, start: number): { field: string; end: number } | undefined {
  let field = "";
  let at = start + 1;
  for (;;) {
    const quote = text.indexOf('"', at);
    if (quote < 0) return undefined;
    field += text.slice(at, quote);
    if (text[quote + 1] !== '"') return { field, end: quote + 1 };
    field += '"';
    at = quote + 2;
  }
}
