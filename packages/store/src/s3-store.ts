import { type Clock, concatBytes, type Log, type Random } from "@modelyard/base";
import type { BlobSource, BlobStore, ByteRange, CallOptions, ObjectInfo, PutOutcome } from "./blob-store.ts";
import { parseKey, parsePrefix } from "./key.ts";
import { DEFAULT_MAX_BYTES, tooLarge } from "./limits.ts";
import { bodyBytes, discardBody, type S3Body } from "./s3/s3-body.ts";
import { S3Calls, type S3Request } from "./s3/s3-calls.ts";
import { failureOf, type S3Doing } from "./s3/s3-errors.ts";
import { listObjects } from "./s3/s3-list.ts";
import { putObject } from "./s3/s3-put.ts";
import { s3Settings } from "./s3/settings.ts";
import { systemClock } from "./system-clock.ts";
import { systemRandom } from "./system-random.ts";
import { Retry } from "./with-retry.ts";

export interface S3StoreOptions {
  readonly bucket: string;
  /** Start of every name, without a slash at its ends; "" for the whole bucket. */
  readonly prefix: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Address of a server that is not AWS; else AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL. */
  readonly endpoint?: string | undefined;
  readonly clock?: Pick<Clock, "sleep"> | undefined;
  readonly random?: Random | undefined;
  readonly log?: Log | undefined;
  readonly idleTimeoutMs?: number | undefined;
}

/**
 * A store in a bucket of S3 or of a server that speaks it with conditional writes. Nothing is loaded or asked before the first call. Calls are made once (see
 * `withRetry`); only the parts of a large body, sent or received, are retried here. Throws YARD_ENDPOINT_INVALID, YARD_ENDPOINT_REFUSED, YARD_SETTING_INVALID.
 */
export function s3Store(options: S3StoreOptions): BlobStore {
  return new S3Store(options);
}

class S3Store implements BlobStore {
  readonly location: string;
  private readonly calls: S3Calls;
  private readonly retry: Retry;

  constructor(options: S3StoreOptions) {
    this.calls = new S3Calls({ ...options, ...s3Settings(options.env, options.endpoint) });
    this.location = this.calls.location;
    this.retry = new Retry({ clock: options.clock ?? systemClock, random: options.random ?? systemRandom, log: options.log });
  }

  async get(key: string, options: CallOptions & { maxBytes?: number; range?: ByteRange } = {}): Promise<Uint8Array | undefined> {
    const { range, signal } = options;
    const start = Math.max(0, range?.start ?? 0);
    if (range && range.end <= start) return (await this.head(key, options)) && new Uint8Array(0);
    const doing = this.reading(key);
    const body = await this.open(key, doing, { range: range && `bytes=${start}-${range.end - 1}`, signal });
    if (body === undefined || body instanceof Uint8Array) return body;
    const maxBytes = options.maxBytes ?? DEFAULT_MAX_BYTES;
    if ((body.size ?? 0) > maxBytes) {
      discardBody(body, doing);
      throw tooLarge(key, body.size ?? 0, maxBytes);
    }
    const pieces: Uint8Array[] = [];
    for await (const bytes of bodyBytes(body, doing, signal)) pieces.push(bytes);
    return concatBytes(pieces);
  }

  async read(key: string, options: CallOptions = {}): Promise<AsyncIterable<Uint8Array> | undefined> {
    const doing = this.reading(key);
    const body = await this.open(key, doing, { signal: options.signal });
    return body === undefined || body instanceof Uint8Array ? undefined : this.stream(key, body, doing, options.signal);
  }

  async head(key: string, options: CallOptions = {}): Promise<ObjectInfo | undefined> {
    // A missing object answers 403 to who may not list, so either permission may be the one that lacks.
    const doing = this.calls.doing(`looking for ${parseKey(key)}`, "s3:GetObject", "s3:ListBucket");
    const answer = await this.ask(doing, options.signal, ({ sdk, client, options: call }) =>
      client.send(new sdk.HeadObjectCommand(this.named(key)), call),
    );
    return answer && { key, size: answer.ContentLength ?? 0 };
  }

  async putIfAbsent(key: string, body: Uint8Array | BlobSource, options: CallOptions = {}): Promise<PutOutcome> {
    parseKey(key);
    const isThere = async (): Promise<boolean> => (await this.head(key, options)) !== undefined;
    return putObject(this.calls, this.retry, { key, body, isThere }, options.signal);
  }

  async *list(prefix: string, options: CallOptions & { after?: string } = {}): AsyncGenerator<ObjectInfo> {
    yield* listObjects(this.calls, parsePrefix(prefix), options);
  }

  async delete(key: string, options: CallOptions = {}): Promise<void> {
    const doing = this.calls.doing(`deleting ${parseKey(key)}`, "s3:DeleteObject");
    await this.ask(doing, options.signal, ({ sdk, client, options: call }) =>
      client.send(new sdk.DeleteObjectCommand(this.named(key)), call),
    );
  }

  /** The whole object; a body that breaks is asked for again from where it broke, so that a large one gets through. Its ETag makes sure that it is still the same. */
  private async *stream(key: string, first: S3Body, doing: S3Doing, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
    let body = first;
    let seen = 0;
    for (let attempt = 1; ; ) {
      try {
        for await (const bytes of bodyBytes(body, doing, signal)) {
          seen += bytes.length;
          attempt = 1;
          yield bytes;
        }
        return;
      } catch (error) {
        await this.retry.pause(error, attempt++, signal);
        const rest = await this.retry.run(() => this.open(key, doing, { range: `bytes=${seen}-`, etag: first.etag, signal }), signal);
        if (rest === undefined) throw error;
        if (rest instanceof Uint8Array) return;
        body = rest;
      }
    }
  }

  /** The body of an object or of a part of it; empty bytes for a part past its end. */
  private async open(
    key: string,
    doing: S3Doing,
    { range, etag, signal }: { range?: string | undefined; etag?: string | undefined; signal: AbortSignal | undefined },
  ): Promise<S3Body | Uint8Array | undefined> {
    const ask = async ({ sdk, client, options }: S3Request): Promise<S3Body | Uint8Array> => {
      try {
        const answer = await client.send(
          new sdk.GetObjectCommand({ ...this.named(key), ...(range && { Range: range }), ...(etag && { IfMatch: etag }) }),
          options,
        );
        return { stream: answer.Body, size: answer.ContentLength, etag: answer.ETag };
      } catch (error) {
        if (range !== undefined && failureOf(error)?.status === 416) return new Uint8Array(0);
        throw error;
      }
    };
    return this.ask(doing, signal, ask);
  }

  /** A call whose 404 means that the object is not there. */
  private ask<T>(doing: S3Doing, signal: AbortSignal | undefined, call: (request: S3Request) => Promise<T>): Promise<T | undefined> {
    return this.calls.run(doing, signal, async (request) => {
      try {
        return await call(request);
      } catch (error) {
        const failure = failureOf(error);
        if (failure?.status === 404 && failure.code !== "NoSuchBucket") return undefined;
        throw error;
      }
    });
  }

  private reading(key: string): S3Doing {
    return this.calls.doing(`reading ${parseKey(key)}`, "s3:GetObject", "s3:ListBucket");
  }

  private named(key: string): { Bucket: string; Key: string } {
    return { Bucket: this.calls.target.bucket, Key: this.calls.nameOf(key) };
  }
}
