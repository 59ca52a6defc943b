import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { S3Request } from "./s3-request.ts";

export interface S3Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

/** S3 refuses a request signed longer ago, or further ahead. */
const MAX_SKEW_MS = 15 * 60 * 1000;
const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=([a-z0-9;-]+), ?Signature=([0-9a-f]{64})$/;

/** The code with which S3 refuses a signature (Signature Version 4, docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html), or undefined when it is right. */
export function signatureProblem(request: S3Request, keys: S3Keys, nowMs: number): string | undefined {
  const match = AUTHORIZATION.exec(request.headers["authorization"] ?? "");
  if (!match) return "AccessDenied";
  const [, id = "", day = "", region = "", signed = "", signature = ""] = match;
  if (id !== keys.accessKeyId) return "InvalidAccessKeyId";
  if ((request.headers["x-amz-security-token"] ?? "") !== (keys.sessionToken ?? "")) return "InvalidToken";
  const stamp = request.headers["x-amz-date"] ?? "";
  if (!stamp.startsWith(day) || Math.abs(timeOf(stamp) - nowMs) > MAX_SKEW_MS) return "RequestTimeTooSkewed";
  if (bodyProblem(request)) return "XAmzContentSHA256Mismatch";
  const names = signed.split(";");
  if (!names.includes("host") || !names.includes("x-amz-content-sha256")) return "SignatureDoesNotMatch";
  const scope = `${day}/${region}/s3/aws4_request`;
  const text = ["AWS4-HMAC-SHA256", stamp, scope, sha256(canonicalRequest(request, names))].join("\n");
  const key = [day, region, "s3", "aws4_request"].reduce<Buffer | string>((from, part) => hmac(from, part), `AWS4${keys.secretAccessKey}`);
  const expected = hmac(key, text);
  return timingSafeEqual(expected, Buffer.from(signature, "hex")) ? undefined : "SignatureDoesNotMatch";
}

function bodyProblem({ headers, body }: S3Request): boolean {
  return headers["x-amz-content-sha256"] !== sha256(body);
}

function canonicalRequest({ method, rawPath, query, headers }: S3Request, names: readonly string[]): string {
  const pairs = [...query].map(([name, value]) => `${encode(name)}=${encode(value)}`).sort();
  const lines = names.map((name) => `${name}:${(headers[name] ?? "").trim().replace(/ +/g, " ")}\n`);
  const path = rawPath
    .split("/")
    .map((segment) => encode(decodeURIComponent(segment)))
    .join("/");
  return [method, path, pairs.join("&"), lines.join(""), names.join(";"), headers["x-amz-content-sha256"]].join("\n");
}

function timeOf(stamp: string): number {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(stamp);
  if (!match) return Number.NaN;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1).map(Number);
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

function sha256(data: Buffer | string): string {
  return createHash("sha256").update(data).digest("hex");
}

function hmac(key: Buffer | string, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}
