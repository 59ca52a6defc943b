export * from "./compare-golden.ts";
export * from "./float16.ts";
export * from "./prediction-line.ts";
export * from "./signature.ts";
export * from "./tensor.ts";
export * from "./tensor-data.ts";
export * from "./tensor-json.ts";
