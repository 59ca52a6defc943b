import { type Hasher, hexOf } from "@modelyard/base";
import { compilePattern, type LinearPattern, type Split, type SplitRule, splitOf } from "@modelyard/content";

/** Finds the split of files and rows under one rule; an example whose key is missing or empty falls back on its own bytes. */
export class SplitAssigner {
  /** Files that a key pattern did not match. */
  unmatched = 0;
  private readonly rule: SplitRule;
  private readonly hasher: Hasher;
  private readonly pattern: LinearPattern | undefined;

  constructor(rule: SplitRule, hasher: Hasher) {
    this.rule = rule;
    this.hasher = hasher;
    this.pattern = rule.key.kind === "pattern" ? compilePattern(rule.key.pattern) : undefined;
  }

  /** Split of a file taken as one example; `sha256` is its bare hex digest. */
  ofFile(path: string, sha256: string): Split {
    const group = this.pattern?.capture(path);
    if (this.pattern !== undefined && !group) this.unmatched++;
    return splitOf(this.rule, group || sha256, this.hasher);
  }

  /** Gives the split of each row of a table from its bytes and the values of its columns; the path's group is looked up once. */
  rowsOf(path: string): (bytes: Uint8Array, cellOf: (column: string) => string | undefined) => Split {
    const group = this.pattern?.capture(path);
    if (this.pattern !== undefined && !group) this.unmatched++;
    if (group) {
      const split = splitOf(this.rule, group, this.hasher);
      return () => split;
    }
    const column = this.rule.key.kind === "column" ? this.rule.key.column : undefined;
    return (bytes, cellOf) => {
      const key = column === undefined ? undefined : cellOf(column);
      return splitOf(this.rule, key || hexOf(this.hasher.sha256(bytes)), this.hasher);
    };
  }
}
