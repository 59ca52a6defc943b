import { getRandomValues } from "node:crypto";
import type { Random } from "@modelyard/base";

const TWO_32 = 2 ** 32;
const TWO_21 = 2 ** 21;

/** Numbers made by one call of the operating system, which costs more than the numbers: a directory yard draws 16 for each object. */
const BATCH = 256;
const drawn = new Uint32Array(BATCH * 2);
let next = drawn.length;

/** Randomness of the operating system: 53 bits a number, fit for identifiers and jitter alike; not for secrets, since numbers wait in memory. */
export const systemRandom: Random = {
  next: () => {
    if (next >= drawn.length) {
      getRandomValues(drawn);
      next = 0;
    }
    const high = drawn[next++]!;
    const low = drawn[next++]!;
    return ((high >>> 11) * TWO_32 + low) / (TWO_21 * TWO_32);
  },
};
