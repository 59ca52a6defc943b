export * from "./dataset-ref.ts";
export * from "./model-version.ts";
export * from "./run-event.ts";
