export type { Config } from "./config-schema.ts";
export * from "./config.ts";
export * from "./context.ts";
export * from "./open-yard.ts";
export * from "./job-context.ts";
export * from "./process-context.ts";
export * from "./prepare-inputs.ts";
