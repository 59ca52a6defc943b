import { cutText } from "../cut-text.ts";
import { formatSigned } from "../format-number.ts";
import { type Described, drawing, element, label, textWidth } from "./element.ts";
import { type Plot, xAxis } from "./frame.ts";
import { extent, linear, niceTicks, type Scale, tickText } from "./scale.ts";

export interface IntervalRow {
  readonly label: string;
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly change: "improved" | "equivalent" | "regressed" | "inconclusive";
}

export interface IntervalChart extends Described {
  readonly width: number;
  readonly rows: readonly IntervalRow[];
  /** Half the width of the band around zero in which a difference does not matter. */
  readonly margin: number;
  readonly unit: string;
}

const ROW = 30;
const SYMBOLS = { improved: "▲", equivalent: "●", regressed: "▼", inconclusive: "○" } as const;

/** Forest plot: one difference a row with its interval, zero as a line, the margin as a band. Right is better. */
export function intervalChart(chart: IntervalChart): string {
  const names = chart.rows.map((row) => cutText(row.label, 28));
  const nameWidth = Math.max(40, ...names.map((name) => textWidth(name, 12)));
  const plot: Plot = { left: nameWidth + 18, right: chart.width - 158, top: 18, bottom: 18 + ROW * chart.rows.length };
  const [low, high] = extent(chart.rows.flatMap((row) => [row.low, row.high, -chart.margin * 1.5, chart.margin * 1.5, 0]));
  const ticks = niceTicks(low, high, 5);
  const x = linear(ticks[0] ?? low, ticks.at(-1) ?? high, plot.left, plot.right);
  const band = element("rect", {
    class: "margin",
    x: x.at(-chart.margin),
    y: plot.top,
    width: x.at(chart.margin) - x.at(-chart.margin),
    height: plot.bottom - plot.top,
  });
  const zero = element("line", { class: "zero", x1: x.at(0), x2: x.at(0), y1: plot.top, y2: plot.bottom });
  return drawing(
    chart.width,
    plot.bottom + 44,
    chart,
    band,
    zero,
    ...chart.rows.map((row, index) => drawRow(row, names[index] ?? "", plot.top + ROW * (index + 0.5), x, plot)),
    xAxis(plot, x, ticks, tickText, ""),
    label((plot.left + plot.right) / 2, plot.bottom + 36, chart.unit, { class: "unit", "text-anchor": "middle" }),
  );
}

function drawRow(row: IntervalRow, name: string, y: number, x: Scale, plot: Plot): string {
  return [
    label(plot.left - 12, y + 4, name, { class: "name", "text-anchor": "end" }),
    element("line", { class: `interval ${row.change}`, x1: x.at(row.low), x2: x.at(row.high), y1: y, y2: y }),
    element("circle", { class: `point ${row.change}`, cx: x.at(row.value), cy: y, r: 4.5 }),
    label(plot.right + 12, y + 4, `${SYMBOLS[row.change]} ${formatSigned(row.value, 3)} ${row.change}`, { class: `word ${row.change}` }),
  ].join("");
}
