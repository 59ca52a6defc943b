export * from "./inspect.ts";
export type { ModelSession } from "./model-session.ts";
export { checkModelAgainstSignature, requireSignature } from "./signature-check.ts";
