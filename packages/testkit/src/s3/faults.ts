/** Calls of S3 that the fake knows. */
export type S3Action =
  | "GetObject"
  | "HeadObject"
  | "PutObject"
  | "DeleteObject"
  | "ListObjectsV2"
  | "CreateMultipartUpload"
  | "UploadPart"
  | "CompleteMultipartUpload"
  | "AbortMultipartUpload";

/**
 * What goes wrong with a request. `refuse`: answered with this status and code, without effect; `reset`: the connection breaks, without effect; `lost-reply`: it took
 * effect and the connection breaks; `cut-body`: half of the answer's body, then the connection breaks; `error-in-200`: the answer of CompleteMultipartUpload is 200 with
 * an error in its body, without effect; `silence`: no answer comes.
 */
export type S3Fault =
  | { readonly kind: "refuse"; readonly status: number; readonly code: string; readonly retryAfterS?: number }
  | { readonly kind: "reset" }
  | { readonly kind: "lost-reply" }
  | { readonly kind: "cut-body" }
  | { readonly kind: "error-in-200"; readonly code: string }
  | { readonly kind: "silence" };

export interface S3Call {
  /** Counts from 0 over all requests. */
  readonly index: number;
  readonly action: S3Action;
  readonly bucket: string;
  /** The object's key, or the prefix of a list. */
  readonly key: string;
}

/** Decides the fault of each request; undefined lets it be. */
export type S3FaultPlan = (call: S3Call) => S3Fault | undefined;

export const slowDown: S3Fault = { kind: "refuse", status: 503, code: "SlowDown" };
export const internalError: S3Fault = { kind: "refuse", status: 500, code: "InternalError" };
export const conditionalConflict: S3Fault = { kind: "refuse", status: 409, code: "ConditionalRequestConflict" };
export const preconditionFailed: S3Fault = { kind: "refuse", status: 412, code: "PreconditionFailed" };
