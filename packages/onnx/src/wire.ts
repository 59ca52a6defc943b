/** Kinds of a protobuf field on the wire (https://protobuf.dev/programming-guides/encoding/). */
export const WIRE = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

/** One field of a message: its number, its wire kind, and its value (`bytes` is a view, never a copy). */
export interface WireField {
  readonly number: number;
  readonly wire: number;
  /** Value of a varint, as a signed 64-bit number; 0 for other kinds. */
  readonly varint: bigint;
  /** Content of a length-delimited or fixed field. */
  readonly bytes: Uint8Array;
}

/** Thrown for bytes that are not a protobuf message; the caller turns it into a ModelyardError. */
export class WireError extends Error {}

const EMPTY = new Uint8Array(0);
/** A 64-bit varint takes ten bytes at most. */
const MAX_VARINT_BYTES = 10;

/** Reads the fields of one protobuf message in order. Throws WireError on truncated or malformed bytes. */
export function* readFields(bytes: Uint8Array): Generator<WireField> {
  let at = 0;
  while (at < bytes.length) {
    const tag = readVarint(bytes, at);
    at = tag.next;
    const number = Number(tag.value >> 3n);
    const wire = Number(tag.value & 7n);
    if (number < 1 || number > 0x1fffffff) throw new WireError(`field number ${number} at byte ${at}`);
    if (wire === WIRE.varint) {
      const value = readVarint(bytes, at);
      at = value.next;
      yield { number, wire, varint: BigInt.asIntN(64, value.value), bytes: EMPTY };
      continue;
    }
    let size: number;
    if (wire === WIRE.bytes) {
      const length = readVarint(bytes, at);
      at = length.next;
      if (length.value > BigInt(bytes.length - at)) throw new WireError(`a field of ${length.value} bytes at byte ${at} runs past the end`);
      size = Number(length.value);
    } else if (wire === WIRE.fixed64 || wire === WIRE.fixed32) {
      size = wire === WIRE.fixed64 ? 8 : 4;
      if (at + size > bytes.length) throw new WireError(`cut off at byte ${bytes.length}`);
    } else {
      throw new WireError(`wire type ${wire} at byte ${at}`);
    }
    yield { number, wire, varint: 0n, bytes: bytes.subarray(at, at + size) };
    at += size;
  }
}

/** Values of a repeated integer field, packed or not. Throws WireError. */
export function readIntegers(field: WireField): bigint[] {
  if (field.wire === WIRE.varint) return [field.varint];
  const values: bigint[] = [];
  let at = 0;
  while (at < field.bytes.length) {
    const value = readVarint(field.bytes, at);
    values.push(BigInt.asIntN(64, value.value));
    at = value.next;
  }
  return values;
}

function readVarint(bytes: Uint8Array, start: number): { value: bigint; next: number } {
  let low = 0;
  let at = start;
  // Four bytes fit in a small number; most fields end here without touching a BigInt.
  for (let shift = 0; shift < 28; shift += 7) {
    if (at >= bytes.length) throw new WireError(`cut off at byte ${bytes.length}`);
    const byte = bytes[at++]!;
    low |= (byte & 0x7f) << shift;
    if (byte < 0x80) return { value: BigInt(low), next: at };
  }
  let value = BigInt(low);
  for (let i = 4; i < MAX_VARINT_BYTES; i++) {
    if (at >= bytes.length) throw new WireError(`cut off at byte ${bytes.length}`);
    const byte = bytes[at++]!;
    value |= BigInt(byte & 0x7f) << BigInt(7 * i);
    if (byte < 0x80) return { value, next: at };
  }
  throw new WireError(`a number longer than ${MAX_VARINT_BYTES} bytes at byte ${start}`);
}
