import { type ErrorDetails, isModelyardError, type ModelyardError, remoteError, userError } from "@modelyard/base";

/** What a call does, with the permission that it needs. */
export type S3Permission = "s3:GetObject" | "s3:PutObject" | "s3:ListBucket" | "s3:DeleteObject" | "s3:AbortMultipartUpload";

/** A call as messages name it. */
export interface S3Doing {
  /** For example `writing runs/x/1.json in s3://bucket/prefix`. */
  readonly text: string;
  readonly bucket: string;
  /** Resource of the permission, for example `my-bucket/prefix/*`. */
  readonly resource: string;
  readonly permissions: readonly S3Permission[];
}

/** What is known of a failure: the server's code (or the name of what was thrown), the HTTP status and what the server asks for. */
export interface S3Failure {
  readonly code: string;
  readonly status: number | undefined;
  readonly retryAfterMs: number | undefined;
  readonly region: string | undefined;
  readonly requestId: string | undefined;
}

const BUSY: ReadonlySet<string> = new Set([
  "SlowDown",
  "SlowDownRead",
  "SlowDownWrite",
  "ServiceUnavailable",
  "Throttling",
  "ThrottlingException",
  "TooManyRequests",
  "TooManyRequestsException",
  "RequestLimitExceeded",
  "BandwidthLimitExceeded",
]);
const KEYS_REFUSED: ReadonlySet<string> = new Set([
  "InvalidAccessKeyId",
  "SignatureDoesNotMatch",
  "ExpiredToken",
  "ExpiredTokenException",
  "InvalidToken",
  "InvalidClientTokenId",
  "TokenRefreshRequired",
  "UnrecognizedClientException",
  "InvalidIdentityToken",
  "InvalidSecurity",
]);
const WRONG_REGION: ReadonlySet<string> = new Set([
  "PermanentRedirect",
  "AuthorizationHeaderMalformed",
  "IllegalLocationConstraintException",
  "301",
  "307",
]);
const FULL: ReadonlySet<string> = new Set(["QuotaExceeded", "XMinioStorageFull", "XMinioAdminBucketQuotaExceeded", "InsufficientStorage"]);
/** Codes of servers and of node:net and node:tls that are gone when the call is made again. */
const PASSING: ReadonlySet<string> = new Set([
  "InternalError",
  "InternalServerError",
  "RequestTimeout",
  "TimeoutError",
  "IncompleteBody",
  "NoSuchUpload",
  "ECONNRESET",
  "ECONNABORTED",
  "ECONNREFUSED",
  "EPIPE",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "EAI_AGAIN",
  "ERR_STREAM_PREMATURE_CLOSE",
]);
const CERTIFICATE = /^(?:CERT_|ERR_TLS_|ERR_SSL_|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|HOSTNAME_MISMATCH|EPROTO)/;

/** What an S3 call threw, as an error of ours. Texts of the server are left out: some repeat the key or the signature of the request. */
export function s3Error(thrown: unknown, doing: S3Doing): unknown {
  const ours = oursWithin(thrown);
  if (ours) return ours;
  const failure = failureOf(thrown);
  return failure === undefined ? thrown : describeFailure(failure, doing);
}

/** An error of ours that came through the library, as the source of a body or the name resolution threw it. */
function oursWithin(thrown: unknown): ModelyardError | undefined {
  for (let at: unknown = thrown, depth = 0; at instanceof Error && depth < 4; at = at.cause, depth++) if (isModelyardError(at)) return at;
  return undefined;
}

/** Reads a failure off what the library threw; undefined when it is none of its own. */
export function failureOf(thrown: unknown): S3Failure | undefined {
  if (!(thrown instanceof Error)) return undefined;
  const { $metadata, $response, code } = thrown as {
    $metadata?: Metadata;
    $response?: { headers?: Record<string, string> };
    code?: unknown;
  };
  const status = typeof $metadata?.httpStatusCode === "number" ? $metadata.httpStatusCode : undefined;
  const name = typeof code === "string" && status === undefined ? code : thrown.name;
  if (status === undefined && name === "Error" && !/^(?:socket hang up|aborted|Parse Error)/.test(thrown.message)) return undefined;
  if (status === undefined && (name === "TypeError" || name === "RangeError" || name === "ReferenceError")) return undefined;
  const headers = $response?.headers ?? {};
  return {
    code: plainCode(name === "Error" && status === undefined ? "ECONNRESET" : name),
    status,
    retryAfterMs: retryAfter(headers["retry-after"]),
    region: plainRegion(headers["x-amz-bucket-region"]),
    requestId: $metadata?.requestId?.slice(0, 80),
  };
}

interface Metadata {
  readonly httpStatusCode?: number;
  readonly requestId?: string;
}

