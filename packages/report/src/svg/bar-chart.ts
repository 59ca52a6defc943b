import { cutText } from "../cut-text.ts";
import { type Described, drawing, element, label, textWidth } from "./element.ts";
import { linear } from "./scale.ts";

export interface Bar {
  readonly label: string;
  readonly value: number;
  /** Text after the bar. */
  readonly note: string;
  readonly state: "bad" | "good" | "unknown";
}

export interface BarChart extends Described {
  readonly width: number;
  readonly bars: readonly Bar[];
  /** Drawn as a line across the bars. */
  readonly threshold: { readonly value: number; readonly label: string } | undefined;
}

const ROW = 22;

/** Horizontal bars with a threshold: one value a row. */
export function barChart(chart: BarChart): string {
  const names = chart.bars.map((bar) => cutText(bar.label, 24));
  const left = Math.max(40, ...names.map((name) => textWidth(name, 12))) + 14;
  const right = chart.width - Math.max(20, ...chart.bars.map((bar) => textWidth(bar.note, 12))) - 14;
  const top = 22;
  const bottom = top + ROW * chart.bars.length;
  const x = linear(
    0,
    Math.max(...chart.bars.map((bar) => (Number.isFinite(bar.value) ? bar.value : 0)), (chart.threshold?.value ?? 0) * 1.25, 1e-9),
    left,
    right,
  );
  const line = chart.threshold === undefined ? undefined : x.at(chart.threshold.value);
  const rows = chart.bars.map((bar, index) => {
    const y = top + ROW * index;
    const end = x.at(Number.isFinite(bar.value) ? Math.max(0, bar.value) : 0);
    return (
      label(left - 8, y + 15, names[index] ?? "", { class: "name", "text-anchor": "end" }) +
      element("rect", { class: `bar ${bar.state}`, x: left, y: y + 4, width: Math.max(1, end - left), height: ROW - 8, rx: 2 }) +
      label(noteStart(Math.max(end, left) + 8, bar.note, line), y + 15, bar.note, { class: `word ${bar.state}` })
    );
  });
  const threshold =
    chart.threshold === undefined || line === undefined
      ? ""
      : element("line", { class: "threshold", x1: line, x2: line, y1: top - 2, y2: bottom + 2 }) +
        label(line, top - 9, chart.threshold.label, { class: "unit", "text-anchor": "middle" });
  return drawing(
    chart.width,
    bottom + 8,
    chart,
    element("line", { class: "axis", x1: left, x2: left, y1: top, y2: bottom }),
    threshold,
    ...rows,
  );
}

/** A note that the threshold would cross stands behind it. */
function noteStart(x: number, note: string, line: number | undefined): number {
  return line !== undefined && x < line + 6 && x + textWidth(note, 12) > line - 4 ? line + 8 : x;
}
