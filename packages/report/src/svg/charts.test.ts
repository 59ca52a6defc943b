import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { HOSTILE_TEXTS } from "../testing/hostile-texts.ts";
import { barChart } from "./bar-chart.ts";
import { standaloneSvg } from "./chart-css.ts";
import { histogramPair } from "./histogram-pair.ts";
import { intervalChart } from "./interval-chart.ts";
import { lineChart } from "./line-chart.ts";
import { lineageGraph } from "./lineage-graph.ts";
import { niceTicks, timeTicks } from "./scale.ts";
import { stackedArea } from "./stacked-area.ts";

const band = (label: string) => [{ from: 0, to: 500, label, verdict: "pass" as const }];
const marker = (label: string) => [{ at: 700, label }];

const CHARTS: Readonly<Record<string, (text: string, values: readonly number[]) => string>> = {
  line: (text, values) =>
    lineChart({
      title: text,
      description: text,
      width: 500,
      height: 200,
      unit: text,
      bands: band(text),
      markers: marker(text),
      series: [{ name: text, colour: 0, points: values.map((value, index) => [index * 100, value]) }],
    }),
  area: (text, values) =>
    stackedArea({
      title: text,
      description: text,
      width: 500,
      height: 200,
      unit: text,
      bands: band(text),
      markers: marker(text),
      timesMs: values.map((_, index) => index * 100),
      layers: [{ name: text, colour: 1, values }],
    }),
  interval: (text, values) =>
    intervalChart({
      title: text,
      description: text,
      width: 500,
      margin: 0.01,
      unit: text,
      rows: values.map((value) => ({ label: text, value, low: value - 0.1, high: value + 0.1, change: "improved" })),
    }),
  histogram: (text, values) =>
    histogramPair({
      title: text,
      description: text,
      width: 500,
      height: 200,
      labels: values.map(() => text),
      reference: values,
      current: values,
    }),
  bars: (text, values) =>
    barChart({
      title: text,
      description: text,
      width: 500,
      bars: values.map((value) => ({ label: text, value, note: text, state: "bad" })),
      threshold: { value: 0.2, label: text },
    }),
  graph: (text, values) =>
    lineageGraph(
      {
        nodes: values.map((_, index) => ({ id: String(index), kind: text, label: text, detail: text })),
        edges: values.map((_, index) => ({ from: String(index), to: String(index + 1), label: text })),
      },
      { title: text, description: text },
    ),
};

/** Elements in balance, nothing that runs or loads, every number finite. */
function assertDrawing(svg: string, what: string): void {
  const open: string[] = [];
  for (const [all, slash, name, attributes] of svg.matchAll(/<(\/?)([a-zA-Z]+)((?:[^>"]|"[^"]*")*)>/g)) {
    assert.ok(["svg", "title", "desc", "g", "line", "path", "rect", "circle", "text", "style"].includes(name!), `${what}: ${all}`);
    if (slash === "/") assert.equal(open.pop(), name, what);
    else if (!attributes!.endsWith("/")) open.push(name!);
    assert.doesNotMatch(attributes!, /\son\w+=|href=|NaN|Infinity|undefined/, `${what}: ${all}`);
  }
  assert.deepEqual(open, [], what);
  assert.doesNotMatch(svg, /<script|<image|<foreignObject/i);
  assert.match(svg, /^<svg [^>]*role="img"><title>/);
}

test("every drawing holds with hostile names", () => {
  for (const [name, chart] of Object.entries(CHARTS))
    for (const text of HOSTILE_TEXTS) assertDrawing(chart(text, [0.1, 0.4, 0.2]), `${name} of ${JSON.stringify(text)}`);
});

test("numbers that failed once", () => {
  for (const [name, chart] of Object.entries(CHARTS)) assertDrawing(chart("name", [60.00000002000001, -1e308]), name);
});

test("every drawing holds with any numbers, and with none", () => {
  const values = fc.array(fc.oneof(fc.double(), fc.constantFrom(0, -0, Number.NaN, Number.POSITIVE_INFINITY, 1e308, -1e308, 5e-324)), {
    maxLength: 12,
  });
  for (const [name, chart] of Object.entries(CHARTS))
    fc.assert(
      fc.property(values, (list) => assertDrawing(chart("name", list), name)),
      { numRuns: 60 },
    );
});

test("a file of its own carries its styles", () => {
  const svg = standaloneSvg(CHARTS["line"]!("name", [1, 2]));
  assert.match(svg, /role="img"><style>svg\{--c0/);
  assertDrawing(svg.replace(/<style>.*<\/style>/s, ""), "standalone");
});

test("ticks are round and cover", () => {
  const cases: readonly (readonly [number, number, number, readonly number[]])[] = [
    [0, 236, 4, [0, 100, 200, 300]],
    [0, 0.31, 4, [0, 0.1, 0.2, 0.3, 0.4]],
    [-0.088, 0.044, 5, [-0.1, -0.05, 0, 0.05]],
    [0, 0, 4, [0, 0.5, 1]],
    [5, 5, 2, [0, 5, 10]],
  ];
  for (const [low, high, count, expected] of cases) assert.deepEqual(niceTicks(low, high, count), expected);
  assert.deepEqual(timeTicks(44_000, 8), [0, 10_000, 20_000, 30_000, 40_000]);
});

test("a circle of edges ends", () => {
  const nodes = ["a", "b", "c"].map((id) => ({ id, kind: "run", label: id }));
  const edges = [
    { from: "a", to: "b" },
    { from: "b", to: "c" },
    { from: "c", to: "a" },
    { from: "a", to: "a" },
    { from: "x", to: "a" },
  ];
  assertDrawing(lineageGraph({ nodes, edges }, { title: "t", description: "d" }), "circle");
});
