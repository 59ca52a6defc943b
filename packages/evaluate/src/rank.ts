import { argsort } from "@modelyard/stats";

const known = new WeakMap<Float64Array, Uint32Array>();

/** Ascending order of a column of scores, sorted once: AUC and average precision both need it. */
export function rankOf(scores: Float64Array): Uint32Array {
  let order = known.get(scores);
  if (order === undefined) {
    order = argsort(scores);
    known.set(scores, order);
  }
  return order;
}
