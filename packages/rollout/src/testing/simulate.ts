import type { Random } from "@modelyard/base";
import {
  applyEvent,
  decide,
  desiredTraffic,
  emptyWindow,
  foldEvents,
  type PlannedBody,
  type RolloutEvent,
  type RolloutEventBody,
  type RolloutState,
  type Window,
} from "../index.ts";

/** What the two versions do, for a simulated rollout. */
export interface World {
  readonly random: Random;
  readonly requestsPerSecond: number;
  readonly stableErrors: number;
  readonly canaryErrors: number;
  readonly stableSlow: number;
  readonly canarySlow: number;
  readonly disagreement: number;
}

export const healthyWorld: Omit<World, "random"> = {
  requestsPerSecond: 200,
  stableErrors: 0.01,
  canaryErrors: 0.01,
  stableSlow: 0.02,
  canarySlow: 0.02,
  disagreement: 0.02,
};

/** Binomial draw: the gaps between successes are geometric, so rare ones cost one number each. */
export function draw(random: Random, n: number, p: number): number {
  if (p > 0.5) return n - draw(random, n, 1 - p);
  if (p <= 0) return 0;
  const logMiss = Math.log1p(-p);
  let count = -1;
  for (let at = 0; at <= n; count++) at += Math.floor(Math.log(1 - random.next()) / logMiss) + 1;
  return count;
}

/** One second of traffic under a state. */
export function second(world: World, state: RolloutState): Window {
  const { canaryPercent, mirrorPercent } = desiredTraffic(state);
  const canaryUsers = draw(world.random, world.requestsPerSecond, canaryPercent / 100);
  const stable = world.requestsPerSecond - canaryUsers;
  const canary = mirrorPercent > 0 ? stable : canaryUsers;
  const compared = mirrorPercent > 0 ? stable : 0;
  const side = (n: number, errors: number, slow: number) => ({
    requests: n,
    errors: draw(world.random, n, errors),
    rejected: 0,
    slow: draw(world.random, n, slow),
    p50Ms: 2,
    p95Ms: 5,
  });
  return {
    ...emptyWindow,
    stable: side(stable, world.stableErrors, world.stableSlow),
    canary: side(canary, world.canaryErrors, world.canarySlow),
    pairs: { compared, lost: 0, differed: draw(world.random, compared, world.disagreement) },
    stableReady: 1,
    canaryReady: 1,
  };
}

/** The gateway's loop without a gateway: each call of `window` is one second, each written down. Stops at the end or after `maxActs`. */
export function simulate(
  planned: PlannedBody,
  window: (state: RolloutState) => unknown,
  maxActs = 20_000,
  start?: readonly RolloutEvent[],
): RolloutEvent[] {
  const events: RolloutEvent[] = start === undefined ? [] : [...start];
  const push = (event: RolloutEventBody): void => {
    const seq = events.length + 1;
    events.push({ format: 1, seq, time: "2026-01-01T00:00:00.000Z", id: "e", event });
  };
  if (events.length === 0) push(planned);
  let state = foldEvents(events);
  let stageMoved = false;
  const holder = `process after ${events.length}`;
  for (let act = 0; act < maxActs && state.phase.kind !== "finished"; act++) {
    const inStep = state.phase.kind === "step";
    const command = decide(state, {
      holder,
      mayClaim: true,
      gateway: "test",
      checks: [{ name: "ready", passed: true, detail: "at once" }],
      budgetMs: 10,
      window: inStep ? window(state) : undefined,
      sinceMs: 1_000,
      writeDue: true,
      stageMoved,
    });
    if (command.kind === "move-stage") stageMoved = true;
    if (command.kind === "append") {
      push(command.event);
      state = applyEvent(state, command.event, events.length);
    }
  }
  return events;
}
