import { remoteError, utf8 } from "@modelyard/base";
import { canonicalJson, parseDocument } from "@modelyard/content";
import type { z } from "zod";
import type { BlobStore, CallOptions } from "./blob-store.ts";
import type { Records } from "./yard.ts";

/** Records are small; one above this is damaged or not ours. */
const MAX_RECORD_BYTES = 16 * 1024 * 1024;
/** Every lost attempt means that another writer got a number, so only thousands of writers at one prefix get here. */
const MAX_APPEND_ATTEMPTS = 10_000;

/** The records of a store. */
export function storeRecords(store: BlobStore): Records {
  return new StoreRecords(store);
}

class StoreRecords implements Records {
  private readonly store: BlobStore;

  constructor(store: BlobStore) {
    this.store = store;
  }

  async read<T>(key: string, schema: z.ZodType<T>, options: CallOptions = {}): Promise<T | undefined> {
    const bytes = await this.store.get(key, { ...options, maxBytes: MAX_RECORD_BYTES });
    return bytes && parseDocument(schema, bytes, `the record ${key} of ${this.store.location}`);
  }

  async create(key: string, value: unknown, options: CallOptions = {}): Promise<"created" | "taken"> {
    const bytes = utf8(canonicalJson(value));
    const outcome = await this.store.putIfAbsent(key, bytes, options);
    if (outcome.kind === "created") return "created";
    const there = await this.store.get(key, { ...options, maxBytes: MAX_RECORD_BYTES });
    return there !== undefined && Buffer.compare(there, bytes) === 0 ? "created" : "taken";
  }

  async append<T extends object>(
    prefix: string,
    build: (next: number) => Promise<T | undefined>,
    options: CallOptions & { pad?: number } = {},
  ) {
    const pad = options.pad ?? 0;
    let last = 0;
    for (let attempt = 0; attempt < MAX_APPEND_ATTEMPTS; attempt++) {
      last = (await this.numbers(prefix, { ...options, after: last })).at(-1) ?? last;
      const number = last + 1;
      const record = await build(number);
      if (record === undefined) return undefined;
      if ((await this.create(this.key(prefix, number, pad), record, { signal: options.signal })) === "created") return { number, record };
    }
    throw remoteError("STORE_CONTENDED", `no number under ${prefix} was free in ${MAX_APPEND_ATTEMPTS} attempts`, {
      hint: "run fewer writers at once",
      retryable: true,
    });
  }

  async numbers(prefix: string, options: CallOptions & { after?: number; pad?: number } = {}): Promise<number[]> {
    const { after = 0, pad = 0, signal } = options;
    // Padded names sort as numbers do, so that listing can begin after what is known.
    const start = pad > 0 && after > 0 ? { after: this.key(prefix, after, pad) } : {};
    const found: number[] = [];
    for await (const { key } of this.store.list(prefix, { signal, ...start })) {
      const number = numberOf(key, prefix);
      if (number !== undefined && number > after) found.push(number);
    }
    return found.sort((a, b) => a - b);
  }

  key(prefix: string, number: number, pad = 0): string {
    return `${prefix}${String(number).padStart(pad, "0")}.json`;
  }
}

function numberOf(key: string, prefix: string): number | undefined {
  const match = /^(\d{1,15})\.json$/.exec(key.slice(prefix.length));
  return match ? Number(match[1]) : undefined;
}
