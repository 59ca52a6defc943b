import { finished, Readable } from "node:stream";
import { remoteError } from "@modelyard/base";
import { type S3Doing, s3Error } from "./s3-errors.ts";

/** A body that was answered: its stream and the length that the server announced. */
export interface S3Body {
  readonly stream: unknown;
  readonly size: number | undefined;
  readonly etag: string | undefined;
}

/** The bytes of an answer; throws STORE_CUT (retryable) unless there are exactly as many as announced, and the signal's reason when it aborts. */
export async function* bodyBytes(body: S3Body, doing: S3Doing, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
  const stream = readableOf(body, doing);
  const onAbort = (): void => void stream.destroy();
  signal?.addEventListener("abort", onAbort, { once: true });
  let seen = 0;
  try {
    for await (const bytes of stream as AsyncIterable<Uint8Array>) {
      signal?.throwIfAborted();
      seen += bytes.length;
      yield bytes;
    }
  } catch (error) {
    signal?.throwIfAborted();
    throw s3Error(error, doing);
  } finally {
    signal?.removeEventListener("abort", onAbort);
    stream.destroy();
  }
  signal?.throwIfAborted();
  if (seen !== body.size) throw cutShort(doing, seen, body.size);
}

/** Lets go of a body that nobody reads, so that its connection is free. */
export function discardBody(body: S3Body, doing: S3Doing): void {
  const stream = readableOf(body, doing);
  // Destroying it may raise an error of the connection, which is of no interest any more.
  finished(stream, () => undefined);
  stream.destroy();
}

function readableOf({ stream }: S3Body, doing: S3Doing): Readable {
  if (stream instanceof Readable) return stream;
  throw remoteError("STORE_FAILED", `${doing.text} failed: the answer has no body`, { retryable: true });
}

function cutShort(doing: S3Doing, seen: number, size: number | undefined) {
  return remoteError("STORE_CUT", `${doing.text} gave ${seen} of ${size ?? "an unknown number of"} bytes`, { retryable: true });
}
