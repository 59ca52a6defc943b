export * from "./fake-clock.ts";
export * from "./process-runner.ts";
export * from "./recording-log.ts";
export * from "./temporary-directory.ts";
