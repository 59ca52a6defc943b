export * from "./quantile.ts";
