import type { Clock, Log, Random } from "@modelyard/base";
import { checkPart } from "./checks.ts";
import { createClient } from "./client.ts";
import { commentPart } from "./comments.ts";
import { deploymentPart } from "./deployments.ts";
import { dispatchPart } from "./dispatch.ts";
import { issuePart } from "./issues.ts";
import type { GitHub, Repository } from "./port.ts";
import { pullPart } from "./pulls.ts";
import { runPart } from "./runs.ts";

export interface OctokitGitHubOptions {
  readonly token: string;
  readonly repository: Repository;
  /** Base address of the REST interface: `GITHUB_API_URL`. */
  readonly apiUrl: string;
  readonly clock: Clock;
  readonly log: Log;
  /** For jitter and request numbers; default the platform's. */
  readonly random?: Random | undefined;
  readonly fetch?: typeof fetch | undefined;
  /** Login that the token writes as; default: asked for, and `github-actions[bot]` for an installation's token. */
  readonly login?: string | undefined;
  /** Least time between two writes, ms; default 1,000 (GitHub's rule), none against a loopback address. */
  readonly writeSpacingMs?: number | undefined;
  /** Longest wait of one call for GitHub's limits, ms; default 15 minutes. */
  readonly maxLimitWaitMs?: number | undefined;
  /** Time until a sticky comment is looked at again after its write, ms; default 2,000, none against a loopback address. */
  readonly settleMs?: number | undefined;
}

/** GitHub asks for at least a second between writes. */
const WRITE_SPACING_MS = 1_000;
const SETTLE_MS = 2_000;
/** A job should rather fail and say so than sit out most of an hour. */
const MAX_LIMIT_WAIT_MS = 900_000;

const platformRandom: Random = { next: () => Math.random() };

/** The GitHub port over Octokit. Throws TypeError when `apiUrl` is no address; every later failure is a GITHUB_* ModelyardError. */
export function octokitGitHub(options: OctokitGitHubOptions): GitHub {
  // Nothing on this machine has GitHub's limits: it is a fake or an emulator.
  const isLocal = /^(?:127\.\d+\.\d+\.\d+|localhost|\[::1\])$/.test(new URL(options.apiUrl).hostname);
  const client = createClient({
    token: options.token,
    repository: options.repository,
    apiUrl: options.apiUrl,
    clock: options.clock,
    log: options.log,
    random: options.random ?? platformRandom,
    fetch: options.fetch ?? fetch,
    login: options.login,
    writeSpacingMs: options.writeSpacingMs ?? (isLocal ? 0 : WRITE_SPACING_MS),
    maxLimitWaitMs: options.maxLimitWaitMs ?? MAX_LIMIT_WAIT_MS,
    settleMs: options.settleMs ?? (isLocal ? 0 : SETTLE_MS),
  });
  return {
    repository: options.repository,
    ...commentPart(client),
    ...checkPart(client),
    ...pullPart(client),
    ...dispatchPart(client),
    ...runPart(client),
    ...deploymentPart(client),
    ...issuePart(client),
  };
}
