export * from "./config.ts";
export type { Config } from "./config-schema.ts";
export * from "./context.ts";
export * from "./open-yard.ts";
