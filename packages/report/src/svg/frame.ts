import { element, label, textWidth } from "./element.ts";
import type { Scale } from "./scale.ts";

/** The plot inside its margins, in pixels. */
export interface Plot {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Horizontal grid lines with their numbers, and the unit above them. */
export function yAxis(plot: Plot, scale: Scale, ticks: readonly number[], format: (value: number) => string, unit: string): string {
  const lines = ticks
    .filter((tick) => tick >= scale.low - 1e-12 && tick <= scale.high + 1e-12)
    .map(
      (tick) =>
        element("line", { class: "grid", x1: plot.left, x2: plot.right, y1: scale.at(tick), y2: scale.at(tick) }) +
        label(plot.left - 8, scale.at(tick) + 4, format(tick), { class: "tick", "text-anchor": "end" }),
    );
  return lines.join("") + (unit === "" ? "" : label(0, plot.top - 12, unit, { class: "unit" }));
}

/** Numbers below the plot, and the name of the axis at its end. */
export function xAxis(plot: Plot, scale: Scale, ticks: readonly number[], format: (value: number) => string, name: string): string {
  const nameStart = plot.right - textWidth(name, 11) - 6;
  const marks = ticks
    .filter((tick) => tick >= scale.low && tick <= scale.high)
    .map((tick) => {
      const x = scale.at(tick);
      const hidden = name !== "" && x + textWidth(format(tick), 11) / 2 > nameStart;
      return (
        element("line", { class: "axis", x1: x, x2: x, y1: plot.bottom, y2: plot.bottom + 4 }) +
        (hidden ? "" : label(x, plot.bottom + 17, format(tick), { class: "tick", "text-anchor": "middle" }))
      );
    });
  const base = element("line", { class: "axis", x1: plot.left, x2: plot.right, y1: plot.bottom, y2: plot.bottom });
  return base + marks.join("") + (name === "" ? "" : label(plot.right, plot.bottom + 17, name, { class: "unit", "text-anchor": "end" }));
}

export interface LegendItem {
  readonly name: string;
  /** Index of the series' colour. */
  readonly colour: number;
  readonly shape: "line" | "dash" | "box";
}

/** Swatches with names in one row that ends at `right`. */
export function legend(items: readonly LegendItem[], right: number, y: number): string {
  const parts: string[] = [];
  let x = right;
  for (const item of [...items].reverse()) {
    const width = textWidth(item.name, 12);
    parts.push(label(x - width, y + 4, item.name, { class: "legend" }), swatch(item, x - width - 24, y));
    x -= width + 24 + 18;
  }
  return parts.join("");
}

function swatch(item: LegendItem, x: number, y: number): string {
  if (item.shape === "box") return element("rect", { class: `fill c${item.colour}`, x: x + 4, y: y - 5, width: 12, height: 10, rx: 2 });
  return element("line", { class: `line c${item.colour}${item.shape === "dash" ? " dash" : ""}`, x1: x, x2: x + 18, y1: y, y2: y });
}

/** A stretch of time with a verdict, drawn behind the data. */
export interface Band {
  readonly from: number;
  readonly to: number;
  readonly label: string;
  readonly verdict: "pass" | "inconclusive" | "fail" | "info";
}

const SYMBOLS: Readonly<Record<Band["verdict"], string>> = { pass: "✓", inconclusive: "?", fail: "✕", info: "" };

/** Bands with their names on top; a name that does not fit loses its words before its symbol. */
export function bands(plot: Plot, scale: Scale, list: readonly Band[]): string {
  return list
    .map((band) => {
      const x1 = Math.max(plot.left, scale.at(band.from));
      const x2 = Math.min(plot.right, scale.at(band.to));
      if (x2 <= x1) return "";
      const symbol = SYMBOLS[band.verdict];
      const full = symbol === "" ? band.label : `${symbol} ${band.label}`;
      const text = [full, symbol].find((candidate) => textWidth(candidate, 11) + 6 <= x2 - x1) ?? "";
      return (
        element("rect", { class: `band ${band.verdict}`, x: x1, y: plot.top, width: x2 - x1, height: plot.bottom - plot.top }) +
        element("line", { class: `bandtop ${band.verdict}`, x1: x1 + 1, x2: x2 - 1, y1: plot.top, y2: plot.top }) +
        (text === "" ? "" : label((x1 + x2) / 2, plot.top + 15, text, { class: `bandname ${band.verdict}`, "text-anchor": "middle" }))
      );
    })
    .join("");
}
