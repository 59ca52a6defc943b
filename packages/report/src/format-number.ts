import type { Interval } from "@modelyard/evaluate";

/** Digits shown of a value without an interval. */
const PLAIN_DIGITS = 3;
/** Digits shown of an interval's width: more would be noise. */
const WIDTH_DIGITS = 2;
const MAX_DECIMALS = 8;

/** A typographic minus, so that a column of deltas lines up and no line starts a list. */
export const MINUS = "−";

/** Decimals that show two significant digits of the interval's width, or three of the value where there is no width. */
export function decimalsFor(value: number, interval: Pick<Interval, "low" | "high"> | null): number {
  const width = interval === null ? 0 : Math.abs(interval.high - interval.low);
  const decimals = width > 0 ? WIDTH_DIGITS - 1 - exponentOf(width) : PLAIN_DIGITS - 1 - exponentOf(value);
  return Math.min(MAX_DECIMALS, Math.max(0, decimals));
}

function exponentOf(value: number): number {
  return value === 0 || !Number.isFinite(value) ? 0 : Math.floor(Math.log10(Math.abs(value)));
}

/** A number with fixed decimals; very large or small ones in scientific form, others with a typographic minus. Non-finite: `n/a`. */
export function formatNumber(value: number, decimals = decimalsFor(value, null)): string {
  if (!Number.isFinite(value)) return "n/a";
  const size = Math.abs(value);
  if (size >= 1e9 || (size > 0 && size < 10 ** -MAX_DECIMALS)) return withMinus(value.toExponential(3));
  const text = value.toFixed(decimals);
  return withMinus(Number(text) === 0 ? text.replace("-", "") : text);
}

function withMinus(text: string): string {
  return text.startsWith("-") ? MINUS + text.slice(1) : text;
}

/** `0.953 [0.931, 0.969]`, or the value alone. */
export function formatWithInterval(value: number, interval: Interval | null): string {
  const decimals = decimalsFor(value, interval);
  const shown = formatNumber(value, decimals);
  return interval === null ? shown : `${shown} [${formatNumber(interval.low, decimals)}, ${formatNumber(interval.high, decimals)}]`;
}

/** `+0.012 [+0.004, +0.020]`: a difference always carries its sign; zero is `±0`. */
export function formatDelta(delta: number, interval: Interval | null, decimals = decimalsFor(delta, interval)): string {
  const shown = formatSigned(delta, decimals);
  return interval === null ? shown : `${shown} [${formatSigned(interval.low, decimals)}, ${formatSigned(interval.high, decimals)}]`;
}

/** A number with its sign. */
export function formatSigned(value: number, decimals = decimalsFor(value, null)): string {
  const text = formatNumber(value, decimals);
  if (text === "n/a" || text.startsWith(MINUS)) return text;
  return Number(text) === 0 ? `±${text}` : `+${text}`;
}

/** `12,345`. */
export function formatCount(count: number): string {
  if (!Number.isFinite(count)) return "n/a";
  return withMinus(String(Math.round(count)).replace(/\B(?=(\d{3})+$)/g, ","));
}

/** `1 example`, `2 examples`. */
export function plural(count: number, noun: string, nouns = `${noun}s`): string {
  return `${formatCount(count)} ${count === 1 ? noun : nouns}`;
}

/** `0.42 ms`, `12.3 ms`, `1.20 s`. */
export function formatMilliseconds(durationMs: number): string {
  if (!Number.isFinite(durationMs)) return "n/a";
  if (durationMs >= 1_000) return `${(durationMs / 1_000).toFixed(2)} s`;
  return `${durationMs.toFixed(durationMs >= 100 ? 0 : durationMs >= 10 ? 1 : 2)} ms`;
}

/** `12.5%` of a share. */
export function formatPercent(share: number): string {
  if (!Number.isFinite(share)) return "n/a";
  const percent = share * 100;
  return `${percent.toFixed(percent !== 0 && Math.abs(percent) < 10 ? 1 : 0)}%`;
}
