/** Beyond this a number is drawn as if it were none: sums and spans of larger ones overflow. */
const LARGEST = 1e100;
/** How far outside of its plot a value may be drawn, in lengths of the plot. */
const OUTSIDE = 10;

/** A linear map of a domain onto pixels. */
export interface Scale {
  readonly low: number;
  readonly high: number;
  readonly at: (value: number) => number;
}

/** The map of `[low, high]` onto `[from, to]`; an empty domain maps to the middle. */
export function linear(low: number, high: number, from: number, to: number): Scale {
  const span = high - low;
  const share = (value: number): number => Math.max(-OUTSIDE, Math.min(OUTSIDE, (value - low) / span));
  return { low, high, at: (value) => (span === 0 ? (from + to) / 2 : from + share(value) * (to - from)) };
}

/** Round numbers covering `[low, high]`: about `count` of them, steps of 1, 2 or 5 times a power of ten. */
export function niceTicks(low: number, high: number, count: number): number[] {
  const [a, b] = usable(low, high);
  const raw = (b - a) / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= raw * 0.999) ?? 10) * power;
  const ticks: number[] = [];
  for (let index = Math.floor(a / step + 1e-9); index <= Math.ceil(b / step - 1e-9); index++)
    ticks.push(Number((index * step).toPrecision(12)));
  return ticks;
}

/** Largest and smallest of the finite values; `[0, 1]` when there are none. */
export function extent(values: readonly number[]): [number, number] {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (!(Math.abs(value) <= LARGEST)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low > high ? [0, 1] : [low, high];
}

function usable(low: number, high: number): [number, number] {
  if (!(Math.abs(low) <= LARGEST && Math.abs(high) <= LARGEST)) return [0, 1];
  if (high > low) return [low, high];
  return low === 0 ? [0, 1] : [Math.min(low, low * 2, 0), Math.max(low, low * 2, 0)];
}

/** A tick without trailing zeros, thousands as `12k`. */
export function tickText(value: number): string {
  const size = Math.abs(value);
  const text =
    size >= 1e6
      ? `${Number((value / 1e6).toPrecision(3))}M`
      : size >= 1e4
        ? `${Number((value / 1e3).toPrecision(3))}k`
        : String(Number(value.toPrecision(6)));
  return text.replace("-", "−");
}

/** `0:05`, `12:30` of milliseconds since the start. */
export function clockText(durationMs: number): string {
  const seconds = Math.round(durationMs / 1_000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

/** Ticks of a time axis in milliseconds: whole seconds or minutes. */
export function timeTicks(highMs: number, count: number): number[] {
  const steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600].map((seconds) => seconds * 1_000);
  const step = steps.find((candidate) => highMs / candidate <= count) ?? Math.ceil(highMs / count / 3_600_000) * 3_600_000;
  const ticks: number[] = [];
  for (let at = 0; at <= highMs && step > 0; at += step) ticks.push(at);
  return ticks;
}
