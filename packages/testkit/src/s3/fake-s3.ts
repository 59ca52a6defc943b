import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { S3Action, S3Call, S3Fault, S3FaultPlan } from "./faults.ts";
import { emptyAnswer, errorAnswer, type S3Answer } from "./s3-answer.ts";
import { type ConditionalWrites, S3Bucket } from "./s3-bucket.ts";
import { actionOf, readS3Request, type S3Request } from "./s3-request.ts";
import { type S3Keys, signatureProblem } from "./sigv4.ts";

export interface FakeS3Options {
  readonly buckets?: readonly string[] | undefined;
  readonly keys?: S3Keys | undefined;
  readonly conditional?: ConditionalWrites | undefined;
  /** Keys on a page of a list at most; S3 has 1,000. */
  readonly pageSize?: number | undefined;
  /** Permissions that the keys lack, for example `s3:PutObject`. */
  readonly denied?: readonly string[] | undefined;
  readonly faults?: S3FaultPlan | undefined;
  /** The server's time, ms; for clocks that differ. */
  readonly now?: (() => number) | undefined;
}

export interface FakeS3 extends AsyncDisposable {
  /** Endpoint, `http://127.0.0.1:<port>`. */
  readonly url: string;
  /** Variables with which a client finds and may use it. */
  readonly env: Readonly<Record<string, string>>;
  readonly calls: readonly S3Call[];
  /** Keys of the objects of a bucket, sorted. */
  keysOf(bucket: string): string[];
  /** Uploads that were begun and neither completed nor aborted. */
  unfinishedUploads(bucket: string): number;
  /** Puts bytes behind the back of every client. */
  plant(bucket: string, key: string, bytes: Uint8Array): void;
  /** Replaces the plan of faults. */
  fail(plan: S3FaultPlan | undefined): void;
  close(): Promise<void>;
}

const KEYS: S3Keys = { accessKeyId: "AKIDFAKE", secretAccessKey: "fake-secret-key-of-the-tests" };
const PERMISSION: Readonly<Record<S3Action, string>> = {
  GetObject: "s3:GetObject",
  HeadObject: "s3:GetObject",
  PutObject: "s3:PutObject",
  DeleteObject: "s3:DeleteObject",
  ListObjectsV2: "s3:ListBucket",
  CreateMultipartUpload: "s3:PutObject",
  UploadPart: "s3:PutObject",
  CompleteMultipartUpload: "s3:PutObject",
  AbortMultipartUpload: "s3:AbortMultipartUpload",
};

/**
 * An S3 server on a free port of this machine, in memory: path style, Signature Version 4 checked, conditional puts, multipart uploads, ListObjectsV2 with pages. It
 * answers 501 to what it does not know rather than something plausible.
 */
