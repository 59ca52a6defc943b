import { type Facts, type Look, latencyBudget, type RolloutEventBody, type StepState } from "@modelyard/rollout";
import type { ControlTimes } from "./options.ts";
import { type Counted, type Mark, stableBetween, windowBetween } from "./step-window.ts";

/** A long step's measurements thin out to one in this part of its time so far (2 s up to 5 min, 15 s from 40 min)... */
const WRITE_PART = 150;
/** ...but never beyond this, far below the lease. */
const MAX_WRITE_MS = 15_000;

/** Keeps where the last measurement ended, so that each call is counted in one window and no more. */
export class StepMeter {
  /** End of the last measurement. */
  private last: Mark | undefined;
  /** The last look since then that was not written down, and where it ended. */
  private looked: { readonly look: Look; readonly mark: Mark } | undefined;
  /** Since when the stable version's answers make the next step's latency budget. */
  private budgetFrom: Mark | undefined;
  /** The measurement being written: its window ends at this mark, however its reply gets lost. */
  private writing: { readonly seq: number; readonly mark: Mark } | undefined;
  private readonly times: Pick<ControlTimes, "writeMs">;

  constructor(times: Pick<ControlTimes, "writeMs">) {
    this.times = times;
  }

  /** What came since the last measurement, and since the last look. */
  read(
    now: Mark,
    counted: Counted,
    step: StepState | undefined,
  ): Pick<Facts, "budgetMs" | "window" | "sinceMs" | "writeDue" | "look" | "fresh"> {
    this.last ??= now;
    this.budgetFrom ??= now;
    const sinceMs = now.atMs - this.last.atMs;
    const budgetMs = step?.budgetMs ?? null;
    const writeMs = Math.min(MAX_WRITE_MS, Math.max(this.times.writeMs, (step?.elapsedMs ?? 0) / WRITE_PART));
    return {
      budgetMs: latencyBudget(stableBetween(this.budgetFrom, now)),
      window: windowBetween(this.last, now, counted, budgetMs),
      look: this.looked?.look,
      fresh: this.looked === undefined ? undefined : windowBetween(this.looked.mark, now, counted, budgetMs),
      sinceMs,
      writeDue: sinceMs >= writeMs,
    };
  }

  /** Call when a look was judged and is not written down. */
  keeps(look: Look, mark: Mark): void {
    this.looked = { look, mark };
  }

  /** Call before an event is written: the counters it was decided from. */
  writes(event: RolloutEventBody, seq: number, mark: Mark): void {
    this.writing = event.type === "measured" ? { seq, mark } : undefined;
  }

  /** Call when an event is known to be in the log, whoever wrote it. */
  applied(event: RolloutEventBody, seq: number): void {
    if (event.type === "step-started") this.reset();
    // What another process measured says nothing of where this one's counters stood.
    if (event.type !== "measured") return;
    this.last = this.writing?.seq === seq ? this.writing.mark : undefined;
    this.looked = undefined;
  }

  reset(): void {
    this.last = undefined;
    this.looked = undefined;
    this.budgetFrom = undefined;
  }
}
