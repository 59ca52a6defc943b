import { type Described, drawing, element, label, rounded } from "./element.ts";
import { type Band, bands, type LegendItem, legend, type Plot, xAxis, yAxis } from "./frame.ts";
import { clockText, extent, linear, niceTicks, type Scale, tickText, timeTicks } from "./scale.ts";

export interface Series {
  readonly name: string;
  /** Index of the colour: 0 stable, 1 new version, 2 and up others. */
  readonly colour: number;
  readonly dashed?: boolean;
  /** Time in milliseconds since the start, and value; null leaves a gap. */
  readonly points: readonly (readonly [number, number | null])[];
}

/** A moment worth a line through the plot. */
export interface Marker {
  readonly at: number;
  readonly label: string;
}

export interface LineChart extends Described {
  readonly width: number;
  readonly height: number;
  readonly unit: string;
  readonly series: readonly Series[];
  readonly bands: readonly Band[];
  readonly markers: readonly Marker[];
  /** End of the time axis; the last point where absent. */
  readonly endMs?: number;
  readonly format?: (value: number) => string;
  /** Least upper end of the value axis, so that noise near zero does not fill the plot. */
  readonly atLeast?: number;
}

/** Several series over time with verdict bands behind them. */
export function lineChart(chart: LineChart): string {
  const plot: Plot = { left: 46, right: chart.width - 6, top: 42, bottom: chart.height - 26 };
  const points = chart.series.flatMap((series) => series.points);
  const end = Math.max(chart.endMs ?? extent(points.map(([time]) => time))[1], 1);
  const x = linear(0, end, plot.left, plot.right);
  const top = Math.max(extent(points.map(([, value]) => value ?? Number.NaN))[1], chart.atLeast ?? 0);
  const ticks = niceTicks(0, top, 4);
  const y = linear(0, ticks.at(-1) ?? 1, plot.bottom, plot.top + 22);
  return drawing(
    chart.width,
    chart.height,
    chart,
    bands(plot, x, chart.bands),
    yAxis(plot, y, ticks, chart.format ?? tickText, chart.unit),
    xAxis(plot, x, timeTicks(end, 8), clockText, "min:s"),
    markers(plot, x, chart.markers),
    ...chart.series.map((series) => path(series, x, y)),
    legend(chart.series.map(legendItem), plot.right, 10),
  );
}

function legendItem(series: Series): LegendItem {
  return { name: series.name, colour: series.colour, shape: series.dashed ? "dash" : "line" };
}

function path(series: Series, x: Scale, y: Scale): string {
  let data = "";
  let pen = false;
  let alone: string[] = [];
  const dots: string[] = [];
  for (const [time, value] of [...series.points, [0, null] as const]) {
    if (value === null || !Number.isFinite(value)) {
      // A point between two gaps has no line; a dot shows it.
      if (alone.length === 1) dots.push(alone[0]!);
      alone = [];
      pen = false;
      continue;
    }
    const [px, py] = [rounded(x.at(time)), rounded(y.at(value))];
    data += `${pen ? "L" : "M"}${px} ${py}`;
    alone.push(element("circle", { class: `dot c${series.colour}`, cx: px, cy: py, r: 2.5 }));
    pen = true;
  }
  return (data === "" ? "" : element("path", { class: `line c${series.colour}${series.dashed ? " dash" : ""}`, d: data })) + dots.join("");
}

/** Vertical lines with their names above the plot, where no data is. */
export function markers(plot: Plot, x: Scale, list: readonly Marker[]): string {
  return list
    .filter((marker) => marker.at >= x.low && marker.at <= x.high)
    .map((marker) => {
      const at = x.at(marker.at);
      const left = at > (plot.left + plot.right) / 2;
      return (
        element("line", { class: "marker", x1: at, x2: at, y1: plot.top - 4, y2: plot.bottom }) +
        label(left ? at + 3 : at - 3, plot.top - 8, marker.label, { class: "markername", "text-anchor": left ? "end" : "start" })
      );
    })
    .join("");
}
