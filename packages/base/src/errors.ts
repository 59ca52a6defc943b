/** Who has to act: the user (fix the workflow), a remote service, or us. */
export type ErrorKind = "user" | "remote" | "defect";

/** Plain data for logs; already redacted by whoever makes the error. */
export type ErrorDetails = Readonly<Record<string, string | number | boolean | null | readonly string[]>>;

export interface ErrorOptions {
  readonly code: string;
  readonly kind: ErrorKind;
  /** What failed, on which thing. */
  readonly message: string;
  /** The one next action, with the YAML to add where that is the cure. */
  readonly hint?: string | undefined;
  readonly retryable?: boolean | undefined;
  readonly cause?: unknown;
  readonly details?: ErrorDetails | undefined;
}

/** The one error class of the project. Compare `code`, never text. */
export class ModelyardError extends Error {
  override readonly name = "ModelyardError";
  readonly code: string;
  readonly kind: ErrorKind;
  readonly hint: string | undefined;
  readonly retryable: boolean;
  readonly details: ErrorDetails;

  constructor(options: ErrorOptions) {
    super(options.message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = options.code;
    this.kind = options.kind;
    this.hint = options.hint;
    this.retryable = options.retryable ?? false;
    this.details = options.details ?? {};
  }
}

/** An error the user cures by changing an input, a file or a permission. */
export function userError(code: string, message: string, hint?: string, cause?: unknown): ModelyardError {
  return new ModelyardError({ code, kind: "user", message, hint, cause });
}

/** A service refused or failed; `retryable` says whether the same call may succeed later. */
export function remoteError(
  code: string,
  message: string,
  options: { hint?: string | undefined; retryable?: boolean; cause?: unknown; details?: ErrorDetails } = {},
): ModelyardError {
  return new ModelyardError({ code, kind: "remote", message, ...options });
}

/** A broken invariant of ours. */
export function defect(code: string, message: string, cause?: unknown): ModelyardError {
  return new ModelyardError({ code, kind: "defect", message, cause });
}

export function isModelyardError(value: unknown): value is ModelyardError {
  return value instanceof ModelyardError;
}

/** True when `value` is a ModelyardError with this code. */
export function hasCode(value: unknown, code: string): boolean {
  return isModelyardError(value) && value.code === code;
}

/** Text of anything thrown. */
export function messageOf(value: unknown): string {
  return value instanceof Error ? value.message : String(value);
}

/** Anything thrown, as a ModelyardError: unknown things become defects. */
export function toModelyardError(value: unknown): ModelyardError {
  if (isModelyardError(value)) return value;
  return defect("DEFECT", messageOf(value), value);
}
