import { createCipheriv, createHash } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { randomInt, seededRandom } from "@modelyard/base";

/** Data that every tool stores in turn, and a second version of it. */
export interface Workload {
  readonly key: string;
  readonly title: string;
  /** Writes the first version into a directory that it makes anew. */
  make(directory: string): void;
  /** Makes the second version of the first, in place; returns the bytes that are new in it. */
  change(directory: string): number;
  /** Path of one file of it. */
  readonly one: string;
}

/** Files that no compression helps with, like images; 2 in 100 change. */
function randomFiles(key: string, count: number, smallest: number, largest: number, what: string): Workload {
  const random = seededRandom(count);
  const sizes = Array.from({ length: count }, () => smallest + randomInt(random, largest - smallest));
  const pathOf = (i: number): string => `d${i % 40}/f${i}.bin`;
  const write = (directory: string, i: number, version: number): void => {
    const path = join(directory, pathOf(i));
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, randomBytes(`${key} ${i} ${version}`, sizes[i]!));
  };
  return {
    key,
    title: `${count.toLocaleString("en")} ${what}`,
    make(directory) {
      rmSync(directory, { recursive: true, force: true });
      for (let i = 0; i < count; i++) write(directory, i, 1);
    },
    change(directory) {
      let changed = 0;
      for (let i = 0; i < count; i += 50) {
        write(directory, i, 2);
        changed += sizes[i]!;
      }
      return changed;
    },
    one: pathOf(Math.floor(count / 2)),
  };
}

/** One table of JSON lines; rows are inserted at random places, 1 for 100 there are. */
function jsonLines(key: string, bytes: number): Workload {
  const path = "rows.jsonl";
  const line = (i: number, note: string): string =>
    `{"id":${i},"text":"${randomBytes(`${note} ${i}`, 120).toString("base64")}","label":"${["cat", "dog", "owl"][i % 3]}"}\n`;
  const rows = Math.ceil(bytes / line(1, "row").length);
  return {
    key,
    title: `one JSONL of ${Math.round(bytes / 1e6)} MB`,
    make(directory) {
      rmSync(directory, { recursive: true, force: true });
      mkdirSync(directory, { recursive: true });
      writeFileSync(join(directory, path), Array.from({ length: rows }, (_, i) => line(i, "row")).join(""));
    },
    change(directory) {
      const random = seededRandom(7);
      const lines = readFileSync(join(directory, path), "utf8").split(/(?<=\n)/);
      const inserted = new Map<number, string>();
      for (let i = 0; i < rows / 100; i++) inserted.set(randomInt(random, rows), line(i, "inserted"));
      writeFileSync(join(directory, path), lines.map((text, i) => (inserted.get(i) ?? "") + text).join(""));
      return [...inserted.values()].reduce((sum, text) => sum + text.length, 0);
    },
    one: path,
  };
}

/** Bytes that look random and are the same in every run. */
function randomBytes(seed: string, size: number): Buffer {
  const key = createHash("sha256").update(seed).digest();
  return createCipheriv("aes-256-ctr", key, Buffer.alloc(16)).update(Buffer.alloc(size));
}

/** The workloads of a run: files as large as photographs, tiny files, and rows. */
export function workloads(quick: boolean): Workload[] {
  return [
    randomFiles("a", quick ? 2_000 : 10_000, 20_000, 80_000, "files of 20 to 80 KB"),
    jsonLines("b", quick ? 20_000_000 : 200_000_000),
    randomFiles("c", 5_000, 1_000, 4_000, "files of 1 to 4 KB"),
  ];
}
