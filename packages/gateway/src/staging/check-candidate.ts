import { type Clock, formatDuration, messageOf } from "@modelyard/base";
import { compareGolden, type Golden, jsonToTensor, type Signature } from "@modelyard/model";
import type { StagingCheck } from "@modelyard/rollout";
import { inferRequest, readInferAnswer } from "../infer-message.ts";
import type { VersionPool } from "../replicas/version-pool.ts";
import { leastBusy } from "../router/backend.ts";
import { exchange, type ReplicaClient } from "../router/replica-client.ts";

/** How a candidate is tried before it gets any traffic. */
export interface StagingOptions {
  readonly model: string;
  readonly signature: Signature;
  /** Null: the version has none, and only readiness is checked. */
  readonly golden: Golden | null;
  readonly depth: "ready" | "full";
  readonly readyTimeoutMs: number;
  /** Limit of the p95 of the replays; null: measured and told, not judged. */
  readonly latencyBudgetMs: number | null;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Wait between two looks at whether a replica is ready. */
const POLL_MS = 50;
/** One golden case is a row or a few; one that takes longer than this is broken. */
const CASE_TIMEOUT_MS = 30_000;
const MAX_ANSWER_BYTES = 16 * 1024 * 1024;
/** Replays before the measured one, since first calls compile and allocate. */
const WARM_UP_ROUNDS = 2;
/** Failed starts after which waiting longer is idle; one may be the machine's fault. */
const MAX_STARTS = 3;
/** Failures shown; one cause breaks every case alike. */
const SHOWN_FAILURES = 3;

/** Tries a freshly started candidate over HTTP: ready in time, each golden prediction replayed alone, the form of its answers, p95 within the budget. */
export async function checkCandidate(pool: VersionPool, options: StagingOptions): Promise<StagingCheck[]> {
  const ready = await checkReady(pool, options);
  if (!ready.passed || options.depth === "ready" || options.golden === null) return [ready];
  const replica = leastBusy(pool);
  if (replica === undefined)
    return [ready, { name: "golden", passed: false, detail: `the replica went away: ${pool.lastFailure ?? "not ready"}` }];
  const { client } = replica;
  for (let round = 0; round < WARM_UP_ROUNDS; round++) await replay(client, options.golden, options);
  const { differences, durationsMs, misshapen } = await replay(client, options.golden, options);
  const count = options.golden.cases.length;
  return [
    ready,
    {
      name: "format",
      passed: misshapen.length === 0,
      detail: misshapen.length === 0 ? `${count} answers of the protocol` : shown(misshapen),
    },
    {
      name: "golden",
      passed: differences.length === 0,
      detail: differences.length === 0 ? `${count} of ${count} predictions replayed` : shown(differences),
    },
    checkLatency(durationsMs, options.latencyBudgetMs),
  ];
}

async function checkReady(pool: VersionPool, { clock, readyTimeoutMs, signal }: StagingOptions): Promise<StagingCheck> {
  const startMs = clock.monotonic();
  while (pool.ready.length === 0) {
    const waitedMs = clock.monotonic() - startMs;
    if (waitedMs > readyTimeoutMs || pool.crashes >= MAX_STARTS) {
      return {
        name: "ready",
        passed: false,
        detail:
          `not ready after ${formatDuration(waitedMs)} and ${pool.crashes} failed starts: ${pool.lastFailure ?? "it started, but says it is not ready"}`.slice(
            0,
            1_000,
          ),
      };
    }
    await clock.sleep(POLL_MS, signal);
  }
  return { name: "ready", passed: true, detail: `after ${formatDuration(clock.monotonic() - startMs)}` };
}

interface Replayed {
  /** What is wrong with the values, one text a case. */
  readonly differences: string[];
  /** What is wrong with the form of the answers. */
  readonly misshapen: string[];
  readonly durationsMs: number[];
}

async function replay(client: ReplicaClient, golden: Golden, options: StagingOptions): Promise<Replayed> {
  const result: Replayed = { differences: [], misshapen: [], durationsMs: [] };
  for (const [i, one] of golden.cases.entries()) {
    options.signal.throwIfAborted();
    const name = `case ${i + 1}`;
    const startMs = options.clock.monotonic();
    try {
      const answer = await exchange(client, inferCall(options.model, `golden-${i + 1}`, one.inputs), MAX_ANSWER_BYTES);
      result.durationsMs.push(options.clock.monotonic() - startMs);
      if (answer.status !== 200) {
        result.differences.push(`${name} answered ${answer.status}: ${answer.body.toString("utf8", 0, 200)}`);
        continue;
      }
      const got = readInferAnswer(answer.body).map((tensor) => jsonToTensor(tensor, name));
      const expected = one.outputs.map((tensor) => jsonToTensor(tensor, name));
      for (const difference of compareGolden(expected, got, golden.tolerance, options.signature).slice(0, 1)) {
        const text = `${name}, output ${difference.output}: ${difference.kind} ${difference.got}, expected ${difference.expected}`;
        (difference.kind === "value" ? result.differences : result.misshapen).push(text);
      }
    } catch (error) {
      result.misshapen.push(`${name}: ${messageOf(error)}`);
    }
  }
  return result;
}

function inferCall(model: string, id: string, inputs: Golden["cases"][number]["inputs"]) {
  const headers = { "content-type": "application/json", "x-request-id": id, "x-modelyard-role": "shadow" };
  return {
    method: "POST",
    path: `/v2/models/${encodeURIComponent(model)}/infer`,
    headers,
    body: inferRequest(id, inputs),
    timeoutMs: CASE_TIMEOUT_MS,
  };
}

function checkLatency(durationsMs: readonly number[], budgetMs: number | null): StagingCheck {
  if (durationsMs.length === 0) return { name: "latency", passed: false, detail: "no answer to measure" };
  const sorted = durationsMs.toSorted((a, b) => a - b);
  const p95 = sorted[Math.min(sorted.length - 1, Math.ceil(0.95 * sorted.length) - 1)]!;
  const detail = `p95 ${p95.toFixed(1)} ms${budgetMs === null ? "" : `, budget ${budgetMs} ms`}`;
  return { name: "latency", passed: budgetMs === null || p95 <= budgetMs, detail };
}

function shown(problems: readonly string[]): string {
  const more = problems.length > SHOWN_FAILURES ? ` and ${problems.length - SHOWN_FAILURES} more` : "";
  return `${problems.slice(0, SHOWN_FAILURES).join("; ")}${more}`.slice(0, 1_000);
}
