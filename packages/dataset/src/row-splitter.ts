import { concatBytes, userError } from "@modelyard/base";

/** A row longer than this comes of a quote that never closes, or of a file that is no table; it also bounds a reader's memory. */
export const MAX_ROW_BYTES = 16 * 1024 * 1024;

const NEWLINE = 0x0a;
const RETURN = 0x0d;
const QUOTE = 0x22;
/** No position of a quote is known yet. */
const UNKNOWN = -2;

/** Gets each row: its bytes with and without the line ending, and whether it has a quote. The bytes are valid during the call only. */
export type RowSink = (raw: Uint8Array, bytes: Uint8Array, hasQuote: boolean) => void;

/** Where the search for a row's end stands: outside quotes, inside, or just after a quote that closes or escapes. */
type State = "plain" | "quoted" | "quote-seen";

/**
 * Cuts a stream of bytes into rows at line feeds, and where a delimiter is given not at those inside quoted fields (RFC 4180). Every byte is looked at a
 * bounded number of times, wherever chunks end.
 */
export class RowSplitter {
  /** Byte before which a quote closes and after which it opens; settable, since the first row of a table may show which it is. */
  delimiter: number | undefined;
  private readonly where: () => string;
  private readonly sink: RowSink;
  private pending: Uint8Array[] = [];
  private pendingBytes = 0;
  private state: State = "plain";
  private hasQuote = false;
  /** The byte before the next chunk; a row starts as a field does. */
  private before: number = NEWLINE;
  private knownQuote = UNKNOWN;

  /** `where` names file and row in errors; without `delimiter` quotes mean nothing (JSON lines). */
  constructor(where: () => string, delimiter: number | undefined, sink: RowSink) {
    this.where = where;
    this.delimiter = delimiter;
    this.sink = sink;
  }

  /** Takes the next bytes and gives every row that ends in them. Throws DATASET_ROW_TOO_LONG. */
  push(chunk: Uint8Array): void {
    this.knownQuote = UNKNOWN;
    let start = 0;
    for (let end = this.rowEnd(chunk, 0); end >= 0; end = this.rowEnd(chunk, start)) {
      this.give(chunk.subarray(start, end + 1));
      start = end + 1;
    }
    if (start >= chunk.length) return;
    // The caller may reuse its buffer.
    this.pending.push(chunk.slice(start));
    this.pendingBytes += chunk.length - start;
    this.before = chunk[chunk.length - 1]!;
    if (this.pendingBytes > MAX_ROW_BYTES) {
      throw userError(
        "DATASET_ROW_TOO_LONG",
        `${this.where()} has more than ${MAX_ROW_BYTES >> 20} MiB`,
        "look for a quote that is never closed, or push it with `examples: files`",
      );
    }
  }

  /** Gives the last row, which may lack its line ending. Throws DATASET_ROW_INVALID when a quote is open. */
  end(): void {
    if (this.state === "quoted")
      throw userError(
        "DATASET_ROW_INVALID",
        `${this.where()} opens a quote that is never closed`,
        "close the quote, or push it with `examples: files`",
      );
    if (this.pendingBytes > 0) this.give(new Uint8Array(0));
  }

  private give(last: Uint8Array): void {
    const raw = this.pendingBytes > 0 ? concatBytes([...this.pending, last]) : last;
    let length = raw.length;
    if (length > 0 && raw[length - 1] === NEWLINE) length--;
    if (length > 0 && raw[length - 1] === RETURN) length--;
    const hasQuote = this.hasQuote;
    this.pending = [];
    this.pendingBytes = 0;
    this.state = "plain";
    this.hasQuote = false;
    this.before = NEWLINE;
    this.sink(raw, length === raw.length ? raw : raw.subarray(0, length), hasQuote);
  }

  /** Index of the line feed that ends the current row, or -1 when it lies in a later chunk. */
  private rowEnd(chunk: Uint8Array, from: number): number {
    if (this.delimiter === undefined) return chunk.indexOf(NEWLINE, from);
    let at = from;
    let newline = -2;
    for (;;) {
      if (this.state === "quote-seen" && at < chunk.length) {
        this.state = chunk[at] === QUOTE ? "quoted" : "plain";
        if (this.state === "quoted") at++;
      }
      if (at >= chunk.length) return -1;
      const quote = this.nextQuote(chunk, at);
      if (this.state === "quoted") {
        if (quote < 0) return -1;
        at = quote + 1;
        this.state = "quote-seen";
        continue;
      }
      if (newline < at && newline !== -1) newline = chunk.indexOf(NEWLINE, at);
      if (quote < 0 || (newline >= 0 && newline < quote)) return newline;
      this.hasQuote = true;
      const previous = quote > from ? chunk[quote - 1] : this.before;
      if (previous === this.delimiter || previous === NEWLINE) this.state = "quoted";
      at = quote + 1;
    }
  }

  /** The next quote at or after `at` or -1; remembered, so that rows without quotes do not search the rest of the chunk again. */
  private nextQuote(chunk: Uint8Array, at: number): number {
    if (this.knownQuote === UNKNOWN || (this.knownQuote >= 0 && this.knownQuote < at)) this.knownQuote = chunk.indexOf(QUOTE, at);
    return this.knownQuote;
  }
}
