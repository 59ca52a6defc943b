export * from "./blob-store.ts";
export * from "./yard.ts";
