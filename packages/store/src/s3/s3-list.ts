import { remoteError, userError } from "@modelyard/base";
import type { CallOptions, ObjectInfo } from "../blob-store.ts";
import { isKeySegment, TEMPORARY_SEGMENT } from "../key.ts";
import type { S3Calls } from "./s3-calls.ts";

/** Objects below a prefix, page by page, in key order; what is not of a yard (folder markers, other names) is left out. */
export async function* listObjects(calls: S3Calls, prefix: string, options: CallOptions & { after?: string }): AsyncGenerator<ObjectInfo> {
  const doing = calls.doing(`listing ${prefix || "everything"}`, "s3:ListBucket");
  const root = calls.nameOf("");
  let token: string | undefined;
  let last = options.after ?? "";
  do {
    const page = await calls.run(doing, options.signal, ({ sdk, client, options: call }) => {
      const from = token === undefined ? { ...(last === "" ? {} : { StartAfter: `${root}${last}` }) } : { ContinuationToken: token };
      return client.send(new sdk.ListObjectsV2Command({ Bucket: calls.target.bucket, Prefix: `${root}${prefix}`, ...from }), call);
    });
    for (const { Key: name, Size: size } of page.Contents ?? []) {
      options.signal?.throwIfAborted();
      const key = name?.startsWith(root) ? name.slice(root.length) : undefined;
      if (key === undefined || size === undefined || !isYardKey(key)) continue;
      if (key <= last && last !== "") throw unordered(calls, key, last);
      last = key;
      yield { key, size };
    }
    options.signal?.throwIfAborted();
    token = page.IsTruncated ? page.NextContinuationToken : undefined;
    if (page.IsTruncated && token === undefined)
      throw remoteError("STORE_FAILED", `${doing.text} failed: a page is not the last and names no next one`, { retryable: true });
  } while (token !== undefined);
}

function isYardKey(key: string): boolean {
  const segments = key.split("/");
  return segments[0] !== TEMPORARY_SEGMENT && segments.every(isKeySegment);
}

/** Numbers are taken in the order of their names: a bucket that lists by another order (a directory bucket) cannot hold a yard. */
function unordered(calls: S3Calls, key: string, last: string) {
  return userError(
    "STORE_UNORDERED",
    `${calls.location} lists ${key} after ${last}: its listing is not in the order of names`,
    "use a general purpose bucket",
  );
}
