import { messageOf, newUlid, remoteError } from "@modelyard/base";
import {
  applyEvent,
  decide,
  describeEvent,
  desiredTraffic,
  type Facts,
  foldEvents,
  isFinished,
  type RolloutEventBody,
  type RolloutState,
  type Traffic,
} from "@modelyard/rollout";
import { type Journal, rolloutJournal } from "../journal.ts";
import { type Fleet, fleet } from "./fleet.ts";
import { moveToProduction, moveToStaging, productionVersion } from "./move-stages.ts";
import { type ControllerOptions, type ControlTimes, DEFAULT_TIMES } from "./options.ts";
import { spacedWarnings } from "./spaced-warnings.ts";
import { type Staging, startStaging } from "./staging.ts";
import { StepMeter } from "./step-meter.ts";
import { type Counted, type Mark, markOf } from "./step-window.ts";

/** Acts in one tick: a rollout needs four at most before it has to wait, so more means a loop. */
const MAX_ACTS_PER_TICK = 20;
/** The rollout under way. */
interface Active {
  readonly id: number;
  state: RolloutState;
}

/** The loop that makes a gateway serve what the yard says, and carries out, judges and ends rollouts. */
export interface Controller {
  readonly rollout: Active | undefined;
  readonly fleet: Fleet;
  /** One look at the yard and the counters; `start` calls it again and again. */
  tick(): Promise<void>;
  start(): void;
  /** Ends the loop after the tick under way and stops all replicas; an unfinished rollout goes on at the next start. */
  stop(): Promise<void>;
}

export function controller(options: ControllerOptions): Controller {
  return new Loop(options);
}

class Loop implements Controller {
  readonly fleet: Fleet;
  private active: Active | undefined;
  private readonly options: ControllerOptions;
  private readonly times: ControlTimes;
  private readonly journal: Journal;
  /** This process among all that ever had the gateway's name. */
  private readonly holder: string;
  private latestId = 0;
  private staging: Staging | undefined;
  private readonly meter: StepMeter;
  private lastEventMs: number;
  /** Last tick that could do all it had to: read what others wrote, and write what was due. */
  private lastContactMs: number;
  /** Version that production named last. */
  private produced: number | null = null;
  /** Rollout that another process of this gateway's name took over. */
  private lostId: number | undefined;
  private readonly warn: (text: string) => void;
  /** Set when traffic had to go back although the event that says so could not be written. */
  private isRetreating = false;
  private readonly stopping = new AbortController();
  private running: Promise<void> | undefined;

  constructor(options: ControllerOptions) {
    this.options = options;
    this.times = { ...DEFAULT_TIMES, ...options.times };
    this.journal = rolloutJournal(options, options.model, options.target);
    this.holder = newUlid(options.clock.now(), options.random);
    this.fleet = fleet(options);
    this.meter = new StepMeter(this.times);
    this.warn = spacedWarnings(options.log, options.clock);
    this.lastEventMs = options.clock.monotonic();
    this.lastContactMs = this.lastEventMs;
  }

  get rollout(): Active | undefined {
    return this.active;
  }

  start(): void {
    this.running = this.run();
  }

  async stop(): Promise<void> {
    this.stopping.abort(new Error("stopping"));
    await this.running;
    this.staging?.stop();
    await this.fleet.close();
  }

  private async run(): Promise<void> {
    const { clock } = this.options;
    const { signal } = this.stopping;
    while (!signal.aborted) {
      try {
        await this.tick();
      } catch (error) {
        this.warn(`the control loop could not act: ${messageOf(error)}`);
        await this.retreatIfBlind();
      }
      await clock.sleep(this.times.tickMs, signal).catch(() => undefined);
    }
  }

  async tick(): Promise<void> {
    await this.follow();
    if (this.active === undefined) await this.serveProduction();
    else await this.carryOut();
    this.lastContactMs = this.options.clock.monotonic();
  }

  /** Serves what the stage names while no rollout is under way. */
  private async serveProduction(): Promise<void> {
    const stable = await productionVersion(this.options);
    if (stable === null && this.produced !== null) {
      // A stage keeps its history, so one that names nothing any more is a yard that is gone, and no order to stop serving.
      throw remoteError(
        "YARD_GONE",
        `the yard names no production version any more; ${this.options.model}@${this.produced} goes on serving`,
      );
    }
    this.produced = stable;
    await this.fleet.apply({ stable, canary: null, canaryPercent: 0, mirrorPercent: 0 }, "");
  }

  private async carryOut(): Promise<void> {
    for (let act = 0; act < MAX_ACTS_PER_TICK; act++) {
      await this.reconcile();
      if (!(await this.act())) break;
    }
    await this.reconcile();
    if (this.active !== undefined && isFinished(this.active.state)) this.end();
  }

  /** Reads what others wrote: a new rollout, an abort, another gateway's claim. */
  private async follow(): Promise<void> {
    if (this.active === undefined) {
      const id = await this.journal.latest(this.latestId);
      if (id === this.latestId) return;
      this.latestId = id;
      const events = await this.journal.read(id);
      const state = foldEvents(events);
      if (isFinished(state)) return;
      this.active = { id, state };
      this.lastEventMs = this.options.clock.monotonic();
      this.meter.reset();
      this.options.log.notice(`rollout ${id}: ${describeEvent(events[0]!.event, state.plan)}`);
      return;
    }
    for (const { event, seq } of await this.journal.read(this.active.id, this.active.state.seq)) this.apply(event, seq);
  }

