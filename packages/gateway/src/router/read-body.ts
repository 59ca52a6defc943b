import type { IncomingMessage } from "node:http";

export type Body = { readonly kind: "body"; readonly bytes: Buffer | null } | { readonly kind: "too-large" } | { readonly kind: "gone" };

/** Whole body of a request, in memory, so that it can be sent again and copied; at most `maxBytes`. */
export function readBody(request: IncomingMessage, maxBytes: number): Promise<Body> {
  const declared = request.headers["content-length"];
  if (declared === undefined && request.headers["transfer-encoding"] === undefined) return Promise.resolve({ kind: "body", bytes: null });
  if (Number(declared ?? 0) > maxBytes) return Promise.resolve({ kind: "too-large" });
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size <= maxBytes) chunks.push(chunk);
      else resolve({ kind: "too-large" });
    });
    request.on("end", () => resolve({ kind: "body", bytes: chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks) }));
    request.on("error", () => resolve({ kind: "gone" }));
    request.on("close", () => resolve({ kind: "gone" }));
  });
}
