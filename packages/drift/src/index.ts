export * from "./column-distance.ts";
export * from "./column-summary.ts";
export * from "./decide-retrain.ts";
export * from "./document.ts";
export * from "./drift-report.ts";
export * from "./profile-builder.ts";
export * from "./psi.ts";
export * from "./thresholds.ts";
