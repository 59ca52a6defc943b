export * from "./journal.ts";
export * from "./target.ts";
