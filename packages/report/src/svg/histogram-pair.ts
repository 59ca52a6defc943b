import { cutText } from "../cut-text.ts";
import { type Described, drawing, element, label, textWidth } from "./element.ts";
import { legend, type Plot, yAxis } from "./frame.ts";
import { linear, niceTicks } from "./scale.ts";

export interface HistogramPair extends Described {
  readonly width: number;
  readonly height: number;
  /** Names of the bins or categories, in order. */
  readonly labels: readonly string[];
  /** Counts or shares of the training data, and of live traffic; each is scaled to shares of its own sum. */
  readonly reference: readonly number[];
  readonly current: readonly number[];
}

/** Two distributions side by side: training data behind, live traffic in front. */
export function histogramPair(chart: HistogramPair): string {
  const plot: Plot = { left: 40, right: chart.width - 4, top: 30, bottom: chart.height - 24 };
  const shares = [sharesOf(chart.reference), sharesOf(chart.current)] as const;
  const ticks = niceTicks(0, Math.max(...shares[0], ...shares[1], 0.01), 3);
  const y = linear(0, ticks.at(-1) ?? 1, plot.bottom, plot.top);
  const slot = (plot.right - plot.left) / Math.max(1, chart.labels.length);
  const bar = (value: number, index: number, side: 0 | 1) =>
    element("rect", {
      class: `fill c${side === 0 ? 2 : 1}`,
      x: plot.left + slot * (index + 0.12 + side * 0.38),
      y: y.at(value),
      width: slot * 0.36,
      height: Math.max(0, plot.bottom - y.at(value)),
      rx: Math.min(2, slot * 0.1),
    });
  return drawing(
    chart.width,
    chart.height,
    chart,
    yAxis(plot, y, ticks, (tick) => `${Math.round(tick * 100)}%`, ""),
    element("line", { class: "axis", x1: plot.left, x2: plot.right, y1: plot.bottom, y2: plot.bottom }),
    ...chart.labels.map((_, index) => bar(shares[0][index] ?? 0, index, 0) + bar(shares[1][index] ?? 0, index, 1)),
    ...binNames(chart.labels, plot, slot),
    legend(
      [
        { name: "training", colour: 2, shape: "box" },
        { name: "live", colour: 1, shape: "box" },
      ],
      plot.right,
      10,
    ),
  );
}

function sharesOf(values: readonly number[]): number[] {
  const clean = values.map((value) => (Number.isFinite(value) ? Math.max(0, value) : 0));
  const total = clean.reduce((sum, value) => sum + value, 0);
  return clean.map((value) => (total === 0 ? 0 : value / total));
}

/** Every name, or every second, third, ... so that none touch. */
function binNames(labels: readonly string[], plot: Plot, slot: number): string[] {
  const names = labels.map((name) => cutText(name, 12));
  const widest = Math.max(1, ...names.map((name) => textWidth(name, 11) + 6));
  const every = Math.max(1, Math.ceil(widest / slot));
  return names.map((name, index) =>
    index % every === 0 ? label(plot.left + slot * (index + 0.5), plot.bottom + 15, name, { class: "tick", "text-anchor": "middle" }) : "",
  );
}
