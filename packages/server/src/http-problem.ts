/** Why a request is refused: the status, and the sentence of the protocol's `{"error": ...}`. */
export class HttpProblem extends Error {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, reason: string, headers: Readonly<Record<string, string>> = {}) {
    super(reason);
    this.status = status;
    this.headers = headers;
  }
}

/** 400: not of the protocol. */
export function malformed(reason: string): HttpProblem {
  return new HttpProblem(400, reason);
}

/** 413: beyond a limit. */
export function tooLarge(reason: string): HttpProblem {
  return new HttpProblem(413, reason);
}

/** 422: of the protocol, but not what this model takes. */
export function unfit(reason: string): HttpProblem {
  return new HttpProblem(422, reason);
}

/** 503 with the seconds after which to try again. */
export function busy(reason: string, retryAfterSeconds = 1): HttpProblem {
  return new HttpProblem(503, reason, { "retry-after": String(retryAfterSeconds) });
}

/** What others wrote, short enough for a message. */
export function quote(text: unknown): string {
  const plain = typeof text === "string" ? text : jsonText(text);
  return `"${plain.length > 60 ? `${plain.slice(0, 60)}...` : plain}"`;
}

/** Long integers are bigints here, which JSON.stringify refuses. */
function jsonText(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) => (typeof item === "bigint" ? String(item) : item)) ?? String(value);
}
