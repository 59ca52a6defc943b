import { fromUtf8, utf8 } from "@modelyard/base";
import type { Dtype } from "./signature.ts";
import { elementBytes, type Tensor, type TensorData, viewData } from "./tensor-data.ts";

/** Length prefix of each text: 32 bits, little-endian (the binary tensor extension of the Open Inference Protocol). */
const PREFIX_BYTES = 4;

/** Raw bytes of a tensor's data: little-endian values in row-major order; texts as UTF-8, each after its length. */
export function tensorToBytes(tensor: Tensor): Uint8Array {
  if (!Array.isArray(tensor.data)) return new Uint8Array(tensor.data.buffer, tensor.data.byteOffset, tensor.data.byteLength);
  const texts = tensor.data.map(utf8);
  const bytes = new Uint8Array(texts.reduce((sum, text) => sum + PREFIX_BYTES + text.length, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const text of texts) {
    view.setUint32(at, text.length, true);
    bytes.set(text, at + PREFIX_BYTES);
    at += PREFIX_BYTES + text.length;
  }
  return bytes;
}

/** Reads `count` values; a text says why the bytes do not hold them. */
export function dataFromBytes(dtype: Dtype, bytes: Uint8Array, count: number): TensorData | string {
  if (dtype === "string") return textsFromBytes(bytes, count);
  const size = elementBytes(dtype)!;
  if (bytes.length !== count * size) return `${bytes.length} bytes given, ${count} values of ${dtype} take ${count * size}`;
  // A copy, because a view must start at a multiple of the element's size and the body is freed sooner.
  // Not slice(), which is a view where the bytes are a Buffer of Node's.
  const copy = new Uint8Array(bytes);
  const data = viewData(dtype, copy.buffer, 0, count);
  if (dtype === "bool" && copy.some((value) => value > 1)) return "a bool is neither 0 nor 1";
  return data;
}

function textsFromBytes(bytes: Uint8Array, count: number): string[] | string {
  // Each text takes its prefix at least, so that a lying count allocates nothing.
  if (count * PREFIX_BYTES > bytes.length) return `${bytes.length} bytes given, ${count} texts take ${count * PREFIX_BYTES} at least`;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const texts: string[] = [];
  let at = 0;
  while (at + PREFIX_BYTES <= bytes.length && texts.length < count) {
    const end = at + PREFIX_BYTES + view.getUint32(at, true);
    if (end > bytes.length) return `text ${texts.length} runs past the end`;
    try {
      texts.push(fromUtf8(bytes.subarray(at + PREFIX_BYTES, end)));
    } catch {
      return `text ${texts.length} is not UTF-8`;
    }
    at = end;
  }
  if (texts.length !== count) return `${texts.length} texts given, ${count} expected`;
  return at === bytes.length ? texts : `${bytes.length - at} bytes after the last text`;
}
