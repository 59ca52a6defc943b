/** How many bytes two streams begin with alike; reads no further than the first difference. */
export async function commonPrefix(a: AsyncIterable<Uint8Array>, b: AsyncIterable<Uint8Array>): Promise<number> {
  const [left, right] = [new Chunks(a), new Chunks(b)];
  try {
    for (let alike = 0; ; ) {
      const [x, y] = [await left.head(), await right.head()];
      const length = Math.min(x.length, y.length);
      if (length === 0) return alike;
      const same = sameBytes(x.subarray(0, length), y.subarray(0, length));
      alike += same;
      if (same < length) return alike;
      left.drop(length);
      right.drop(length);
    }
  } finally {
    await left.close();
    await right.close();
  }
}

function sameBytes(x: Uint8Array, y: Uint8Array): number {
  if (Buffer.compare(x, y) === 0) return x.length;
  let at = 0;
  while (x[at] === y[at]) at++;
  return at;
}

/** A stream whose next bytes can be looked at before they are dropped. */
class Chunks {
  private readonly iterator: AsyncIterator<Uint8Array>;
  private rest: Uint8Array = new Uint8Array(0);

  constructor(stream: AsyncIterable<Uint8Array>) {
    this.iterator = stream[Symbol.asyncIterator]();
  }

  /** The next bytes; none at the end. */
  async head(): Promise<Uint8Array> {
    while (this.rest.length === 0) {
      const next = await this.iterator.next();
      if (next.done) break;
      this.rest = next.value;
    }
    return this.rest;
  }

  drop(length: number): void {
    this.rest = this.rest.subarray(length);
  }

  async close(): Promise<void> {
    await this.iterator.return?.();
  }
}
