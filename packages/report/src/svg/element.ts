import { escapeHtml } from "../escape-html.ts";

export type Attributes = Readonly<Record<string, string | number | undefined>>;

/** An SVG element as text; attribute values are escaped, children are markup already. */
export function element(name: string, attributes: Attributes, ...children: readonly string[]): string {
  const list = Object.entries(attributes)
    .map(([key, value]) =>
      value === undefined ? "" : ` ${key}="${typeof value === "number" ? rounded(value) : escapeHtml(value, Number.POSITIVE_INFINITY)}"`,
    )
    .join("");
  return children.length === 0 ? `<${name}${list}/>` : `<${name}${list}>${children.join("")}</${name}>`;
}

/** A `<text>` with escaped content. */
export function label(x: number, y: number, content: string, attributes: Attributes = {}): string {
  return element("text", { x, y, ...attributes }, escapeHtml(content));
}

/** Two decimals are finer than any screen and keep the page small. */
export function rounded(value: number): string {
  return Number.isFinite(value) ? String(Math.round(value * 100) / 100) : "0";
}

/** What a reader of the page that cannot see the drawing is told. */
export interface Described {
  readonly title: string;
  /** What the drawing shows, in a sentence with its numbers. */
  readonly description: string;
}

/** The root of a drawing: scales with its place, and names itself to assistive technology. */
export function drawing(width: number, height: number, about: Described, ...children: readonly string[]): string {
  return element(
    "svg",
    { xmlns: "http://www.w3.org/2000/svg", class: "chart", width, viewBox: `0 0 ${rounded(width)} ${rounded(height)}`, role: "img" },
    element("title", {}, escapeHtml(about.title)),
    element("desc", {}, escapeHtml(about.description)),
    ...children,
  );
}

/** Rough width of a text in pixels, for layout; 0.56 em is the mean advance of the fonts of common systems, wide scripts take a whole em. */
export function textWidth(text: string, fontSize: number): number {
  let width = 0;
  for (const character of text) width += (character.codePointAt(0) ?? 0) >= 0x1100 ? 1 : 0.56;
  return width * fontSize;
}
