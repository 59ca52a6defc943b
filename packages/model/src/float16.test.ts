import assert from "node:assert/strict";
import { test } from "node:test";
import { fromFloat16Bits, toFloat16Bits } from "./float16.ts";

test("every one of the 65,536 bit patterns survives the way to a number and back", () => {
  for (let bits = 0; bits < 65_536; bits++) {
    const value = fromFloat16Bits(bits);
    if (Number.isNaN(value)) assert.equal(toFloat16Bits(value) & 0x7e00, 0x7e00);
    else assert.equal(toFloat16Bits(value), bits, `bits ${bits}`);
  }
});

// Values of IEEE 754-2019, binary16: largest finite 65504, smallest normal 2^-14, smallest subnormal 2^-24, ties to even.
const CASES: readonly (readonly [number, number])[] = [
  [1, 0x3c00],
  [-2, 0xc000],
  [65504, 0x7bff],
  [65519.99, 0x7bff],
  [65520, 0x7c00],
  [2 ** -14, 0x0400],
  [2 ** -24, 0x0001],
  [2 ** -25, 0x0000],
  [2 ** -25 * 1.0001, 0x0001],
  [1 + 2 ** -11, 0x3c00],
  [1 + 3 * 2 ** -11, 0x3c02],
  [-0, 0x8000],
  [Number.NEGATIVE_INFINITY, 0xfc00],
];

for (const [value, bits] of CASES) {
  test(`${value} rounds to 0x${bits.toString(16)}`, () => assert.equal(toFloat16Bits(value), bits));
}
