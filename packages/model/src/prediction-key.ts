/** Hour of a time in UTC as prediction logs name it: `2026-11-21T09`. */
export function predictionHour(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 13);
}

/** Key prefix of a model version's prediction log in a yard: `predictions/<model>/<version>/`, or of one hour of it. */
export function predictionPrefix(model: string, version: number, hour?: string): string {
  return `predictions/${model}/${version}/${hour === undefined ? "" : `${hour}/`}`;
}

/** Key of one segment of a prediction log: gzip of JSON lines, written once. */
export function predictionKey(model: string, version: number, hour: string, segment: string): string {
  return `${predictionPrefix(model, version, hour)}${segment}.jsonl.gz`;
}