export async function startFakeS3(options: FakeS3Options = {}): Promise<FakeS3> {
  const service = new Service(options);
  const server = createServer((message, response) => {
    readS3Request(message).then(
      (request) => (request ? service.serve(request, response) : response.destroy()),
      () => response.destroy(),
    );
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise<void>((closed) => server.close(() => closed()));
  };
  return {
    url,
    env: { AWS_ENDPOINT_URL_S3: url, ...environmentOf(options.keys ?? KEYS) },
    calls: service.calls,
    keysOf: (bucket) => [...service.bucket(bucket).objects.keys()].sort(),
    unfinishedUploads: (bucket) => service.bucket(bucket).uploads.size,
    plant: (bucket, key, bytes) => void service.bucket(bucket).put({ key, body: Buffer.from(bytes), headers: {} } as S3Request),
    fail: (plan) => {
      service.faults = plan;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

function environmentOf(keys: S3Keys): Record<string, string> {
  return {
    AWS_ACCESS_KEY_ID: keys.accessKeyId,
    AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
    ...(keys.sessionToken === undefined ? {} : { AWS_SESSION_TOKEN: keys.sessionToken }),
  };
}

class Service {
  readonly calls: S3Call[] = [];
  faults: S3FaultPlan | undefined;
  private readonly options: FakeS3Options;
  private readonly buckets: ReadonlyMap<string, S3Bucket>;

  constructor(options: FakeS3Options) {
    this.options = options;
    this.faults = options.faults;
    const names = options.buckets ?? ["yard"];
    this.buckets = new Map(names.map((name) => [name, new S3Bucket(options.conditional ?? "kept", options.pageSize ?? 1_000)]));
  }

  bucket(name: string): S3Bucket {
    const found = this.buckets.get(name);
    if (!found) throw new Error(`the fake has no bucket ${name}`);
    return found;
  }

  serve(request: S3Request, response: ServerResponse): void {
    response.setHeader("date", new Date(this.now()).toUTCString());
    const action = actionOf(request);
    if (action === undefined) {
      write(request, response, errorAnswer(501, "NotImplemented"));
      return;
    }
    const call = { index: this.calls.length, action, bucket: request.bucket, key: request.key || (request.query.get("prefix") ?? "") };
    this.calls.push(call);
    const fault = this.faults?.(call);
    const before = fault && faultBefore(fault);
    if (before === "nothing") return;
    const answer = before ?? this.answer(action, request);
    if (answer === "reset" || fault?.kind === "lost-reply") response.destroy();
    else write(request, response, answer, fault?.kind === "cut-body");
  }

  private answer(action: S3Action, request: S3Request): S3Answer {
    const problem = signatureProblem(request, this.options.keys ?? KEYS, this.now());
    if (problem) return refusal(request, problem === "XAmzContentSHA256Mismatch" ? 400 : 403, problem);
    const bucket = this.buckets.get(request.bucket);
    if (!bucket) return refusal(request, 404, "NoSuchBucket");
    if (this.lacks(PERMISSION[action])) return refusal(request, 403, "AccessDenied");
    const isMissing = (action === "GetObject" || action === "HeadObject") && !bucket.objects.has(request.key);
    // S3 does not tell who may not list whether an object is there.
    if (isMissing && this.lacks("s3:ListBucket")) return refusal(request, 403, "AccessDenied");
    return perform(bucket, action, request);
  }

  private now(): number {
    return this.options.now?.() ?? Date.now();
  }

  private lacks(permission: string): boolean {
    return this.options.denied?.includes(permission) ?? false;
  }
}

function perform(bucket: S3Bucket, action: S3Action, request: S3Request): S3Answer {
  switch (action) {
    case "GetObject":
    case "HeadObject":
      return bucket.get(request);
    case "PutObject":
      return bucket.put(request);
    case "DeleteObject":
      return bucket.delete(request);
    case "ListObjectsV2":
      return bucket.list(request);
    case "CreateMultipartUpload":
      return bucket.begin(request);
    case "UploadPart":
      return bucket.putPart(request);
    case "CompleteMultipartUpload":
      return bucket.complete(request);
    case "AbortMultipartUpload":
      return bucket.abort(request);
  }
}

/** What a fault does before the request takes effect; undefined lets it take effect. */
function faultBefore(fault: S3Fault): S3Answer | "reset" | "nothing" | undefined {
  switch (fault.kind) {
    case "refuse":
      return errorAnswer(fault.status, fault.code, fault.retryAfterS === undefined ? {} : { "retry-after": String(fault.retryAfterS) });
    case "error-in-200":
      return { ...errorAnswer(200, fault.code), status: 200 };
    case "reset":
      return "reset";
    case "silence":
      return "nothing";
    case "lost-reply":
    case "cut-body":
      return undefined;
  }
}

function refusal({ method }: S3Request, status: number, code: string): S3Answer {
  return method === "HEAD" ? emptyAnswer(status) : errorAnswer(status, code);
}

function write({ method }: S3Request, response: ServerResponse, answer: S3Answer, isCut = false): void {
  const length = answer.headers["content-length"] ?? String(answer.body.length);
  response.writeHead(answer.status, { ...answer.headers, "content-length": length, "x-amz-request-id": "FAKE0001" });
  if (method === "HEAD") response.end();
  else if (isCut) response.write(answer.body.subarray(0, answer.body.length >> 1), () => response.destroy());
  else response.end(answer.body);
}
