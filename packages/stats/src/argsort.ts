const DIGIT_BITS = 11;
const BUCKETS = 1 << DIGIT_BITS;
const DIGIT_MASK = BUCKETS - 1;

/**
 * Row numbers in ascending order of their values, ties in row order: a least-significant-digit radix sort on the bits of the doubles, or of the
 * floats when every value is one (as scores from a model are), which halves the passes. NaN sorts last.
 */
export function argsort(values: ArrayLike<number>): Uint32Array {
  const keys = floatKeys(values);
  return keys === undefined ? sortDoubles(values) : sortBy(identity(values.length), [keys], 33);
}

function identity(length: number): Uint32Array {
  const order = new Uint32Array(length);
  for (let i = 0; i < length; i++) order[i] = i;
  return order;
}

/** Unsigned keys in the order of the floats, or undefined when a value is not a float. */
function floatKeys(values: ArrayLike<number>): Uint32Array | undefined {
  const floats = new Float32Array(values.length);
  for (let i = 0; i < values.length; i++) {
    // +0 joins the two zeros, which compare equal.
    const value = values[i]! + 0;
    floats[i] = value;
    if (floats[i] !== value) return undefined;
  }
  const keys = new Uint32Array(floats.buffer);
  for (let i = 0; i < keys.length; i++) keys[i] = ascendingBits(keys[i]!);
  return keys;
}

/** Flips the bits of negative numbers and the sign of the others, so that unsigned order is numeric order. */
function ascendingBits(bits: number): number {
  return bits >>> 31 === 1 ? ~bits >>> 0 : (bits | 0x80000000) >>> 0;
}

function sortDoubles(values: ArrayLike<number>): Uint32Array {
  const n = values.length;
  const doubles = new Float64Array(n);
  for (let i = 0; i < n; i++) doubles[i] = values[i]! + 0;
  const words = new Uint32Array(doubles.buffer);
  const low = new Uint32Array(n);
  const high = new Uint32Array(n);
  for (let i = 0; i < n; i++) {
    const sign = words[2 * i + 1]!;
    const negative = sign >>> 31 === 1;
    low[i] = negative ? ~words[2 * i]! >>> 0 : words[2 * i]!;
    high[i] = negative ? ~sign >>> 0 : (sign | 0x80000000) >>> 0;
  }
  return sortBy(identity(n), [low, high], 33);
}

/** Sorts rows by key words, least significant word first, a digit a pass; a digit that all rows share costs no pass. */
function sortBy(rows: Uint32Array, words: readonly Uint32Array[], bits: number): Uint32Array {
  let from = rows;
  let to: Uint32Array = new Uint32Array(rows.length);
  const starts = new Uint32Array(BUCKETS);
  for (const keys of words) {
    for (let shift = 0; shift < bits; shift += DIGIT_BITS) {
      starts.fill(0);
      for (let i = 0; i < keys.length; i++) starts[(keys[i]! >>> shift) & DIGIT_MASK]!++;
      if (starts.includes(keys.length)) continue;
      let sum = 0;
      for (let digit = 0; digit < BUCKETS; digit++) {
        const count = starts[digit]!;
        starts[digit] = sum;
        sum += count;
      }
      for (let i = 0; i < from.length; i++) {
        const row = from[i]!;
        const digit = (keys[row]! >>> shift) & DIGIT_MASK;
        to[starts[digit]!++] = row;
      }
      [from, to] = [to, from];
    }
  }
  return from;
}
