import { isModelyardError, ModelyardError, remoteError, userError } from "@modelyard/base";

/** The errno name of what node:fs throws. */
export function errnoOf(value: unknown): string | undefined {
  const code = (value as { code?: unknown } | null)?.code;
  return !isModelyardError(value) && typeof code === "string" ? code : undefined;
}

/** True when the file or a directory above it is not there, or is a file. */
export function isAbsent(value: unknown): boolean {
  const errno = errnoOf(value);
  return errno === "ENOENT" || errno === "ENOTDIR";
}

/** For `catch`: undefined in place of what is not there; throws everything else. */
export function absentAsUndefined(error: unknown): undefined {
  if (isAbsent(error)) return undefined;
  throw error;
}

/** What node:fs threw while `doing` (for example `writing runs/x/1.json in /yard`), as a STORE_* error; other things thrown stay as they are. */
export function directoryError(cause: unknown, doing: string): unknown {
  const errno = errnoOf(cause);
  if (errno === undefined || !/^E[A-Z0-9]+$/.test(errno)) return cause;
  const failed = `${doing} failed: `;
  switch (errno) {
    case "ENOSPC":
    case "EDQUOT":
    case "EFBIG":
      return storeError(
        "STORE_FULL",
        `${failed}no space is left`,
        "free space or raise the quota, then run it again; nothing was half-written",
        cause,
      );
    case "EACCES":
    case "EPERM":
      return userError(
        "STORE_FORBIDDEN",
        `${failed}permission denied`,
        "let the user that runs this step read and write the yard's directory",
        cause,
      );
    case "EROFS":
      return userError("STORE_READ_ONLY", `${failed}the file system is read-only`, "mount it writable, or use another yard", cause);
    case "EMFILE":
    case "ENFILE":
      return remoteError("STORE_BUSY", `${failed}too many open files`, {
        hint: "raise the limit of open files (ulimit -n)",
        retryable: true,
        cause,
      });
    case "ENOTDIR":
    case "EISDIR":
    case "EEXIST":
      return userError(
        "STORE_KEY_CONFLICT",
        `${failed}a file and a directory want the same name`,
        "remove what does not belong into the yard's directory",
        cause,
      );
    case "ENAMETOOLONG":
      return userError(
        "STORE_KEY_INVALID",
        `${failed}the name is too long for this file system`,
        "use a yard nearer to the root of the file system",
        cause,
      );
    case "ELOOP":
      return symlinkError(doing, cause);
    case "EIO":
    case "ESTALE":
    case "EAGAIN":
    case "EBUSY":
      return remoteError("STORE_FAILED", `${failed}${errno}`, {
        hint: "look at the disk or the network file system",
        retryable: true,
        cause,
      });
    default:
      return remoteError("STORE_FAILED", `${failed}${errno}`, { cause });
  }
}

/** STORE_SYMLINK: a link in the yard's directory leads elsewhere. */
export function symlinkError(doing: string, cause?: unknown) {
  return userError(
    "STORE_SYMLINK",
    `${doing} was refused: a symbolic link is in the way`,
    "a yard holds plain files and directories; remove the link",
    cause,
  );
}

/** The file system cannot take a name atomically. */
export function noHardLinks(root: string, cause: unknown) {
  return userError(
    "STORE_NO_HARD_LINKS",
    `the file system of ${root} has no hard links, which a directory yard needs to take a name without a lock`,
    "put the yard on another file system (ext4, xfs, btrfs, APFS, NTFS, NFS)",
    cause,
  );
}

function storeError(code: string, message: string, hint: string, cause: unknown) {
  return new ModelyardError({ code, kind: "user", message, hint, cause });
}