  /** Applies an event to the state; the only place where the state changes. */
  private apply(event: RolloutEventBody, seq: number): void {
    const { clock, log, gateway } = this.options;
    const active = this.active!;
    if (event.type === "claimed" && event.holder !== this.holder && event.gateway === gateway && active.state.holder === this.holder) {
      // Taking it back would go on for ever, turn by turn.
      this.lostId = active.id;
      log.warning(`another gateway with the name ${gateway} took over rollout ${active.id}: give each gateway its own --name`);
    }
    active.state = applyEvent(active.state, event, seq);
    this.lastEventMs = clock.monotonic();
    const line = `rollout ${active.id}: ${describeEvent(event, active.state.plan)}`;
    if (event.type === "measured") log.debug(line);
    else log.info(line);
    this.meter.applied(event, seq);
  }

  /** One decision. False: nothing more to do in this tick. */
  private async act(): Promise<boolean> {
    const active = this.active!;
    const now = this.look();
    const facts = await this.facts(active, now);
    const command = decide(active.state, facts);
    switch (command.kind) {
      case "leave-alone":
        return false;
      case "measure":
        this.meter.keeps(command.look, now);
        return false;
      case "check-candidate":
        if (this.staging === undefined) this.staging = startStaging(this.options, this.times, this.fleet, active.state, command.depth);
        return false;
      case "move-stage":
        await moveToProduction(this.options, active.state, active.id);
        return true;
      case "append":
        return this.append(active, command.event, now);
    }
  }

  private async append(active: Active, event: RolloutEventBody, now: Mark): Promise<boolean> {
    if (isBad(event)) this.isRetreating = true;
    const seq = active.state.seq + 1;
    this.meter.writes(event, seq, now);
    if ((await this.journal.append(active.id, seq, event)) === "taken") {
      // Someone else acted first: read it before anything else. Only then is it known whether this gateway still holds the rollout.
      await this.follow();
      return true;
    }
    this.isRetreating = isBad(event);
    this.apply(event, seq);
    if (event.type === "staging-passed" && active.state.kind === "promote") await moveToStaging(this.options, active.state, active.id);
    return true;
  }

  private async facts(active: Active, now: Mark): Promise<Facts> {
    const { clock, gateway } = this.options;
    const { state } = active;
    const step = state.phase.kind === "step" ? state.phase.step : undefined;
    const isOwn = state.holder === null || (state.gateway === gateway && this.lostId !== active.id);
    return {
      ...this.meter.read(now, this.counted(), step),
      holder: this.holder,
      gateway,
      mayClaim: isOwn || clock.monotonic() - this.lastEventMs > this.times.leaseMs,
      checks: this.staging?.version === state.version ? this.staging.checks : undefined,
      stageMoved: state.phase.kind === "completing" && (await productionVersion(this.options)) === state.version,
    };
  }

  private counted(): Counted {
    const { state } = this.active!;
    return { stable: this.fleet.pool(state.baseline), canary: this.fleet.pool(state.version), pairs: this.options.router.pairs() };
  }

  private look(): Mark {
    return markOf(this.counted(), this.options.clock.monotonic());
  }

  /** Makes traffic what the state says; going back to the stable version needs nobody's leave. */
  private async reconcile(): Promise<void> {
    if (this.active === undefined) return;
    const { state, id } = this.active;
    const wanted = desiredTraffic(state);
    const traffic: Traffic = this.isRetreating ? { ...wanted, canaryPercent: 0, mirrorPercent: 0 } : wanted;
    try {
      await this.fleet.apply(traffic, `${state.target}/${id}`);
    } catch (error) {
      if (this.fleet.pool(state.version) !== undefined) throw error;
      // The candidate's record cannot be read: its staging check says so, the stable version serves on.
      this.warn(`version ${state.version} cannot be started: ${messageOf(error)}`);
    }
  }

  /** Without the yard nobody could stop a bad canary, so its traffic goes back after a while; with a first version there is no way back. */
  private async retreatIfBlind(): Promise<void> {
    if (this.active === undefined || this.active.state.baseline === null) return;
    const blindMs = this.options.clock.monotonic() - this.lastContactMs;
    const { kind } = this.active.state.phase;
    if (kind === "completing" || kind === "finished") return;
    if (blindMs > this.times.blindMs) this.isRetreating = true;
    if (this.isRetreating) await this.reconcile().catch((error: unknown) => this.warn(messageOf(error)));
  }

  private end(): void {
    this.staging?.stop();
    this.staging = undefined;
    this.active = undefined;
    this.meter.reset();
    this.isRetreating = false;
  }
}

/** Events after which no traffic may reach the candidate, written or not. */
function isBad(event: RolloutEventBody): boolean {
  return event.type === "gate-failed" || event.type === "rolling-back" || (event.type === "measured" && event.verdict === "fail");
}
