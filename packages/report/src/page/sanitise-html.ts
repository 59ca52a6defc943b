import { escapeHtml } from "../escape-html.ts";
import { safeUrl } from "../escape-markdown.ts";

const ALLOWED: ReadonlySet<string> = new Set(
  "p h1 h2 h3 h4 h5 h6 table thead tbody tr th td code pre details summary b strong em del blockquote ul ol li sub sup br hr span a".split(
    " ",
  ),
);
const VOID: ReadonlySet<string> = new Set(["br", "hr"]);
const ALIGN = /\balign="(left|right|center)"/;

/** Rendered markdown with nothing but allow-listed elements, http(s) links and column alignment; other tags become text, elements left open are closed. */
export function sanitiseHtml(html: string): string {
  const open: string[] = [];
  const parts: string[] = [];
  for (const [all, slash, rawName, attributes] of html
    .replace(/<!--[\s\S]*?(?:-->|$)/g, "")
    .matchAll(/<(\/?)([a-zA-Z][a-zA-Z0-9-]*)([^<>]*)>|[^<]+|</g)) {
    const name = rawName?.toLowerCase();
    if (name === undefined) parts.push(all === "<" ? "&lt;" : all.replaceAll(">", "&gt;"));
    else if (!ALLOWED.has(name)) parts.push(escapeHtml(all));
    else if (slash === "/") parts.push(close(open, name));
    else {
      if (!VOID.has(name)) open.push(name);
      parts.push(`<${name}${keptAttributes(name, attributes ?? "")}>`);
    }
  }
  return (
    parts.join("") +
    open
      .reverse()
      .map((name) => `</${name}>`)
      .join("")
  );
}

function close(open: string[], name: string): string {
  const at = open.lastIndexOf(name);
  if (at < 0) return "";
  return open
    .splice(at)
    .reverse()
    .map((inner) => `</${inner}>`)
    .join("");
}

function keptAttributes(name: string, attributes: string): string {
  if (name === "a") {
    const url = safeUrl((/\bhref="([^"]*)"/.exec(attributes)?.[1] ?? "").replaceAll("&amp;", "&"));
    return url === undefined ? "" : ` href="${escapeHtml(url, 2_000)}" rel="noopener noreferrer nofollow"`;
  }
  if (name === "td" || name === "th") {
    const align = ALIGN.exec(attributes)?.[1];
    return align === undefined ? "" : ` align="${align}"`;
  }
  if (name === "details" && /\bopen\b/.test(attributes)) return " open";
  return name === "code" && /\bclass="language-mermaid"/.test(attributes) ? ' class="mermaid"' : "";
}

const ALERTS: Readonly<Record<string, string>> = {
  NOTE: "Note",
  TIP: "Tip",
  IMPORTANT: "Important",
  WARNING: "Warning",
  CAUTION: "Caution",
};

/** GitHub's alert boxes, which plain markdown renderers leave as quotations that begin with `[!TIP]`. Expects sanitised HTML. */
export function drawAlerts(html: string): string {
  return html.replace(
    /<blockquote>\s*<p>\[!(NOTE|TIP|IMPORTANT|WARNING|CAUTION)\](?:<br>)?\s*/g,
    (_, kind: string) => `<blockquote class="alert ${kind.toLowerCase()}"><p class="alert-title">${ALERTS[kind] ?? kind}</p><p>`,
  );
}
