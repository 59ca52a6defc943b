import { malformed, tooLarge } from "../http-problem.ts";
import { MAX_JSON_DEPTH } from "../limits.ts";

const decoder = new TextDecoder("utf-8", { fatal: true });
/** 16 digits may be past 2^53. */
const LONG_INTEGER_DIGITS = 16;

/**
 * Parses a request's JSON with the engine's own parser, which is fast but knows no bound on depth and rounds long integers: nesting is counted first, and
 * integers past 2^53 become bigints. Throws HttpProblem 400 or 413.
 */
export function parseBody(bytes: Uint8Array): unknown {
  const { depth, digits } = measure(bytes);
  if (depth > MAX_JSON_DEPTH) throw tooLarge(`the JSON is nested deeper than ${MAX_JSON_DEPTH}`);
  try {
    const text = decoder.decode(bytes);
    return digits < LONG_INTEGER_DIGITS ? JSON.parse(text) : JSON.parse(text, exactInteger);
  } catch (cause) {
    throw malformed(`the body is not JSON: ${(cause as Error).message.slice(0, 200)}`);
  }
}

interface ReviverContext {
  readonly source?: string;
}

function exactInteger(_key: string, value: unknown, context?: ReviverContext): unknown {
  const source = context?.source;
  if (typeof value !== "number" || Number.isSafeInteger(value) || source === undefined) return value;
  // 40 digits hold every 64-bit integer; a longer text would cost time for nothing.
  return /^-?\d{1,40}$/.test(source) ? BigInt(source) : value;
}

/** Deepest nesting, and the longest run of digits, outside texts. */
function measure(bytes: Uint8Array): { depth: number; digits: number } {
  let depth = 0;
  let deepest = 0;
  let run = 0;
  let digits = 0;
  let quoted = false;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]!;
    if (quoted) {
      if (byte === 0x5c) i++;
      else if (byte === 0x22) quoted = false;
      continue;
    }
    if (byte >= 0x30 && byte <= 0x39) {
      if (++run > digits) digits = run;
      continue;
    }
    run = 0;
    if (byte === 0x22) quoted = true;
    else if (byte === 0x5b || byte === 0x7b) {
      if (++depth > deepest) deepest = depth;
    } else if (byte === 0x5d || byte === 0x7d) depth--;
  }
  return { depth: deepest, digits };
}
