import { remoteError } from "@modelyard/base";
import type { BlobSource, BlobStore } from "./blob-store.ts";
import { exactBytes } from "./sources.ts";

/** The store with lengths checked: a stream shorter or longer than the object's size throws STORE_CUT (retryable), a source of another length SOURCE_CHANGED. */
export function withVerify(store: BlobStore): BlobStore {
  return {
    location: store.location,
    get: (key, call) => store.get(key, call),
    head: (key, call) => store.head(key, call),
    putIfAbsent: (key, body, call) => store.putIfAbsent(key, body instanceof Uint8Array ? body : exactSource(body), call),
    delete: (key, call) => store.delete(key, call),
    async read(key, call) {
      const [info, stream] = await Promise.all([store.head(key, call), store.read(key, call)]);
      return info && stream && ofLength(stream, info.size, `${key} in ${store.location}`);
    },
    list: (prefix, call) => store.list(prefix, call),
  };
}

function exactSource(source: BlobSource): BlobSource {
  return { size: source.size, open: () => exactBytes(source) };
}

async function* ofLength(stream: AsyncIterable<Uint8Array>, size: number, what: string): AsyncGenerator<Uint8Array> {
  let seen = 0;
  for await (const bytes of stream) {
    seen += bytes.length;
    if (seen > size) break;
    yield bytes;
  }
  if (seen !== size) throw remoteError("STORE_CUT", `reading ${what} gave ${seen} of ${size} bytes`, { retryable: true });
}
