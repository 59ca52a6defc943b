import { type Clock, seededRandom } from "@modelyard/base";
import {
  type FakeClock,
  type FakeGitHub,
  type FakeGitHubOptions,
  fakeClock,
  type RecordingLog,
  recordingLog,
  startFakeGitHub,
} from "@modelyard/testkit";
import { type OctokitGitHubOptions, octokitGitHub } from "../octokit.ts";
import type { GitHub } from "../port.ts";

export interface Bench extends AsyncDisposable {
  readonly fake: FakeGitHub;
  readonly clock: Clock;
  readonly log: RecordingLog;
  /** Requests that neither have ended nor wait for time to pass at the fake. */
  inFlight(): number;
  /** Another client of the same fake. */
  client(options?: Partial<OctokitGitHubOptions>): GitHub;
}

/** A fake GitHub and clients of it under one clock, whose sleeps end at once unless another clock is given. */
export async function startBench(options: FakeGitHubOptions = {}): Promise<Bench> {
  const clock = options.clock ?? fakeClock({ auto: true });
  const fake = await startFakeGitHub({ ...options, clock });
  const log = recordingLog();
  let seed = 0;
  let pending = 0;
  const counted: typeof fetch = async (...request) => {
    pending++;
    try {
      const reply = await fetch(...request);
      const body = await reply.arrayBuffer();
      return new Response(body.byteLength === 0 ? null : body, { status: reply.status, headers: reply.headers });
    } finally {
      pending--;
    }
  };
  return {
    fake,
    clock,
    log,
    inFlight: () => pending - fake.waiting,
    client: (more = {}) =>
      octokitGitHub({
        token: "ghs_test",
        repository: { owner: fake.owner, repo: fake.repo },
        apiUrl: fake.url,
        clock,
        log,
        random: seededRandom(++seed),
        writeSpacingMs: 1_000,
        settleMs: 2_000,
        fetch: counted,
        ...more,
      }),
    [Symbol.asyncDispose]: () => fake.close(),
  };
}

/** Moves a hand-driven clock on, `stepMs` at a time, until the work has ended; time stands still while a request is under way. */
export async function drive<T>(bench: Bench, clock: FakeClock, work: Promise<T>, stepMs = 20): Promise<T> {
  let isPending = true;
  const watched = work.finally(() => {
    isPending = false;
  });
  // Its failure is thrown by the last line; this keeps it from counting as unhandled until then.
  watched.catch(() => undefined);
  while (isPending) {
    while (bench.inFlight() > 0) await new Promise((resolve) => setImmediate(resolve));
    await clock.advance(stepMs);
  }
  return watched;
}
