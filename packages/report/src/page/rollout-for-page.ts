import type { RolloutEvent } from "@modelyard/rollout";
import type { PageCounts, PageRollout, PageRolloutStep, PageSample, PageVerdict } from "./demo-page.ts";

/** A rollout's events as the page draws them; `describe` gives the line of one event. Times count from the first event. */
export function rolloutForPage(title: string, events: readonly RolloutEvent[], describe: (event: RolloutEvent) => string): PageRollout {
  const start = Date.parse(events[0]?.time ?? "");
  const at = (event: RolloutEvent) => Math.max(0, Date.parse(event.time) - start) || 0;
  const endMs = events.reduce((end, event) => Math.max(end, at(event)), 0);
  const { outcome, why } = ending(events);
  return {
    title,
    outcome,
    why,
    endMs,
    samples: events.flatMap((event) => sample(event, at(event))),
    steps: steps(events, at, endMs),
    events: events
      .filter(({ event }) => event.type !== "measured")
      .map((event) => ({ timeMs: at(event), text: describe(event), verdict: toneOf(event) })),
  };
}

function ending(events: readonly RolloutEvent[]): Pick<PageRollout, "outcome" | "why"> {
  const body = events.at(-1)?.event;
  switch (body?.type) {
    case "completed":
      return { outcome: "promoted", why: "Every gate of every step passed." };
    case "rolled-back":
      return { outcome: "rolled back", why: body.reason };
    case "aborted":
      return { outcome: "aborted", why: body.reason };
    default:
      return { outcome: "running", why: "Not finished when this page was made." };
  }
}

function sample({ event }: RolloutEvent, timeMs: number): PageSample[] {
  if (event.type !== "measured" || event.window === null) return [];
  const { stable, canary } = event.window;
  const counts = ({ requests, errors, p95Ms }: PageCounts): PageCounts => ({ requests, errors, p95Ms });
  return [
    { timeMs, canaryPercent: event.canaryPercent, mirrorPercent: event.mirrorPercent, stable: counts(stable), canary: counts(canary) },
  ];
}

function steps(events: readonly RolloutEvent[], at: (event: RolloutEvent) => number, endMs: number): PageRolloutStep[] {
  const found: PageRolloutStep[] = [];
  let open: Omit<PageRolloutStep, "endMs" | "verdict" | "reason"> | undefined;
  const close = (endsMs: number, verdict: PageVerdict, reason: string) => {
    if (open !== undefined) found.push({ ...open, endMs: endsMs, verdict, reason });
    open = undefined;
  };
  for (const event of events) {
    const { event: body } = event;
    if (body.type === "step-started") {
      close(at(event), "info", "taken up again");
      open = { label: body.mirrorPercent > 0 ? "shadow" : `${body.canaryPercent} %`, startMs: at(event) };
    } else if (body.type === "step-passed") close(at(event), "pass", body.reason);
    else if (body.type === "gate-failed") close(at(event), "fail", body.reason);
    else if (body.type === "rolling-back") close(at(event), body.aborted ? "info" : "fail", body.reason);
  }
  close(endMs, "info", "still running");
  return found;
}

function toneOf({ event }: RolloutEvent): PageVerdict {
  switch (event.type) {
    case "staging-passed":
    case "step-passed":
    case "completed":
      return "pass";
    case "staging-failed":
    case "gate-failed":
    case "rolling-back":
    case "rolled-back":
      return "fail";
    case "step-held":
      return "inconclusive";
    default:
      return "info";
  }
}
