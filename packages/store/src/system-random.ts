import { getRandomValues } from "node:crypto";
import type { Random } from "@modelyard/base";

const TWO_32 = 2 ** 32;
const TWO_21 = 2 ** 21;

/** Randomness of the operating system: 53 bits a number, fit for identifiers and jitter alike. */
export const systemRandom: Random = {
  next: () => {
    const [high, low] = getRandomValues(new Uint32Array(2));
    return ((high! >>> 11) * TWO_32 + low!) / (TWO_21 * TWO_32);
  },
};
