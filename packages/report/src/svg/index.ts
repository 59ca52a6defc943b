export * from "./bar-chart.ts";
export * from "./chart-css.ts";
export * from "./histogram-pair.ts";
export * from "./interval-chart.ts";
export * from "./line-chart.ts";
export * from "./lineage-graph.ts";
export * from "./stacked-area.ts";
