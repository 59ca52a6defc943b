/** Equal bins of the confidence; 15 is what the literature on calibration uses most (Guo and others 2017). */
export const ECE_BINS = 15;

/** Each row's probability of its predicted class, and the bin (lower, upper] that it falls into. */
export function confidenceBins(
  truth: Int32Array,
  predicted: Int32Array,
  scores: readonly Float64Array[],
): { readonly confidence: Float64Array; readonly bin: Uint8Array } {
  const confidence = new Float64Array(truth.length);
  const bin = new Uint8Array(truth.length);
  for (let i = 0; i < truth.length; i++) {
    const p = scores[predicted[i]!]![i]!;
    confidence[i] = p;
    bin[i] = Math.min(ECE_BINS - 1, Math.max(0, Math.ceil(p * ECE_BINS) - 1));
  }
  return { confidence, bin };
}
