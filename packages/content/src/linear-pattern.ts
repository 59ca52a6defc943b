import { userError } from "@modelyard/base";
import { type PatternNode, parsePattern } from "./pattern-syntax.ts";

/** A compiled pattern; `capture` gives the text of its capture group in the leftmost match, or undefined. */
export interface LinearPattern {
  /** Time is at most text length times pattern size, whatever both say: patterns of a dataset meet paths that others chose. */
  capture(text: string): string | undefined;
  matches(text: string): boolean;
}

/** Steps of a compiled pattern; with paths of 1,024 bytes this bounds a match to half a million steps. */
const MAX_STEPS = 512;

type Step =
  | { readonly op: "char"; readonly test: (char: string) => boolean }
  | { readonly op: "start" | "end" | "match" }
  | { readonly op: "save"; readonly slot: 0 | 1 }
  | { op: "jump"; to: number }
  | { op: "fork"; first: number; second: number };

interface Thread {
  readonly at: number;
  readonly from: number;
  readonly to: number;
}

/** Compiles a key pattern: JavaScript syntax with exactly one capture group, without look-around, back-references and `\b`. Throws PATTERN_INVALID. */
export function compilePattern(source: string): LinearPattern {
  return compile(source, 1);
}

/** The same for a pattern without a capture group (path globs become one). */
export function compileMatcher(source: string): LinearPattern {
  return compile(source, 0);
}

function compile(source: string, groups: number): LinearPattern {
  const parsed = parsePattern(source);
  if (parsed.groups !== groups) {
    throw userError(
      "PATTERN_INVALID",
      `the pattern "${source.slice(0, 100)}" has ${parsed.groups} capture groups; ${groups} expected`,
      "put exactly the part of the path that names the group in ( ), and write (?: ) for other groups",
    );
  }
  const steps: Step[] = [];
  emit(parsed.node, steps);
  steps.push({ op: "match" });
  return {
    capture: (text) => {
      const found = run(steps, Array.from(text));
      return found === undefined || found.from < 0 || found.to < 0 ? undefined : Array.from(text).slice(found.from, found.to).join("");
    },
    matches: (text) => run(steps, Array.from(text)) !== undefined,
  };
}

function push(steps: Step[], step: Step): number {
  if (steps.length >= MAX_STEPS) {
    throw userError(
      "PATTERN_INVALID",
      `the pattern is longer than ${MAX_STEPS} steps`,
      "write a shorter pattern, with smaller {repeat} counts",
    );
  }
  return steps.push(step) - 1;
}

function emit(node: PatternNode, steps: Step[]): void {
  switch (node.kind) {
    case "char":
      push(steps, { op: "char", test: node.test });
      return;
    case "start":
    case "end":
      push(steps, { op: node.kind });
      return;
    case "sequence":
      for (const part of node.parts) emit(part, steps);
      return;
    case "group":
      if (node.captures) push(steps, { op: "save", slot: 0 });
      emit(node.body, steps);
      if (node.captures) push(steps, { op: "save", slot: 1 });
      return;
    case "choice":
      emitChoice(node.options, steps);
      return;
    case "repeat":
      emitRepeat(node, steps);
  }
}

function emitChoice(options: readonly PatternNode[], steps: Step[]): void {
  const jumps: { op: "jump"; to: number }[] = [];
  for (const option of options.slice(0, -1)) {
    const fork = { op: "fork" as const, first: steps.length + 1, second: 0 };
    push(steps, fork);
    emit(option, steps);
    const jump = { op: "jump" as const, to: 0 };
    push(steps, jump);
    jumps.push(jump);
    fork.second = steps.length;
  }
  emit(options.at(-1)!, steps);
  for (const jump of jumps) jump.to = steps.length;
}

function emitRepeat(node: Extract<PatternNode, { kind: "repeat" }>, steps: Step[]): void {
  for (let i = 0; i < node.min; i++) emit(node.body, steps);
  const open = (): { op: "fork"; first: number; second: number } => {
    const fork = { op: "fork" as const, first: 0, second: 0 };
    push(steps, fork);
    return fork;
  };
  const aim = (fork: { first: number; second: number }, body: number, after: number): void => {
    fork.first = node.lazy ? after : body;
    fork.second = node.lazy ? body : after;
  };
  if (node.max === Number.POSITIVE_INFINITY) {
    const at = steps.length;
    const fork = open();
    emit(node.body, steps);
    push(steps, { op: "jump", to: at });
    aim(fork, at + 1, steps.length);
    return;
  }
  const forks: { fork: ReturnType<typeof open>; body: number }[] = [];
  for (let i = node.min; i < node.max; i++) {
    const fork = open();
    forks.push({ fork, body: steps.length });
    emit(node.body, steps);
  }
  for (const { fork, body } of forks) aim(fork, body, steps.length);
}

/** Pike's simulation: all threads move one character at a time, in order of preference (Russ Cox, "Regular Expression Matching: the Virtual Machine Approach"). */
function run(steps: readonly Step[], chars: readonly string[]): Thread | undefined {
  const seen = new Int32Array(steps.length).fill(-1);
  let threads: Thread[] = [];
  let found: Thread | undefined;
  for (let at = 0; at <= chars.length; at++) {
    const ready: Thread[] = [];
    const step: Follow = { steps, seen, ready, at, length: chars.length };
    for (const thread of threads) follow(step, thread);
    if (found === undefined) follow(step, { at: 0, from: -1, to: -1 });
    threads = [];
    for (const thread of ready) {
      const here = steps[thread.at]!;
      if (here.op === "match") {
        found = thread;
        break;
      }
      if (here.op === "char" && at < chars.length && here.test(chars[at]!)) threads.push({ ...thread, at: thread.at + 1 });
    }
    if (found !== undefined && threads.length === 0) break;
  }
  return found;
}

interface Follow {
  readonly steps: readonly Step[];
  readonly seen: Int32Array;
  readonly ready: Thread[];
  readonly at: number;
  readonly length: number;
}

/** Adds to `ready` every character or match step that a thread reaches without reading; each step once a position. */
function follow(context: Follow, start: Thread): void {
  const stack: Thread[] = [start];
  for (let thread = stack.pop(); thread !== undefined; thread = stack.pop()) {
    if (context.seen[thread.at] === context.at) continue;
    context.seen[thread.at] = context.at;
    const step = context.steps[thread.at]!;
    const next = thread.at + 1;
    if (step.op === "jump") stack.push({ ...thread, at: step.to });
    else if (step.op === "fork") stack.push({ ...thread, at: step.second }, { ...thread, at: step.first });
    else if (step.op === "save")
      stack.push(step.slot === 0 ? { at: next, from: context.at, to: -1 } : { at: next, from: thread.from, to: context.at });
    else if (step.op === "start") {
      if (context.at === 0) stack.push({ ...thread, at: next });
    } else if (step.op === "end") {
      if (context.at === context.length) stack.push({ ...thread, at: next });
    } else context.ready.push(thread);
  }
}
