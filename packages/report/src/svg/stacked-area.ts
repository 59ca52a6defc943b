import { type Described, drawing, element, rounded } from "./element.ts";
import { type Band, bands, legend, type Plot, xAxis, yAxis } from "./frame.ts";
import { type Marker, markers } from "./line-chart.ts";
import { clockText, linear, niceTicks, type Scale, tickText, timeTicks } from "./scale.ts";

export interface Layer {
  readonly name: string;
  readonly colour: number;
  /** One value for each time. */
  readonly values: readonly number[];
}

export interface StackedArea extends Described {
  readonly width: number;
  readonly height: number;
  readonly unit: string;
  /** Milliseconds since the start, rising. */
  readonly timesMs: readonly number[];
  readonly layers: readonly Layer[];
  readonly bands: readonly Band[];
  readonly markers: readonly Marker[];
  readonly endMs?: number;
}

/** Traffic split over time: layers on top of each other. */
export function stackedArea(chart: StackedArea): string {
  const plot: Plot = { left: 46, right: chart.width - 6, top: 42, bottom: chart.height - 26 };
  const end = Math.max(chart.endMs ?? chart.timesMs.at(-1) ?? 1, 1);
  const totals = chart.timesMs.map((_, index) => chart.layers.reduce((sum, layer) => sum + value(layer, index), 0));
  const ticks = niceTicks(0, Math.max(...totals, 1), 4);
  const x = linear(0, end, plot.left, plot.right);
  const y = linear(0, ticks.at(-1) ?? 1, plot.bottom, plot.top + 22);
  return drawing(
    chart.width,
    chart.height,
    chart,
    bands(plot, x, chart.bands),
    yAxis(plot, y, ticks, tickText, chart.unit),
    ...areas(chart, x, y),
    xAxis(plot, x, timeTicks(end, 8), clockText, "min:s"),
    markers(plot, x, chart.markers),
    legend(
      chart.layers.map((layer) => ({ name: layer.name, colour: layer.colour, shape: "box" })),
      plot.right,
      10,
    ),
  );
}

function value(layer: Layer, index: number): number {
  const found = layer.values[index] ?? 0;
  return Number.isFinite(found) ? Math.max(0, found) : 0;
}

function areas(chart: StackedArea, x: Scale, y: Scale): string[] {
  let below = chart.timesMs.map(() => 0);
  return chart.layers.map((layer) => {
    const above = below.map((base, index) => base + value(layer, index));
    const path = `M${[...stairs(chart.timesMs, above, x, y), ...stairs(chart.timesMs, below, x, y).reverse()].join("L")}Z`;
    below = above;
    return chart.timesMs.length === 0 ? "" : element("path", { class: `area c${layer.colour}`, d: path });
  });
}

/** A value holds for its whole window, from the time before to its own. */
function stairs(timesMs: readonly number[], values: readonly number[], x: Scale, y: Scale): string[] {
  return timesMs.flatMap((time, index) => {
    const height = rounded(y.at(values[index] ?? 0));
    return [`${rounded(x.at(timesMs[index - 1] ?? 0))} ${height}`, `${rounded(x.at(time))} ${height}`];
  });
}
