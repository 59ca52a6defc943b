export * from "./column-summary.ts";
export * from "./document.ts";
export * from "./profile-builder.ts";
