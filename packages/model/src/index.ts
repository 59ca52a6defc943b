export * from "./prediction-line.ts";
export * from "./signature.ts";
export * from "./tensor.ts";
