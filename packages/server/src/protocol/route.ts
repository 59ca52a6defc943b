/** What a path of the Open Inference Protocol v2 asks for. */
export type Route =
  | { readonly kind: "server" }
  | { readonly kind: "live" }
  | { readonly kind: "ready" }
  | { readonly kind: "metrics" }
  | { readonly kind: "model"; readonly model: string; readonly version: string | undefined }
  | { readonly kind: "model-ready"; readonly model: string; readonly version: string | undefined }
  | { readonly kind: "infer"; readonly model: string; readonly version: string | undefined };

const FIXED: Readonly<Record<string, Route>> = {
  v2: { kind: "server" },
  "v2/health/live": { kind: "live" },
  "v2/health/ready": { kind: "ready" },
  metrics: { kind: "metrics" },
};

/** Parses the path of a request target; one trailing slash and the query mean nothing. undefined: no such path. */
export function parseRoute(target: string): Route | undefined {
  const path = target.split("?", 1)[0]!.replace(/^\//, "").replace(/\/$/, "");
  if (Object.hasOwn(FIXED, path)) return FIXED[path];
  const parts = path.split("/").map(decodePart);
  if (parts.some((part) => part === undefined || part === "")) return undefined;
  const [v2, models, model, ...rest] = parts as string[];
  if (v2 !== "v2" || models !== "models" || model === undefined) return undefined;
  const version = rest[0] === "versions" ? rest[1] : undefined;
  if (rest[0] === "versions" && version === undefined) return undefined;
  const [verb, ...more] = rest[0] === "versions" ? rest.slice(2) : rest;
  if (more.length > 0) return undefined;
  if (verb === undefined) return { kind: "model", model, version };
  if (verb === "ready") return { kind: "model-ready", model, version };
  return verb === "infer" ? { kind: "infer", model, version } : undefined;
}

/** Methods of a route, for `Allow`. */
export function allowedMethods(route: Route): readonly string[] {
  return route.kind === "infer" ? ["POST"] : ["GET", "HEAD"];
}

function decodePart(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    // A broken escape names nothing.
    return undefined;
  }
}
