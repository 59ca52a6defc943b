import type { Clock, Log, Random } from "@modelyard/base";
import { Octokit } from "@octokit/rest";
import { pages } from "./pages.ts";
import type { OperationName } from "./permissions.ts";
import type { Repository } from "./port.ts";
import { PARSED_ALREADY, strictFetch } from "./strict-fetch.ts";
import { type CallOptions, createTransport, type Reply, type Transport } from "./transport.ts";

export interface ClientOptions {
  readonly token: string;
  readonly repository: Repository;
  /** Base address of the REST interface, `https://api.github.com` or that of a GitHub Enterprise Server. */
  readonly apiUrl: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly random: Random;
  readonly fetch: typeof fetch;
  readonly login: string | undefined;
  readonly writeSpacingMs: number;
  readonly maxLimitWaitMs: number;
  /** See `Client.settleMs`. */
  readonly settleMs: number;
}

/** What every part of the adapter works with. */
export interface Client extends Transport {
  readonly octokit: Octokit;
  readonly repository: Repository;
  readonly clock: Clock;
  readonly log: Log;
  readonly random: Random;
  /** Login that this token writes as. */
  login(): Promise<string>;
  /** Corrects `login` by the author of something that this token just wrote. */
  adoptLogin(author: string | undefined): Promise<void>;
  /**
   * Time from a write of the sticky comment until it is looked at again: longer than another writer's step from reading to writing, so that a newer content
   * that was overwritten by an older one is put back by its own writer.
   */
  readonly settleMs: number;
  /** Pages of a list, each read with the reading policy. */
  pages<T>(operation: OperationName, options: CallOptions, first: () => Promise<Reply<T>>, maxPages?: number): AsyncGenerator<T>;
}

/** Writes as this when the workflow's own token is used. */
const ACTIONS_LOGIN = "github-actions[bot]";
/** Tokens of installations, the workflow's own among them, begin so; they may not ask who they are. */
const INSTALLATION_TOKEN = /^ghs_/;

export function createClient(options: ClientOptions): Client {
  const { token, repository, clock, log, random, apiUrl } = options;
  const redact = (text: string): string => text.replaceAll(token, "***");
  const silent = (): void => undefined;
  const octokit = new Octokit({
    auth: token,
    baseUrl: apiUrl.replace(/\/+$/, ""),
    userAgent: "modelyard",
    request: { ...PARSED_ALREADY, fetch: strictFetch(options.fetch) },
    log: { debug: silent, info: silent, warn: silent, error: silent },
  });
  const transport = createTransport({
    clock,
    log,
    random,
    redact,
    writeSpacingMs: options.writeSpacingMs,
    maxLimitWaitMs: options.maxLimitWaitMs,
  });

  let known: Promise<string> | undefined;
  const askLogin = async (): Promise<string> => {
    if (options.login !== undefined) return options.login;
    if (INSTALLATION_TOKEN.test(token)) return ACTIONS_LOGIN;
    try {
      return (await transport.read("user.get", { target: "" }, () => octokit.rest.users.getAuthenticated())).data.login;
    } catch (error) {
      log.debug(
        `GitHub does not say who the token belongs to (${error instanceof Error ? error.message : String(error)}); taking ${ACTIONS_LOGIN}`,
      );
      return ACTIONS_LOGIN;
    }
  };

  const login = (): Promise<string> => {
    known ??= askLogin();
    return known;
  };

  return {
    ...transport,
    octokit,
    repository,
    clock,
    log,
    random,
    settleMs: options.settleMs,
    login,
    async adoptLogin(author) {
      if (author === undefined || author === (await login())) return;
      log.warning(
        `this token writes as ${author}, not as ${await login()}: the next job will not find what it wrote; use the workflow's own token or that of a person`,
      );
      known = Promise.resolve(author);
    },
    pages: (operation, call, first, maxPages) =>
      pages(
        apiUrl,
        () => transport.read(operation, call, first),
        (url) => transport.read(operation, call, () => octokit.request({ method: "GET", url })),
        maxPages,
      ),
  };
}
