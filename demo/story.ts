/** Terminal colours, off where they are unwanted (https://no-color.org) or the output is no terminal. */
const coloured = process.stdout.isTTY === true && process.env["NO_COLOR"] === undefined;
const paint = (code: number) => (text: string) => (coloured ? `\x1b[${code}m${text}\x1b[0m` : text);
export const bold = paint(1);
export const dim = paint(2);
const green = paint(32);
const red = paint(31);
const yellow = paint(33);

export type StepVerdict = "pass" | "fail" | "inconclusive" | "info";

/** One step of the loop, as it is printed and drawn. */
export interface StoryStep {
  /** Name of the action: `promote`. */
  readonly action: string;
  readonly title: string;
  /** The command that a user would type. */
  readonly command: string;
  readonly decision: string;
  readonly why: string;
  readonly verdict: StepVerdict;
  readonly durationMs: number;
  readonly details: readonly (readonly [string, string])[];
}

const MARK: Readonly<Record<StepVerdict, string>> = { pass: green("✔"), fail: red("✘"), inconclusive: yellow("?"), info: "•" };

/** Collects steps and prints each with what was decided and why. */
export class Story {
  readonly steps: StoryStep[] = [];
  private readonly startedMs = Date.now();

  begin(title: string): void {
    process.stdout.write(
      `\n${bold(`${this.steps.length + 1}. ${title}`)} ${dim(`(${((Date.now() - this.startedMs) / 1000).toFixed(0)} s)`)}\n`,
    );
  }

  end(step: StoryStep): void {
    this.steps.push(step);
    if (step.command !== "") process.stdout.write(`   ${dim(`$ ${step.command}`)}\n`);
    process.stdout.write(`   ${MARK[step.verdict]} ${step.decision}\n`);
    if (step.why !== "") process.stdout.write(`     ${dim(`because ${step.why}`)}\n`);
    for (const [name, value] of step.details) process.stdout.write(`     ${dim(`${name}: ${value}`)}\n`);
  }

  /** A line of progress inside a step: redrawn on a terminal, thinned out elsewhere. */
  progress(text: string): void {
    if (process.stdout.isTTY) process.stdout.write(`\r\x1b[2K   ${dim(text.slice(0, (process.stdout.columns ?? 120) - 4))}`);
  }

  clearProgress(): void {
    if (process.stdout.isTTY) process.stdout.write("\r\x1b[2K");
  }

  get elapsedMs(): number {
    return Date.now() - this.startedMs;
  }
}
