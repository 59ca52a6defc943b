import { concatBytes } from "@modelyard/base";
import type { BlobSource, PutOutcome } from "../blob-store.ts";
import { bytesSource, exactBytes } from "../sources.ts";
import type { Retry } from "../with-retry.ts";
import { putInParts } from "./multipart.ts";
import type { S3Calls } from "./s3-calls.ts";
import { takenOr } from "./taken.ts";

/** Bodies up to here go in one request, which holds them in memory: packs do, models and large files are sent in parts. */
const SINGLE_PUT_MAX_BYTES = 17 * 1024 * 1024;
/** From here on a question costs less than sending what is there already. */
const ASK_FIRST_BYTES = 1024 * 1024;

/** Puts an object unless the key is taken: in one request or, above 17 MiB, in parts. `isThere` answers whether the key is taken. */
export async function putObject(
  calls: S3Calls,
  retry: Retry,
  object: { key: string; body: Uint8Array | BlobSource; isThere: () => Promise<boolean> },
  signal: AbortSignal | undefined,
): Promise<PutOutcome> {
  const { key, body, isThere } = object;
  const size = body instanceof Uint8Array ? body.length : body.size;
  if (size >= ASK_FIRST_BYTES && (await isThere())) return { kind: "exists" };
  if (size > SINGLE_PUT_MAX_BYTES)
    return putInParts(calls, retry, { key, source: body instanceof Uint8Array ? bytesSource(body) : body }, signal);
  // The source is read before the call, so that its errors stay its own. Bytes are copied: the caller may change them while they are sent.
  return putWhole(calls, key, body instanceof Uint8Array ? body.slice() : await collect(body, signal), signal);
}

async function putWhole(calls: S3Calls, key: string, bytes: Uint8Array, signal: AbortSignal | undefined): Promise<PutOutcome> {
  return calls.run(calls.doing(`writing ${key}`, "s3:PutObject"), signal, ({ sdk, client, options }) =>
    takenOr(
      client.send(
        new sdk.PutObjectCommand({
          Bucket: calls.target.bucket,
          Key: calls.nameOf(key),
          Body: bytes,
          ContentLength: bytes.length,
          IfNoneMatch: "*",
        }),
        options,
      ),
    ),
  );
}

async function collect(source: BlobSource, signal: AbortSignal | undefined): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const bytes of exactBytes(source, signal)) pieces.push(bytes.slice());
  signal?.throwIfAborted();
  return concatBytes(pieces);
}
