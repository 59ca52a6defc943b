/** One measured figure: ours against a peer on the same input in the same run. Units are CPU seconds, bytes, peak memory or ratios; never a bare wall time. */
export interface Figure {
  readonly name: string;
  readonly ours: number;
  /** The peer's value; undefined where the peer is not installed. */
  readonly peer: number | undefined;
  readonly unit: string;
  /** `ours / peer`, rounded to 3 digits; undefined without a peer. */
  readonly ratio: number | undefined;
  /** What was aimed at, in words; empty for a figure without a goal. */
  readonly goal: string;
  readonly ok: boolean;
}

export interface BenchOptions {
  /** Small input, within 60 s, no peer that is not installed already. */
  readonly quick: boolean;
  /** Says on standard error what is measured, and which peer is missing. */
  readonly note: (message: string) => void;
}

/** What each `bench/<area>.ts` exports as `bench`. */
export type Bench = (options: BenchOptions) => Promise<readonly Figure[]>;

/** A figure with its ratio worked out; `goal` compares ours with the peer's value or a limit. */
export function figure(
  name: string,
  unit: string,
  ours: number,
  peer: number | undefined,
  goal?: { readonly text: string; readonly ok: boolean },
): Figure {
  const ratio = peer === undefined || peer === 0 ? undefined : Number((ours / peer).toPrecision(3));
  return { name, ours, peer, unit, ratio, goal: goal?.text ?? "", ok: goal?.ok ?? true };
}
