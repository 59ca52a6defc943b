export * from "./base-image.ts";
export * from "./build-image.ts";
export * from "./check-image.ts";
export * from "./document.ts";
export * from "./layer-reader.ts";
export * from "./layout.ts";
export * from "./media-types.ts";
export * from "./tar.ts";
