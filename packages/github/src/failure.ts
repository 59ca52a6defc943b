/** How one attempt of a call ended, when not well. */
export type Failure =
  /** A limit: GitHub refused before any effect. `waitMs` undefined: GitHub did not say how long. */
  | { readonly kind: "limited"; readonly status: number; readonly message: string; readonly waitMs: number | undefined }
  /** 5xx, a cut connection, a reply that does not parse: the call may have taken effect. `isUnsent`: it surely did not. */
  | { readonly kind: "transient"; readonly status: number | undefined; readonly message: string; readonly isUnsent: boolean }
  /** 304 to a conditional read. */
  | { readonly kind: "not-modified" }
  /** Any other status: asking again would not help. */
  | { readonly kind: "refused"; readonly status: number; readonly message: string; readonly acceptedPermissions: string | undefined };

export type ReplyHeaders = Readonly<Record<string, string | number | undefined>>;

export interface FailedReply {
  readonly status: number;
  readonly headers: ReplyHeaders;
  readonly message: string;
}

/** A limit's wait is never shorter: clocks differ, and a reset may lie in the past already. */
const MIN_LIMIT_WAIT_MS = 1_000;

/** Sorts a reply with an error status. `nowMs` is the local time, used where the reply carries no date. */
export function failureOfReply(reply: FailedReply, nowMs: number): Failure {
  const { status, headers, message } = reply;
  if (status === 304) return { kind: "not-modified" };
  if (isLimit(reply)) return { kind: "limited", status, message, waitMs: limitWaitMs(headers, nowMs) };
  if (status >= 500) return { kind: "transient", status, message, isUnsent: false };
  return { kind: "refused", status, message, acceptedPermissions: text(headers["x-accepted-github-permissions"]) };
}

function isLimit({ status, headers, message }: FailedReply): boolean {
  if (status === 429) return true;
  if (status !== 403) return false;
  return (
    headers["retry-after"] !== undefined || text(headers["x-ratelimit-remaining"]) === "0" || /rate limit|abuse detection/i.test(message)
  );
}

/** Both headers are measured against the server's own clock where the reply has a date. */
function limitWaitMs(headers: ReplyHeaders, nowMs: number): number | undefined {
  const serverMs = Date.parse(text(headers["date"]) ?? "") || nowMs;
  const waits: number[] = [];
  const after = text(headers["retry-after"]);
  if (after !== undefined) {
    const wait = /^\d+$/.test(after) ? Number(after) * 1000 : Date.parse(after) - serverMs;
    if (Number.isFinite(wait)) waits.push(wait);
  }
  const reset = Number(text(headers["x-ratelimit-reset"]));
  if (text(headers["x-ratelimit-remaining"]) === "0" && Number.isFinite(reset)) waits.push(reset * 1000 - serverMs);
  return waits.length === 0 ? undefined : Math.max(MIN_LIMIT_WAIT_MS, ...waits);
}

function text(value: string | number | undefined): string | undefined {
  return value === undefined ? undefined : String(value);
}

/** Errors of a connection that was never made. */
const UNSENT_CODES: ReadonlySet<string> = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
]);

/** Sorts an error that came in place of a reply, by the codes along its causes. */
export function failureOfError(error: unknown): Failure {
  let isUnsent = false;
  let message = "no answer";
  for (let here: unknown = error; here instanceof Error; here = here.cause) {
    message = here.message || message;
    const code = "code" in here ? String(here.code) : "";
    if (UNSENT_CODES.has(code)) isUnsent = true;
  }
  return { kind: "transient", status: undefined, message, isUnsent };
}
