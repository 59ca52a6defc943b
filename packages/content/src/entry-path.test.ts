import assert from "node:assert/strict";
import { test } from "node:test";
import { compareUtf8, hasCode } from "@modelyard/base";
import fc from "fast-check";
import { entryPathProblem, foldName, parseEntryPath, TreeCheck } from "./entry-path.ts";

const GOOD = [
  "a",
  "a/b.txt",
  "train/0/7.png",
  ".gitattributes",
  "...a",
  "a b",
  "console",
  "com",
  "com10",
  "nul-1",
  "lpt",
  "é.png",
  "日本/語.csv",
  "a'b",
  "a#b",
  "a=b&c",
  "x".repeat(255),
  "-rf",
  "~",
  "$HOME",
  "auxiliary.txt",
  "COM¹x",
];

const BAD = [
  "",
  "/",
  "/a",
  "a/",
  "a//b",
  ".",
  "..",
  "./a",
  "../a",
  "a/./b",
  "a/../b",
  "a/..",
  "..\\a",
  "a\\b",
  "\\\\server\\share",
  "C:",
  "C:/a",
  "C:a",
  "a:b",
  "a:b:$DATA",
  "file.txt::$DATA",
  "a\0b",
  "a\nb",
  "a\rb",
  "a\tb",
  "a\x1bb",
  "a\x7fb",
  "a\x85b",
  "a.",
  "a ",
  "a./b",
  "a /b",
  "..a/...",
  "a?b",
  "a*b",
  "a|b",
  'a"b',
  "a<b",
  "a>b",
  "CON",
  "con",
  "PRN",
  "AUX",
  "NUL",
  "nul.txt",
  "NUL.tar.gz",
  "con .txt",
  "a/aux/b",
  "CONIN$",
  "conout$.x",
  "CLOCK$",
  ...Array.from({ length: 10 }, (_, i) => `COM${i}`),
  ...Array.from({ length: 10 }, (_, i) => `lpt${i}.png`),
  "COM¹",
  "com².txt",
  "LPT³",
  "e\u0301.png",
  "\ud800",
  "a\udfff",
  "a\ufffdb",
  "x".repeat(256),
  "é".repeat(128),
  `${"x".repeat(200)}/`.repeat(6),
  `${"a/".repeat(600)}a`,
  "x".repeat(4_096),
];

test("paths that every operating system can hold are taken", () => {
  for (const path of GOOD) assert.equal(parseEntryPath(path), path);
});

test("paths that some operating system cannot hold are refused everywhere", () => {
  for (const path of BAD)
    assert.throws(
      () => parseEntryPath(path),
      (error) => hasCode(error, "PATH_INVALID"),
      JSON.stringify(path.slice(0, 60)),
    );
});

test("a message about a path holds no control or direction characters", () => {
  try {
    parseEntryPath("a\u202e\n\u001b[31mb\0");
    assert.fail("refused");
  } catch (error) {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
    assert.doesNotMatch((error as Error).message, /[\u0000-\u001f\u202e]/);
  }
});

test("no accepted path has an unsafe segment", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom("a", ".", "/", " ", "C", "O", "N", ":", "\\", "1", "é", "\u0301", "\0"), maxLength: 12 }),
      (path) => {
        if (entryPathProblem(path) !== undefined) return;
        for (const segment of path.split("/"))
          assert.ok(segment !== "" && segment !== "." && segment !== ".." && !/[\\:\0]/.test(segment) && !/[. ]$/.test(segment));
      },
    ),
    { numRuns: 5_000 },
  );
});

test("names that fold together collide", () => {
  for (const [a, b] of [
    ["README", "readme"],
    ["É", "é"],
    ["ς", "σ"],
    ["\u212a", "k"],
    ["ſ", "s"],
    ["a\u200d", "a"],
    ["Straße", "STRASSE"],
  ] as const)
    assert.equal(foldName(a), foldName(b));
  for (const [a, b] of [
    ["a", "b"],
    ["é", "e"],
    ["1", "١"],
  ] as const)
    assert.notEqual(foldName(a), foldName(b));
});

function checkAll(paths: string[]): void {
  const tree = new TreeCheck();
  for (const path of [...paths].sort(compareUtf8)) tree.add(path);
}

test("collisions are found anywhere in the tree", () => {
  const collisions = [
    ["a", "A"],
    ["x/a/1", "x/A/2"],
    ["a", "a/b"],
    ["d/f", "d/f.x", "d/f/g"],
    ["É/a", "é/b"],
    ["a-b", "a/1", "A/2"],
    ["Dir", "dir/x/y"],
    ["p/q/r", "p/Q"],
    ["z/ſ", "z/S"],
  ];
  for (const paths of collisions)
    assert.throws(
      () => checkAll(paths),
      (error) => hasCode(error, "PATH_COLLISION"),
      paths.join(),
    );
  checkAll(["a/1", "a-b/1", "a.b", "b/a/1", "b/1", "c/A", "d/a", "a/a/a", "A0"]);
});

test("the tree check agrees with comparing every pair of directories and files", () => {
  const name = fc.constantFrom("a", "A", "b", "a.b", "a-");
  fc.assert(
    fc.property(
      fc.uniqueArray(
        fc.array(name, { minLength: 1, maxLength: 3 }).map((parts) => parts.join("/")),
        { maxLength: 8 },
      ),
      (paths) => {
        const nodes = new Map<string, Set<string>>();
        const valid = paths.filter((path) => entryPathProblem(path) === undefined);
        for (const path of valid) {
          const parts = path.split("/");
          parts.forEach((_, i) => {
            const node = parts.slice(0, i + 1).join("/");
            const kind = i === parts.length - 1 ? "file" : "directory";
            const key = foldName(node);
            nodes.set(key, (nodes.get(key) ?? new Set()).add(`${kind}:${node}`));
          });
        }
        const collides = [...nodes.values()].some((spellings) => spellings.size > 1);
        if (collides)
          assert.throws(
            () => checkAll(valid),
            (error) => hasCode(error, "PATH_COLLISION"),
          );
        else checkAll(valid);
      },
    ),
    { numRuns: 2_000 },
  );
});

test("paths out of order or twice are refused", () => {
  for (const paths of [
    ["b", "a"],
    ["a", "a"],
    ["\u{10000}", "\uffee"],
  ]) {
    const tree = new TreeCheck();
    assert.throws(
      () => {
        for (const path of paths) tree.add(path);
      },
      (error) => hasCode(error, "PATH_ORDER"),
    );
  }
});
