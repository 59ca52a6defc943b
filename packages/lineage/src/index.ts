export * from "./dataset-ref.ts";
export * from "./model-version.ts";
export * from "./provenance-graph.ts";
export * from "./run-event.ts";
export * from "./run-record.ts";
export * from "./stage-transition.ts";
export * from "./version-digest.ts";
