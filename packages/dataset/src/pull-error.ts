import { isModelyardError, remoteError, userError } from "@modelyard/base";

/** What node:fs threw while a pull wrote below `target`, as a PULL_* error; other things thrown stay as they are. */
export function pullError(cause: unknown, target: string): unknown {
  const errno = (cause as { code?: unknown } | null)?.code;
  if (isModelyardError(cause) || typeof errno !== "string" || !/^E[A-Z0-9]+$/.test(errno)) return cause;
  switch (errno) {
    case "ENOSPC":
    case "EDQUOT":
      return userError(
        "PULL_FULL",
        `no space is left for the files of ${target}`,
        "free space or raise the quota, then pull again: it goes on where it stopped",
        cause,
      );
    case "EACCES":
    case "EPERM":
    case "EROFS":
      return userError(
        "PULL_FORBIDDEN",
        `something in ${target} cannot be written or read: ${errno === "EROFS" ? "the file system is read-only" : "permission denied"}`,
        "let the user of this step read and write the directory and all in it, or pull into another one",
        cause,
      );
    case "ENAMETOOLONG":
      return userError(
        "PULL_TARGET",
        `a path below ${target} is too long for its file system`,
        "pull into a directory nearer to the root of the file system",
        cause,
      );
    default:
      return remoteError("PULL_FAILED", `writing the files of ${target} failed: ${errno}`, {
        hint: "check the disk, and that nothing else removes files there; then pull again: it goes on where it stopped",
        retryable: true,
        cause,
      });
  }
}
