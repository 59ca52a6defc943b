export * from "./canonical-json.ts";
export * from "./document.ts";
