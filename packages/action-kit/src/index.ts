export type { ActionSpec } from "@modelyard/inputs";
export { runAction, runPost } from "./run-action.ts";
export { readState, saveState } from "./state.ts";
