import type { IncomingMessage } from "node:http";
import type { S3Action } from "./faults.ts";

/** Bodies above this are refused as S3 refuses them (one PUT takes 5 GiB; the fake keeps all in memory). */
const MAX_BODY_BYTES = 256 * 1024 * 1024;

/** One request, read whole. */
export interface S3Request {
  readonly method: string;
  /** Path as it was sent, percent-encoded. */
  readonly rawPath: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly bucket: string;
  /** "" for calls of the bucket. */
  readonly key: string;
}

/** Reads a path-style request; undefined when its body broke off or is larger than the fake takes. */
export async function readS3Request(message: IncomingMessage): Promise<S3Request | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of message as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > MAX_BODY_BYTES) return undefined;
      chunks.push(chunk);
    }
  } catch {
    // The client went away before the end: as with S3, nothing of the request counts.
    return undefined;
  }
  const [rawPath = "/", rawQuery = ""] = (message.url ?? "/").split("?", 2);
  const [, bucket = "", ...rest] = rawPath.split("/");
  return {
    method: message.method ?? "GET",
    rawPath,
    query: new URLSearchParams(rawQuery),
    headers: Object.fromEntries(Object.entries(message.headers).map(([name, value]) => [name, String(value)])),
    body: Buffer.concat(chunks),
    bucket: decodeURIComponent(bucket),
    key: decodeURIComponent(rest.join("/")),
  };
}

/** The call that a request makes; undefined for one that the fake does not know. */
export function actionOf({ method, query, key }: S3Request): S3Action | undefined {
  if (key === "") return method === "GET" && query.get("list-type") === "2" ? "ListObjectsV2" : undefined;
  const isUpload = query.has("uploadId");
  switch (method) {
    case "GET":
      return "GetObject";
    case "HEAD":
      return "HeadObject";
    case "PUT":
      return isUpload ? "UploadPart" : "PutObject";
    case "POST":
      if (query.has("uploads")) return "CreateMultipartUpload";
      return isUpload ? "CompleteMultipartUpload" : undefined;
    case "DELETE":
      return isUpload ? "AbortMultipartUpload" : "DeleteObject";
    default:
      return undefined;
  }
}
