import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { messageOf, userError } from "@modelyard/base";

/** The runtime's module; types alone are imported, so that no bundle carries it. */
export type OnnxRuntime = typeof import("onnxruntime-node");

/** Environment variable that names the folder of an installed onnxruntime-node (or a folder whose node_modules holds it). */
export const RUNTIME_VARIABLE = "MODELYARD_ONNXRUNTIME";

/** Release that the tests ran with. */
export const RUNTIME_VERSION = "1.30.0";

const PACKAGE = "onnxruntime-node";

/**
 * Switch of the native library's telemetry, which is on by default since 1.30: it reads the machine id, keeps a database in the home directory and
 * uploads. A model server or a CI job of ours reports to nobody, so it is off unless the user set it.
 */
export const TELEMETRY_VARIABLE = "ORT_DISABLE_TELEMETRY";

/**
 * Path of the installed runtime's entry: the folder that MODELYARD_ONNXRUNTIME names, else node_modules above this source, else above the running script.
 * Never the working directory: in a workflow that is a checkout, and a native library from a pull request would run. Throws ONNX_RUNTIME_MISSING.
 */
export function findRuntime(env: Readonly<Record<string, string | undefined>> = process.env): string {
  const named = env[RUNTIME_VARIABLE];
  if (named !== undefined && named !== "") {
    const found = resolveIn(resolve(named));
    if (found !== undefined) return found;
    throw userError(
      "ONNX_RUNTIME_MISSING",
      `${RUNTIME_VARIABLE} names ${named}, which holds no ${PACKAGE}`,
      `point it at node_modules/${PACKAGE}`,
    );
  }
  for (const place of searchPlaces()) {
    const found = resolveIn(place);
    if (found !== undefined) return found;
  }
  throw userError(
    "ONNX_RUNTIME_MISSING",
    `the package ${PACKAGE} is not installed`,
    `run \`npm install --ignore-scripts ${PACKAGE}@${RUNTIME_VERSION}\` and set ${RUNTIME_VARIABLE} to its folder under node_modules`,
  );
}

/** Loads the native runtime. Throws ONNX_RUNTIME_MISSING where it is not installed or has no binding for this machine (macOS on Intel has none). */
export function loadRuntime(env: Readonly<Record<string, string | undefined>> = process.env): OnnxRuntime {
  const entry = findRuntime(env);
  // The library reads its own process's environment when it is loaded, not `env`.
  process.env[TELEMETRY_VARIABLE] ??= "1";
  try {
    return createRequire(entry)(entry) as OnnxRuntime;
  } catch (cause) {
    throw userError(
      "ONNX_RUNTIME_MISSING",
      `${PACKAGE} cannot start on ${process.platform} ${process.arch}: ${messageOf(cause).split("\n")[0]}`,
      "use Linux x64 or arm64 (glibc), Windows, or macOS on Apple silicon; the package has no binding for other machines",
      cause,
    );
  }
}

function searchPlaces(): string[] {
  // A CommonJS bundle has no import.meta.url; then the bundle's own folder is the place.
  const source = import.meta.url as string | undefined;
  const script = process.argv[1];
  const places: string[] = [];
  if (source !== undefined) places.push(dirname(fileURLToPath(source)));
  if (script !== undefined) places.push(dirname(resolve(script)));
  return places;
}

function resolveIn(place: string): string | undefined {
  if (existsSync(join(place, "package.json")) && place.endsWith(PACKAGE)) return createRequire(join(place, "package.json")).resolve(place);
  try {
    return createRequire(join(place, "from.js")).resolve(PACKAGE);
  } catch {
    // Not there: the caller looks in the next place.
    return undefined;
  }
}
