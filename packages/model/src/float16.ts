const single = new Float32Array(1);
const bitsOfSingle = new Uint32Array(single.buffer);

/** IEEE 754 binary16 bits of a number, rounded to nearest even; past 65504 infinity. */
export function toFloat16Bits(value: number): number {
  single[0] = value;
  const bits = bitsOfSingle[0]!;
  const sign = (bits >>> 16) & 0x8000;
  const exponent = (bits >>> 23) & 0xff;
  const mantissa = bits & 0x7fffff;
  if (exponent === 0xff) return sign | 0x7c00 | (mantissa === 0 ? 0 : 0x200);
  const scale = exponent - 127;
  if (scale > 15) return sign | 0x7c00;
  if (scale >= -14) return sign | roundBits(((scale + 15) << 23) | mantissa, 13);
  if (scale < -25) return sign;
  return sign | roundBits(mantissa | 0x800000, -scale - 1);
}

/** The number of binary16 bits. */
export function fromFloat16Bits(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >>> 10) & 0x1f;
  const mantissa = bits & 0x3ff;
  if (exponent === 0x1f) return mantissa === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  if (exponent === 0) return sign * mantissa * 2 ** -24;
  return sign * (1 + mantissa / 1024) * 2 ** (exponent - 15);
}

/** Drops the low `count` bits, rounding half to even; a carry runs into the exponent, as the format intends. */
function roundBits(value: number, count: number): number {
  const kept = value >>> count;
  const rest = value & ((1 << count) - 1);
  const half = 1 << (count - 1);
  return rest > half || (rest === half && (kept & 1) === 1) ? kept + 1 : kept;
}
