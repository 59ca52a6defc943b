import { formatDuration, type ModelyardError, remoteError, userError } from "@modelyard/base";
import type { Failure } from "./failure.ts";
import { OPERATIONS, type OperationName, permissionHint } from "./permissions.ts";

/** The error that a user sees for a failed call: what was asked of which thing, GitHub's words, and the cure. */
export function explain(operation: OperationName, target: string, failure: Failure): ModelyardError {
  const what = `GitHub did not ${OPERATIONS[operation].title}${target === "" ? "" : ` (${target})`}`;
  switch (failure.kind) {
    case "limited":
      return remoteError("GITHUB_RATE_LIMITED", `${what}: its limit holds for another ${formatDuration(failure.waitMs ?? 0)}`, {
        hint: "run the job again later, or use the token of a GitHub App, which has a limit of its own",
        retryable: true,
        details: { status: failure.status },
      });
    case "transient":
      return remoteError(
        "GITHUB_UNAVAILABLE",
        `${what}: ${failure.status === undefined ? failure.message : `it answered ${failure.status} (${failure.message})`}`,
        {
          hint: "see https://www.githubstatus.com and run the job again",
          retryable: true,
          details: { status: failure.status ?? 0 },
        },
      );
    case "not-modified":
      return remoteError("GITHUB_UNAVAILABLE", `${what}: it answered 304 to a request without a condition`, { retryable: true });
    case "refused":
      return refusal(operation, what, failure);
  }
}

function refusal(operation: OperationName, what: string, failure: Extract<Failure, { kind: "refused" }>): ModelyardError {
  const message = `${what}: ${failure.message} (${failure.status})`;
  switch (failure.status) {
    case 401:
      return userError(
        "GITHUB_UNAUTHORIZED",
        message,
        "the token is wrong or has ended: pass `github-token: ${{ github.token }}`, or a fresh token",
      );
    case 403:
      return userError("GITHUB_FORBIDDEN", message, permissionHint(operation, failure.acceptedPermissions));
    case 404:
      return userError(
        "GITHUB_NOT_FOUND",
        message,
        `check the name; GitHub also answers so when the token may not see it:\n\n${permissionHint(operation, undefined)}`,
      );
    case 409:
      return userError("GITHUB_CONFLICT", message, "look at the thing on GitHub: its state does not allow this now");
    case 410:
      return userError("GITHUB_GONE", message, "the thing was deleted, or the feature is switched off in the repository's settings");
    default:
      return userError("GITHUB_INVALID", message, "change the input that GitHub names");
  }
}
