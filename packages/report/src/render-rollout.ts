import type { RolloutEvent } from "@modelyard/rollout";
import type { Block } from "./block.ts";
import { codeText, escapeText, linkText, REASON_LIMIT } from "./escape-markdown.ts";
import { fitComment, SUMMARY_LIMIT } from "./fit-comment.ts";
import { formatCount, formatMilliseconds, formatPercent, plural } from "./format-number.ts";

type Body = RolloutEvent["event"];
type Planned = Extract<Body, { type: "planned" }>;
type Measured = Extract<Body, { type: "measured" }>;
type Counts = Measured["totals"]["canary"];

export interface RolloutOptions {
  readonly runUrl?: string | undefined;
}

/** Summary of a rollout from its events: outcome first, then each step with the figures that decided it, the staging checks and the event log. */
export function renderRollout(events: readonly RolloutEvent[], options: RolloutOptions = {}): string {
  const planned = events.map((event) => event.event).find((body) => body.type === "planned");
  const { alert, line } = outcome(events, planned);
  const run = options.runUrl === undefined ? "" : ` · ${linkText("workflow run", options.runUrl)}`;
  const frame = {
    head: `### ${title(planned)}\n\n> [!${alert}]\n> ${line}`,
    foot: `<sub>Modelyard rollout${run}</sub>`,
    cutNote: "> [!NOTE]\n> Rows were left out to keep the summary short; the yard has every event.",
  };
  return fitComment(
    frame,
    [
      { priority: 3, blocks: present(stepsTable(events, planned)) },
      { priority: 2, blocks: present(stagingBlock(events)) },
      { priority: 1, blocks: present(eventsBlock(events)) },
    ],
    SUMMARY_LIMIT,
  );
}

function present(block: Block | undefined): Block[] {
  return block === undefined ? [] : [block];
}

function title(planned: Planned | undefined): string {
  if (planned === undefined) return "Rollout";
  const beside = planned.baseline === null ? "" : ` beside ${codeText(`${planned.model}@${planned.baseline}`)}`;
  return `${planned.kind === "rollback" ? "Rollback to" : "Rollout of"} ${codeText(`${planned.model}@${planned.version}`)}${beside} on ${escapeText(planned.target)}`;
}

function outcome(
  events: readonly RolloutEvent[],
  planned: Planned | undefined,
): { alert: "TIP" | "CAUTION" | "WARNING" | "NOTE"; line: string } {
  const body = events.at(-1)?.event;
  const steps = plural(planned?.plan.steps.length ?? 0, "step");
  switch (body?.type) {
    case "completed":
      return { alert: "TIP", line: `✅ **Promoted**: all ${steps} passed; the new version takes all traffic.` };
    case "rolled-back":
      return { alert: "CAUTION", line: `❌ **Rolled back**: ${escapeText(body.reason, REASON_LIMIT)}` };
    case "aborted":
      return { alert: "WARNING", line: `⚠️ **Aborted**: ${escapeText(body.reason, REASON_LIMIT)}` };
    default:
      return { alert: "NOTE", line: `○ **Running**: ${plural(events.length, "event")} so far.` };
  }
}

interface StepRow {
  readonly index: number;
  readonly measured: Measured | undefined;
  readonly word: string;
  readonly reason: string;
}

function stepRows(events: readonly RolloutEvent[]): StepRow[] {
  const rows = new Map<number, StepRow>();
  for (const { event } of events) {
    if (!("index" in event)) continue;
    const before = rows.get(event.index) ?? { index: event.index, measured: undefined, word: "○ running", reason: "" };
    rows.set(event.index, next(before, event));
  }
  return [...rows.values()].sort((a, b) => a.index - b.index);
}

function next(row: StepRow, event: Extract<Body, { index: number }>): StepRow {
  switch (event.type) {
    case "measured":
      return { ...row, measured: event };
    case "step-passed":
      return { ...row, word: "✅ pass", reason: event.reason };
    case "step-held":
      return { ...row, word: "⚠️ held", reason: event.reason };
    case "gate-failed":
      return { ...row, word: "❌ fail", reason: `${event.gate}: ${event.reason}` };
    case "step-started":
      return { ...row, word: "○ running", reason: "" };
  }
}

function stepsTable(events: readonly RolloutEvent[], planned: Planned | undefined): Block | undefined {
  const rows = stepRows(events);
  if (rows.length === 0) return undefined;
  return {
    kind: "table",
    header: ["Step", "New version", "Stable version", "Verdict", "Why"],
    align: "lrrll",
    rows: rows.map((row) => [
      stepName(row.index, planned),
      side(row.measured?.totals.canary),
      side(row.measured?.totals.stable),
      row.word,
      escapeText(row.reason, REASON_LIMIT),
    ]),
  };
}

function stepName(index: number, planned: Planned | undefined): string {
  const step = planned?.plan.steps[index];
  return `${index + 1}. ${step === undefined ? "step" : step.kind === "shadow" ? "shadow" : formatPercent(step.percent / 100)}`;
}

function side(counts: Counts | undefined): string {
  if (counts === undefined || counts.requests === 0) return "–";
  const latency = counts.p95Ms === null ? "" : `, p95 ${formatMilliseconds(counts.p95Ms)}`;
  return `${formatCount(counts.requests)} answers, ${formatCount(counts.errors)} failed${latency}`;
}

function stagingBlock(events: readonly RolloutEvent[]): Block | undefined {
  const staged = events.map((event) => event.event).find((body) => body.type === "staging-passed" || body.type === "staging-failed");
  if (staged === undefined || staged.checks.length === 0) return undefined;
  const passed = staged.checks.filter((check) => check.passed).length;
  return {
    kind: "details",
    summary: `<b>Staging</b>: ${formatCount(passed)} of ${plural(staged.checks.length, "check")} passed`,
    open: passed < staged.checks.length,
    blocks: [
      {
        kind: "table",
        header: ["Check", "Result", "Detail"],
        align: "lll",
        rows: staged.checks.map((check) => [
          escapeText(check.name),
          check.passed ? "✅ pass" : "❌ fail",
          escapeText(check.detail, REASON_LIMIT),
        ]),
      },
    ],
  };
}

function eventsBlock(events: readonly RolloutEvent[]): Block | undefined {
  const shown = events.filter(({ event }) => event.type !== "measured");
  if (shown.length === 0) return undefined;
  const items = shown.map(({ time, event }) => {
    const reason = "reason" in event ? `: ${escapeText(event.reason, REASON_LIMIT)}` : "";
    const step = "index" in event ? ` (step ${event.index + 1})` : "";
    return `${escapeText(time.slice(11, 19))} ${event.type}${step}${reason}`;
  });
  return { kind: "details", summary: `<b>Events</b>: ${formatCount(shown.length)}`, blocks: [{ kind: "list", items }] };
}