function describeFailure(failure: S3Failure, doing: S3Doing): ModelyardError {
  const { code, status } = failure;
  const cause = plainCause(failure);
  const failed = `${doing.text} failed`;
  if (code === "NoSuchBucket") return bucketMissing(doing, cause);
  if (KEYS_REFUSED.has(code)) return keysRefused(doing, code, cause);
  if (code === "RequestTimeTooSkewed") return clockSkewed(failed, cause);
  if (WRONG_REGION.has(code) || status === 301) return wrongRegion(doing, failure, cause);
  if (FULL.has(code) || status === 507)
    return userError(
      "STORE_FULL",
      `${failed}: the bucket's space or quota is used up`,
      "raise the quota, then run it again; nothing was half-written",
      cause,
    );
  // The library gives a 200 with an error inside the status 503.
  if (status === 403 || code === "AccessDenied") return forbidden(doing, cause);
  if (status === 501 && doing.permissions.includes("s3:PutObject")) return notConditional(doing, cause);
  if (code === "ENOTFOUND") return unreachable(failed, "its host name is not known", false, cause);
  if (code === "ECONNREFUSED" || code === "EHOSTUNREACH" || code === "ENETUNREACH")
    return unreachable(failed, `nothing answers (${code})`, true, cause);
  if (CERTIFICATE.test(code)) return untrusted(failed, code, cause);
  const options = { cause, details: detailsOf(failure) };
  if (BUSY.has(code) || status === 429 || status === 503)
    return remoteError("STORE_BUSY", `${failed}: the server asks to slow down (${named(failure)})`, {
      ...options,
      retryable: true,
      hint: "run fewer jobs at once against this bucket",
    });
  if (status === 409)
    return remoteError("STORE_CONFLICT", `${failed}: another writer was at the same key (${named(failure)})`, {
      ...options,
      retryable: true,
    });
  const passing = PASSING.has(code) || (status ?? 0) >= 500 || status === 408;
  return remoteError("STORE_FAILED", `${failed}: ${named(failure)}`, { ...options, retryable: passing });
}

function bucketMissing(doing: S3Doing, cause: Error) {
  return userError(
    "STORE_BUCKET_MISSING",
    `there is no bucket "${doing.bucket}" (${doing.text})`,
    "check the bucket's name in `yard` and the endpoint; a bucket is made by its owner, never by a step",
    cause,
  );
}

function keysRefused(doing: S3Doing, code: string, cause: Error) {
  const hint = /Expired|Refresh/.test(code)
    ? "the credentials have run out: take the role again in a step before this one, or ask for a longer session"
    : "check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, and that they are those of this endpoint";
  return userError(
    "YARD_CREDENTIALS_REFUSED",
    `${doing.text} was refused: the server does not accept the credentials (${code})`,
    hint,
    cause,
  );
}

function forbidden(doing: S3Doing, cause: Error) {
  const permissions = doing.permissions.join(" or ");
  return userError(
    "STORE_FORBIDDEN",
    `${doing.text} was refused: the credentials lack ${permissions} on ${doing.resource}`,
    `allow ${permissions} on arn:aws:s3:::${doing.resource} in the role's policy (docs/s3.md has one), and see that no bucket policy denies it`,
    cause,
  );
}

function clockSkewed(failed: string, cause: Error) {
  // The client has learnt the server's time from the answer, so the next call is signed with it.
  return remoteError("STORE_CLOCK_SKEW", `${failed}: the clock of this machine is more than some minutes off`, {
    hint: "set the clock (NTP)",
    retryable: true,
    cause,
  });
}

function wrongRegion(doing: S3Doing, { region }: S3Failure, cause: Error) {
  const where = region === undefined ? "in another region" : `in ${region}`;
  return userError(
    "STORE_WRONG_REGION",
    `${doing.text} was refused: the bucket "${doing.bucket}" is ${where}`,
    `set AWS_REGION${region === undefined ? "" : `: ${region}`} for this step`,
    cause,
  );
}

/** STORE_NOT_ATOMIC of a server that says by itself that it knows no conditional put. */
function notConditional(doing: S3Doing, cause: Error) {
  return userError(
    "STORE_NOT_ATOMIC",
    `${doing.text} was refused: the server does not know put-if-absent (501 to If-None-Match: *)`,
    "a yard needs conditional writes: AWS, MinIO, Ceph, R2 and others have them; use another store or a newer version of it",
    cause,
  );
}

function unreachable(failed: string, why: string, retryable: boolean, cause: Error) {
  return remoteError("STORE_UNREACHABLE", `${failed}: ${why}`, {
    hint: "check yard-endpoint (or AWS_ENDPOINT_URL_S3), the network and the proxy of the runner",
    retryable,
    cause,
  });
}

function untrusted(failed: string, code: string, cause: Error) {
  return userError(
    "STORE_UNTRUSTED",
    `${failed}: the server's certificate is not trusted (${code})`,
    "give Node the authority's certificate: NODE_EXTRA_CA_CERTS=/path/to/ca.pem, or use the http:// endpoint of a trusted network",
    cause,
  );
}

function named({ code, status }: S3Failure): string {
  return status === undefined ? code : `${status} ${code}`;
}

function detailsOf({ retryAfterMs, requestId }: S3Failure): ErrorDetails {
  return { ...(retryAfterMs === undefined ? {} : { retryAfterMs }), ...(requestId === undefined ? {} : { requestId }) };
}

/** What the library threw holds the request with its signature: the cause that is kept holds codes alone. */
function plainCause(failure: S3Failure): Error {
  return Object.assign(new Error(`S3 answered ${named(failure)}`), { requestId: failure.requestId });
}

function plainCode(text: string): string {
  return /^[A-Za-z0-9_.]{1,64}$/.test(text) ? text : "UnknownError";
}

function plainRegion(text: string | undefined): string | undefined {
  return text !== undefined && /^[a-z0-9-]{1,40}$/.test(text) ? text : undefined;
}

/** Seconds of a Retry-After, as ms; the form with a date is not used by stores. */
function retryAfter(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,6}$/.test(text.trim()) ? Number(text) * 1_000 : undefined;
}
