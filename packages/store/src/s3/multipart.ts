import { mapBounded, remoteError, userError } from "@modelyard/base";
import type { BlobSource, PutOutcome } from "../blob-store.ts";
import { exactBytes } from "../sources.ts";
import type { Retry } from "../with-retry.ts";
import type { S3Calls } from "./s3-calls.ts";
import { takenOr } from "./taken.ts";

/** S3 takes parts of 5 MiB and more; 8 MiB keeps four of them in flight below 40 MiB of memory. */
const PART_BYTES = 8 * 1024 * 1024;
/** Parts that S3 takes in one upload. */
const MAX_PARTS = 10_000;
/** The largest part of S3. */
const MAX_PART_BYTES = 5 * 1024 * 1024 * 1024;
const PARTS_IN_FLIGHT = 4;

interface Upload {
  readonly key: string;
  readonly id: string;
}
interface Part {
  readonly PartNumber: number;
  readonly ETag: string;
}

/** Length of each part of a body but the last: 8 MiB, and more where 10,000 of them would not do. Throws STORE_OBJECT_TOO_LARGE. */
export function partLength(sizeBytes: number): number {
  const mib = 1024 * 1024;
  const length = Math.max(PART_BYTES, Math.ceil(sizeBytes / MAX_PARTS / mib) * mib);
  if (length > MAX_PART_BYTES)
    throw userError("STORE_OBJECT_TOO_LARGE", `an object of ${sizeBytes} bytes is larger than S3 takes`, "split the file");
  return length;
}

/** Puts an object in parts unless its key is taken; what was sent of a failed upload is removed again. Parts are retried one by one. */
export async function putInParts(
  calls: S3Calls,
  retry: Retry,
  object: { key: string; source: BlobSource },
  signal: AbortSignal | undefined,
): Promise<PutOutcome> {
  const length = partLength(object.source.size);
  const upload = await retry.run(() => begin(calls, object.key, signal), signal);
  // A part still under way would outlive the abort of its upload.
  const stop = new AbortController();
  const running = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal;
  try {
    const parts = await mapBounded(pieces(object.source, length, signal), PARTS_IN_FLIGHT, (bytes, index) =>
      retry.run(() => sendPart(calls, upload, { number: index + 1, bytes }, running), running),
    );
    const outcome = await retry.run(() => complete(calls, upload, parts, signal), signal);
    if (outcome.kind === "exists") await abandon(calls, upload);
    return outcome;
  } catch (error) {
    stop.abort();
    await abandon(calls, upload);
    throw error;
  }
}

async function begin(calls: S3Calls, key: string, signal: AbortSignal | undefined): Promise<Upload> {
  const doing = calls.doing(`writing ${key}`, "s3:PutObject");
  const id = await calls.run(doing, signal, async ({ sdk, client, options }) => {
    const answer = await client.send(
      new sdk.CreateMultipartUploadCommand({ Bucket: calls.target.bucket, Key: calls.nameOf(key) }),
      options,
    );
    return answer.UploadId;
  });
  if (!id) throw remoteError("STORE_FAILED", `${doing.text} failed: the server began no upload`, { retryable: true });
  return { key, id };
}

async function sendPart(calls: S3Calls, upload: Upload, part: { number: number; bytes: Uint8Array }, signal: AbortSignal): Promise<Part> {
  const doing = calls.doing(`writing part ${part.number} of ${upload.key}`, "s3:PutObject");
  const etag = await calls.run(doing, signal, async ({ sdk, client, options }) => {
    const named = { Bucket: calls.target.bucket, Key: calls.nameOf(upload.key), UploadId: upload.id, PartNumber: part.number };
    return (await client.send(new sdk.UploadPartCommand({ ...named, Body: part.bytes, ContentLength: part.bytes.length }), options)).ETag;
  });
  if (!etag) throw remoteError("STORE_FAILED", `${doing.text} failed: the server named no ETag`, { retryable: true });
  return { PartNumber: part.number, ETag: etag };
}

function complete(calls: S3Calls, upload: Upload, parts: Part[], signal: AbortSignal | undefined): Promise<PutOutcome> {
  const doing = calls.doing(`writing ${upload.key}`, "s3:PutObject");
  return calls.run(doing, signal, ({ sdk, client, options }) => {
    const named = { Bucket: calls.target.bucket, Key: calls.nameOf(upload.key), UploadId: upload.id };
    const command = new sdk.CompleteMultipartUploadCommand({ ...named, MultipartUpload: { Parts: parts }, IfNoneMatch: "*" });
    return takenOr(client.send(command, options).then(({ ETag }) => confirm(ETag, doing.text)));
  });
}

/** The status 200 is sent before the work is done: only an answer that names the object says that it is there. */
function confirm(etag: string | undefined, doing: string): void {
  if (!etag) throw remoteError("STORE_FAILED", `${doing} failed: the answer names no object`, { retryable: true });
}

async function abandon(calls: S3Calls, upload: Upload): Promise<void> {
  const doing = calls.doing(`removing the parts of ${upload.key}`, "s3:AbortMultipartUpload");
  const named = { Bucket: calls.target.bucket, Key: calls.nameOf(upload.key), UploadId: upload.id };
  // Parts that stay are cleared by the bucket's lifecycle rule; the error that led here is the one to tell.
  await calls.run(doing, undefined, ({ sdk, client }) => client.send(new sdk.AbortMultipartUploadCommand(named))).catch(() => undefined);
}

/** The source's bytes in pieces of exactly `length`, the last one shorter; throws SOURCE_CHANGED before the last when the source has another length than it said. */
async function* pieces(source: BlobSource, length: number, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
  let left = source.size;
  let piece = new Uint8Array(Math.min(length, left));
  let filled = 0;
  for await (const bytes of exactBytes(source, signal)) {
    for (let at = 0; at < bytes.length; ) {
      const taken = Math.min(bytes.length - at, piece.length - filled);
      piece.set(bytes.subarray(at, at + taken), filled);
      filled += taken;
      at += taken;
      if (filled < piece.length || left === piece.length) continue;
      yield piece;
      left -= filled;
      piece = new Uint8Array(Math.min(length, left));
      filled = 0;
    }
  }
  signal?.throwIfAborted();
  yield piece;
}
