/** A key of 64 bits, as two numbers of 32. */
export interface Key64 {
  readonly high: number;
  readonly low: number;
}

const FIRST_SLOTS = 1_024;
/** Slots taken before the table doubles; linear probing stays short below. */
const MOST_FULL = 0.6;

/** The first 64 bits of a hash: a chance meeting among a billion keys is 1 in 40. */
export function keyOfHash(hash: Uint8Array): Key64 {
  const at = (i: number): number => hash[i]! * 2 ** 24 + ((hash[i + 1]! << 16) | (hash[i + 2]! << 8) | hash[i + 3]!);
  return { high: at(0), low: at(4) };
}

/** The first 64 bits of a hash in hexadecimal digits. */
export function keyOfHex(hex: string): Key64 {
  return { high: Number.parseInt(hex.slice(0, 8), 16), low: Number.parseInt(hex.slice(8, 16), 16) };
}

/** How often each of many hashes was met, in 12 bytes a slot: a Map of texts takes ten times that, and ends at 16 million. */
export class DigestCounts {
  private size = 0;
  /** Pairs of high and low. */
  private keys = new Uint32Array(2 * FIRST_SLOTS);
  /** One more than the count; 0 is a free slot. */
  private counts = new Uint32Array(FIRST_SLOTS);

  /** Counts a key once more and gives its count. */
  add(key: Key64): number {
    if (this.size >= this.counts.length * MOST_FULL) this.grow();
    return this.slot(key, 1) - 1;
  }

  /** Counts a key once less; false when its count is 0. */
  take(key: Key64): boolean {
    const at = this.find(key);
    if (this.counts[at]! <= 1) return false;
    this.counts[at]!--;
    return true;
  }

  private slot(key: Key64, more: number): number {
    const at = this.find(key);
    if (this.counts[at] === 0) {
      this.keys[2 * at] = key.high;
      this.keys[2 * at + 1] = key.low;
      this.counts[at] = 1;
      this.size++;
    }
    this.counts[at]! += more;
    return this.counts[at]!;
  }

  /** The key's slot, or the free one where it belongs. */
  private find(key: Key64): number {
    const mask = this.counts.length - 1;
    // A hash is spread evenly by itself.
    let at = key.low & mask;
    while (this.counts[at] !== 0 && (this.keys[2 * at] !== key.high || this.keys[2 * at + 1] !== key.low)) at = (at + 1) & mask;
    return at;
  }

  private grow(): void {
    const { keys, counts } = this;
    this.keys = new Uint32Array(2 * keys.length);
    this.counts = new Uint32Array(2 * counts.length);
    this.size = 0;
    for (let i = 0; i < counts.length; i++) if (counts[i] !== 0) this.slot({ high: keys[2 * i]!, low: keys[2 * i + 1]! }, counts[i]! - 1);
  }
}
