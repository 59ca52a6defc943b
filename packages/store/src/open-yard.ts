import { pathToFileURL } from "node:url";
import { type Clock, type Hasher, isoTime, type Log, newUlid, type Random, remoteError, userError } from "@modelyard/base";
import { timeSchema } from "@modelyard/content";
import { z } from "zod";
import type { BlobStore } from "./blob-store.ts";
import { storeBlobs } from "./blobs.ts";
import { directoryStore } from "./directory-store.ts";
import { storeRecords } from "./records.ts";
import { s3Store } from "./s3-store.ts";
import { withProbe } from "./with-probe.ts";
import { withRetry } from "./with-retry.ts";
import type { Records, Yard } from "./yard.ts";
import { checkYardDirectory } from "./yard-directory.ts";
import { DEFAULT_YARD, parseYardLocation, type YardLocation } from "./yard-location.ts";

/** `yard.json`: that this is a yard, of which format, and which. */
export const yardRecordSchema = z.strictObject({ format: z.literal(1), id: z.string(), created: timeSchema });

/** What a yard needs of the world, wherever its store is. */
export interface YardOptions {
  readonly hasher: Hasher;
  readonly clock: Clock;
  readonly random: Random;
  readonly log?: Log | undefined;
  /** Makes the yard when there is none; else YARD_MISSING is thrown. */
  readonly create?: boolean | undefined;
}

export interface OpenYardOptions extends YardOptions {
  /** `file:///abs/dir`, a directory (relative to `workspace`), `s3://bucket/prefix`; absent: `.modelyard/` there. */
  readonly location?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Address of an S3 server that is not AWS; else AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL. */
  readonly endpoint?: string | undefined;
  /** Repository root, where relative directories start. */
  readonly workspace: string;
  /** Allows a directory yard on a machine that ends with the job. */
  readonly ephemeral?: boolean | undefined;
}

/** Opens the team's store. Throws YARD_URL_INVALID, YARD_WOULD_VANISH, YARD_NOT_DIRECTORY, YARD_MISSING, YARD_CREDENTIALS_*, YARD_ENDPOINT_*, FORMAT_TOO_NEW, STORE_*. */
export async function openYard(options: OpenYardOptions): Promise<Yard> {
  const parsed = parseYardLocation(options.location?.trim() || DEFAULT_YARD, options.workspace);
  if (parsed.kind === "directory") await checkYardDirectory(parsed.path, options);
  const { store, url } = openStore(parsed, options);
  return yardOver(store, url, options);
}

/** The yard in a store that is reached already; makes it when there is none and `create` says so. Throws YARD_MISSING, FORMAT_TOO_NEW, STORE_*. */
export async function yardOver(bare: BlobStore, url: string, options: YardOptions): Promise<Yard> {
  const store = withProbe(withRetry(bare, { clock: options.clock, random: options.random, log: options.log }), options);
  const records = storeRecords(store, options);
  const id = await yardId(store, records, url, options);
  return { url, id, store, blobs: storeBlobs(store, options.hasher), records };
}

function openStore(location: YardLocation, options: OpenYardOptions): { store: BlobStore; url: string } {
  switch (location.kind) {
    case "directory":
      return {
        store: directoryStore(location.path, { clock: options.clock, random: options.random }),
        url: pathToFileURL(location.path).href,
      };
    case "s3": {
      const store = s3Store({ ...options, bucket: location.bucket, prefix: location.prefix });
      return { store, url: store.location };
    }
  }
}

async function yardId(store: BlobStore, records: Records, url: string, options: YardOptions): Promise<string> {
  const there = await records.read("yard.json", yardRecordSchema);
  if (there) return there.id;
  if (!options.create) throw yardMissing(url);
  const made = { format: 1, id: newUlid(options.clock.now(), options.random), created: isoTime(options.clock) };
  if ((await records.create("yard.json", made)) === "created") {
    options.log?.info(`made a yard in ${store.location}`);
    return made.id;
  }
  const others = await records.read("yard.json", yardRecordSchema);
  if (!others) throw remoteError("STORE_NOT_READABLE", `yard.json in ${store.location} is taken but cannot be read`, { retryable: true });
  return others.id;
}

function yardMissing(url: string) {
  return userError("YARD_MISSING", `there is no yard at ${url}`, "check `yard`; the first dataset-push makes a new yard");
}
