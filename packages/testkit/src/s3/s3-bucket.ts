import { createHash } from "node:crypto";
import { element, emptyAnswer, errorAnswer, type S3Answer, xmlAnswer } from "./s3-answer.ts";
import type { S3Request } from "./s3-request.ts";

/** How the server takes `If-None-Match: *`: keeps it, as AWS and MinIO do; ignores it, as old servers do; or answers 501. */
export type ConditionalWrites = "kept" | "ignored" | "refused";

/** The smallest part of S3 but the last. */
const MIN_PART_BYTES = 5 * 1024 * 1024;

interface StoredObject {
  readonly bytes: Buffer;
  readonly etag: string;
}
interface Upload {
  readonly key: string;
  readonly parts: Map<number, StoredObject>;
}

/** One bucket in memory. Every method is one step, so concurrent requests take effect one after another. */
export class S3Bucket {
  readonly objects = new Map<string, StoredObject>();
  readonly uploads = new Map<string, Upload>();
  private readonly conditional: ConditionalWrites;
  private readonly pageSize: number;
  private began = 0;

  constructor(conditional: ConditionalWrites, pageSize: number) {
    this.conditional = conditional;
    this.pageSize = pageSize;
  }

  put({ key, headers, body }: S3Request): S3Answer {
    const refusal = this.conditionProblem(key, headers);
    if (refusal) return refusal;
    const stored = objectOf(body);
    this.objects.set(key, stored);
    return emptyAnswer(200, { etag: stored.etag });
  }

  get({ key, headers, method }: S3Request): S3Answer {
    const found = this.objects.get(key);
    if (!found) return method === "HEAD" ? emptyAnswer(404) : errorAnswer(404, "NoSuchKey");
    const shared = { etag: found.etag, "accept-ranges": "bytes", "content-type": "application/octet-stream" };
    if (headers["if-match"] !== undefined && headers["if-match"] !== found.etag) return errorAnswer(412, "PreconditionFailed");
    const range = /^bytes=(\d+)-(\d*)$/.exec(headers["range"] ?? "");
    if (!range) return { status: 200, headers: { ...shared, "content-length": String(found.bytes.length) }, body: found.bytes };
    const [start, end] = [Number(range[1]), Math.min(range[2] === "" ? Number.MAX_SAFE_INTEGER : Number(range[2]), found.bytes.length - 1)];
    if (start >= found.bytes.length) return errorAnswer(416, "InvalidRange");
    const part = found.bytes.subarray(start, end + 1);
    return { status: 206, headers: { ...shared, "content-range": `bytes ${start}-${end}/${found.bytes.length}` }, body: part };
  }

  delete({ key }: S3Request): S3Answer {
    this.objects.delete(key);
    return emptyAnswer(204);
  }

  list({ query, bucket }: S3Request): S3Answer {
    const prefix = query.get("prefix") ?? "";
    const after = query.get("continuation-token") ?? query.get("start-after") ?? "";
    const limit = Math.min(Number(query.get("max-keys") ?? this.pageSize), this.pageSize);
    const below = [...this.objects].filter(([key]) => key.startsWith(prefix) && key > after).sort(([a], [b]) => (a < b ? -1 : 1));
    const page = below.slice(0, limit);
    const isTruncated = page.length < below.length;
    const contents = page.map(([key, { bytes, etag }]) =>
      element("Key", key).concat(element("Size", bytes.length), element("ETag", etag), element("LastModified", "2026-01-01T00:00:00.000Z")),
    );
    const next = isTruncated ? element("NextContinuationToken", page.at(-1)?.[0] ?? "") : "";
    const facts = [
      element("Name", bucket),
      element("Prefix", prefix),
      element("KeyCount", page.length),
      element("IsTruncated", isTruncated),
      next,
    ];
    return xmlAnswer("ListBucketResult", `${facts.join("")}${contents.map((content) => `<Contents>${content}</Contents>`).join("")}`);
  }

  begin({ key, bucket }: S3Request): S3Answer {
    const id = `upload-${++this.began}`;
    this.uploads.set(id, { key, parts: new Map() });
    return xmlAnswer("InitiateMultipartUploadResult", [element("Bucket", bucket), element("Key", key), element("UploadId", id)].join(""));
  }

  putPart({ key, query, body }: S3Request): S3Answer {
    const upload = this.uploads.get(query.get("uploadId") ?? "");
    const number = Number(query.get("partNumber"));
    if (upload?.key !== key) return errorAnswer(404, "NoSuchUpload");
    if (!(Number.isInteger(number) && number >= 1 && number <= 10_000)) return errorAnswer(400, "InvalidArgument");
    const stored = objectOf(body);
    upload.parts.set(number, stored);
    return emptyAnswer(200, { etag: stored.etag });
  }

  complete({ key, query, headers, body, bucket }: S3Request): S3Answer {
    const id = query.get("uploadId") ?? "";
    const upload = this.uploads.get(id);
    if (upload?.key !== key) return errorAnswer(404, "NoSuchUpload");
    const refusal = this.conditionProblem(key, headers);
    if (refusal) return refusal;
    const named = partsOf(body.toString("utf8"));
    const parts = named.map(({ number, etag }) => [upload.parts.get(number), etag] as const);
    if (named.length === 0 || parts.some(([part, etag]) => part?.etag !== etag)) return errorAnswer(400, "InvalidPart");
    if (named.some(({ number }, i) => i > 0 && number <= named[i - 1]!.number)) return errorAnswer(400, "InvalidPartOrder");
    const bytes = parts.map(([part]) => part!.bytes);
    if (bytes.slice(0, -1).some((part) => part.length < MIN_PART_BYTES)) return errorAnswer(400, "EntityTooSmall");
    const stored = objectOf(Buffer.concat(bytes));
    this.objects.set(key, stored);
    this.uploads.delete(id);
    return xmlAnswer(
      "CompleteMultipartUploadResult",
      [element("Bucket", bucket), element("Key", key), element("ETag", stored.etag)].join(""),
    );
  }

  abort({ query }: S3Request): S3Answer {
    return this.uploads.delete(query.get("uploadId") ?? "") ? emptyAnswer(204) : errorAnswer(404, "NoSuchUpload");
  }

  private conditionProblem(key: string, headers: Readonly<Record<string, string>>): S3Answer | undefined {
    if (headers["if-none-match"] !== "*" || this.conditional === "ignored") return undefined;
    if (this.conditional === "refused") return errorAnswer(501, "NotImplemented");
    return this.objects.has(key) ? errorAnswer(412, "PreconditionFailed") : undefined;
  }
}

function objectOf(bytes: Buffer): StoredObject {
  return { bytes, etag: `"${createHash("md5").update(bytes).digest("hex")}"` };
}

function partsOf(xml: string): { number: number; etag: string }[] {
  return [...xml.matchAll(/<Part>(.*?)<\/Part>/gs)].map(([, part = ""]) => ({
    number: Number(/<PartNumber>(\d+)<\/PartNumber>/.exec(part)?.[1]),
    etag: (/<ETag>(.*?)<\/ETag>/s.exec(part)?.[1] ?? "").replaceAll("&quot;", '"').replaceAll("&#34;", '"'),
  }));
}
