import { type Clock, type Hasher, type Random, remoteError } from "@modelyard/base";
import type { z } from "zod";
import type { BlobStore, CallOptions } from "./blob-store.ts";
import { nodeHasher } from "./node-hasher.ts";
import { parseRecord, recordBytes } from "./record-check.ts";
import { systemClock } from "./system-clock.ts";
import { systemRandom } from "./system-random.ts";
import type { Records } from "./yard.ts";

/** Records are small; one above this is damaged or not ours. */
const MAX_RECORD_BYTES = 16 * 1024 * 1024;
/** Every lost attempt means that another writer got a number, so only thousands of writers at one prefix get here. */
const MAX_APPEND_ATTEMPTS = 10_000;
/** Two writers meet now and then, and the loser tries again at once. Who loses again is one of many: they spread out, or most of their work is lost. */
const FIRST_PAUSE_MS = 8;
/** Tens of writers at one prefix get through with pauses this long; longer ones would leave the prefix idle. */
const LONGEST_PAUSE_MS = 512;

export interface RecordsOptions {
  readonly hasher?: Hasher | undefined;
  readonly clock?: Pick<Clock, "sleep"> | undefined;
  readonly random?: Random | undefined;
}

/** The records of a store. */
export function storeRecords(store: BlobStore, options: RecordsOptions = {}): Records {
  return new StoreRecords(store, options);
}

class StoreRecords implements Records {
  private readonly store: BlobStore;
  private readonly hasher: Hasher;
  private readonly clock: Pick<Clock, "sleep">;
  private readonly random: Random;
  /** Highest number met under each prefix appended to: a record is never taken away, so the next append looks only above it. */
  private readonly highest = new Map<string, number>();

  constructor(store: BlobStore, options: RecordsOptions) {
    this.store = store;
    this.hasher = options.hasher ?? nodeHasher;
    this.clock = options.clock ?? systemClock;
    this.random = options.random ?? systemRandom;
  }

  async read<T>(key: string, schema: z.ZodType<T>, options: CallOptions = {}): Promise<T | undefined> {
    const bytes = await this.store.get(key, { ...options, maxBytes: MAX_RECORD_BYTES });
    return bytes && parseRecord({ key, bytes, location: this.store.location, hasher: this.hasher }, schema);
  }

  async create(key: string, value: object, options: CallOptions = {}): Promise<"created" | "taken"> {
    const bytes = recordBytes(key, value, this.hasher);
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
    for (let lost = 0; lost < MAX_APPEND_ATTEMPTS; lost++) {
      if (lost > 1) await this.clock.sleep(this.random.next() * pauseBound(lost), options.signal);
      const known = this.highest.get(prefix) ?? 0;
      const last = (await this.numbers(prefix, { ...options, after: known })).at(-1) ?? known;
      this.highest.set(prefix, last);
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

function pauseBound(lost: number): number {
  return Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (lost - 2));
}

function numberOf(key: string, prefix: string): number | undefined {
  const match = /^(\d{1,15})\.json$/.exec(key.slice(prefix.length));
  return match ? Number(match[1]) : undefined;
}
