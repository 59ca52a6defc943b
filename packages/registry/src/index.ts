export * from "./attachments.ts";
export * from "./keys.ts";
export { describeNumbers, resolveModelVersion } from "./resolve-version.ts";
export * from "./runs.ts";
export * from "./stages.ts";
export * from "./versions.ts";
