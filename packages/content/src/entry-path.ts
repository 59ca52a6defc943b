import { compareUtf8, userError, utf8 } from "@modelyard/base";

/** Longest path that every file system and object store in use takes, with room for a prefix. */
export const MAX_PATH_BYTES = 1_024;
/** Longest name of ext4, APFS and NTFS. */
export const MAX_SEGMENT_BYTES = 255;

/** Names that Windows opens as devices, with or without an extension (Microsoft, "Naming Files, Paths, and Namespaces"). */
const DEVICE = /^(?:con|prn|aux|nul|clock\$|conin\$|conout\$|(?:com|lpt)[0-9\u00b9\u00b2\u00b3])[ ]*(?:\.|$)/i;
/** Characters that NTFS refuses in a name; the colon also names a stream or a drive. */
const FORBIDDEN = /[<>:"|?*\\]/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;
/** Characters that HFS+ and some shells skip when they compare names. */
const IGNORED = /[\u200b-\u200f\u202a-\u202e\u2060-\u2064\u206a-\u206f\ufeff]/g;

/** What is wrong with a path of a dataset, or undefined. The verdict is the same on every operating system. */
export function entryPathProblem(path: string): string | undefined {
  if (path === "") return "it is empty";
  if (!path.isWellFormed() || path.includes("\ufffd")) return "it is not UTF-8 text";
  if (path.length > MAX_PATH_BYTES || utf8(path).length > MAX_PATH_BYTES) return `it is longer than ${MAX_PATH_BYTES} bytes`;
  if (CONTROL.test(path)) return "it holds a control character";
  const forbidden = FORBIDDEN.exec(path);
  if (forbidden) return `it holds the character ${forbidden[0]}, which Windows does not allow in names`;
  if (path.startsWith("/")) return "it is absolute";
  if (path.normalize("NFC") !== path) return "it is not in Unicode NFC form";
  for (const segment of path.split("/")) {
    const problem = segmentProblem(segment);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function segmentProblem(segment: string): string | undefined {
  if (segment === "") return "it holds an empty name (two slashes, or one at the end)";
  if (segment === "." || segment === "..") return `it holds the name ${segment}`;
  if (segment.length > MAX_SEGMENT_BYTES || utf8(segment).length > MAX_SEGMENT_BYTES)
    return `a name in it is longer than ${MAX_SEGMENT_BYTES} bytes`;
  if (segment.endsWith(".") || segment.endsWith(" ")) return "a name in it ends with a dot or a space, which Windows drops";
  if (DEVICE.test(segment)) return `${segment} is the name of a device on Windows`;
  return undefined;
}

/** Parses a path of a dataset: relative, `/`-separated, NFC, safe to write on every operating system. Throws PATH_INVALID. */
export function parseEntryPath(path: string): string {
  const problem = entryPathProblem(path);
  if (problem === undefined) return path;
  throw userError(
    "PATH_INVALID",
    `the path ${printable(path)} cannot be in a dataset: ${problem}`,
    "rename the file, or leave it out of the directory that is pushed",
  );
}

/** A path fit for a message: quoted, without control characters, shortened. */
export function printable(path: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it replaces
  return `"${path.slice(0, 200).replace(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, "\ufffd")}${path.length > 200 ? "…" : ""}"`;
}

/** The form in which two names are one and the same on a file system that ignores case or Unicode form. */
export function foldName(name: string): string {
  return name.normalize("NFC").toUpperCase().toLowerCase().normalize("NFC").replace(IGNORED, "");
}

interface OpenDirectory {
  readonly name: string;
  /** Folded name of each child -> the child as it was spelt. */
  readonly children: Map<string, string>;
}

/**
 * Checks a whole tree for names that some file system cannot tell apart, path by path in manifest order. Keeps only the names of the directories that
 * are open, since all paths below a directory follow one another.
 */
export class TreeCheck {
  private readonly open: OpenDirectory[] = [{ name: "", children: new Map() }];
  private last = "";

  /** Throws PATH_INVALID, PATH_ORDER, PATH_COLLISION. */
  add(path: string): void {
    parseEntryPath(path);
    if (this.last !== "" && compareUtf8(this.last, path) >= 0) {
      throw userError(
        "PATH_ORDER",
        `the path ${printable(path)} comes after ${printable(this.last)}; paths are sorted by bytes and unique`,
        "push the dataset again",
      );
    }
    this.last = path;
    const segments = path.split("/");
    const directories = segments.length - 1;
    let shared = 0;
    while (shared < directories && this.open[shared + 1]?.name === segments[shared]) shared++;
    this.open.length = shared + 1;
    for (let i = shared; i < segments.length; i++) {
      this.child(this.open[i]!, segments[i]!, path);
      if (i < directories) this.open.push({ name: segments[i]!, children: new Map() });
    }
  }

  private child(directory: OpenDirectory, name: string, path: string): void {
    const folded = foldName(name);
    const other = directory.children.get(folded);
    if (other !== undefined) {
      throw userError(
        "PATH_COLLISION",
        `the path ${printable(path)} collides: ${printable(name)} and ${printable(other)} are one name on some file systems`,
        "rename one of the two",
      );
    }
    directory.children.set(folded, name);
  }
}
