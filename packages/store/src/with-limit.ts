import type { BlobStore } from "./blob-store.ts";

/**
 * The store with at most `limit` calls in flight. A stream counts while it is opened and for each piece it is asked for, not between pieces, so that a caller
 * that holds a stream open and calls the store again never waits for itself.
 */
export function withLimit(store: BlobStore, limit: number): BlobStore {
  const slots = new Slots(limit);
  return {
    location: store.location,
    get: (key, call) => slots.use(() => store.get(key, call)),
    head: (key, call) => slots.use(() => store.head(key, call)),
    putIfAbsent: (key, body, call) => slots.use(() => store.putIfAbsent(key, body, call)),
    delete: (key, call) => slots.use(() => store.delete(key, call)),
    async read(key, call) {
      const stream = await slots.use(() => store.read(key, call));
      return stream && limitedSteps(stream, slots);
    },
    list: (prefix, call) => limitedSteps(store.list(prefix, call), slots),
  };
}

class Slots {
  private free: number;
  private readonly waiting: (() => void)[] = [];

  constructor(limit: number) {
    this.free = limit;
  }

  async use<T>(work: () => Promise<T>): Promise<T> {
    if (this.free > 0) this.free--;
    else await new Promise<void>((resolve) => this.waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.waiting.shift();
      if (next) next();
      else this.free++;
    }
  }
}

async function* limitedSteps<T>(items: AsyncIterable<T>, slots: Slots): AsyncGenerator<T> {
  const iterator = items[Symbol.asyncIterator]();
  let ended = false;
  try {
    for (;;) {
      const step = await slots.use(() => iterator.next());
      ended = step.done === true;
      if (step.done) return;
      yield step.value;
    }
  } catch (error) {
    ended = true;
    throw error;
  } finally {
    if (!ended) await iterator.return?.();
  }
}
