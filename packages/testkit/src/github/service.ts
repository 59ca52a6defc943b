import { createHash } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Clock } from "@modelyard/base";
import { actionHandlers } from "./action-handlers.ts";
import { type Answer, type Handler, type RunControl, refusal } from "./answer.ts";
import type { Contract, Match } from "./contract.ts";
import { deliveryHandlers } from "./delivery-handlers.ts";
import { type Documents, documents } from "./documents.ts";
import type { Exchange } from "./fake-github.ts";
import type { Fault } from "./faults.ts";
import { issueHandlers } from "./issue-handlers.ts";
import type { Operation } from "./operations.ts";
import { refusedPermission } from "./permissions.ts";
import type { FakeToken, GitHubState } from "./state.ts";

/** GITHUB_TOKEN's hourly allowance. */
const HOURLY_LIMIT = 1_000;
const HOUR_MS = 3_600_000;
const DEFAULT_PAGE = 30;
const MAX_PAGE = 100;
const MAX_REQUEST_BYTES = 4 * 1024 * 1024;
/** Query parameter that marks a request which followed an injected redirect. */
const REDIRECTED = "fake_redirected";

const HANDLERS: Readonly<Record<Operation, Handler>> = { ...issueHandlers, ...deliveryHandlers, ...actionHandlers };

export interface ServiceOptions {
  readonly contract: Contract;
  readonly clock: Clock;
  readonly state: GitHubState;
  readonly tokens: Readonly<Record<string, FakeToken>>;
  readonly violations: string[];
  readonly exchanges: Exchange[];
  readonly take: (operation: Operation) => Fault | undefined;
  readonly runs: RunControl;
  readonly origin: () => string;
  readonly latencyMs: () => number;
}

interface Arrival {
  readonly method: string;
  readonly url: URL;
  readonly token: string;
  readonly etag: string | undefined;
  readonly match: Match;
  readonly body: unknown;
}

/** One fake's HTTP side: contract, token, limits, faults, handler, pages, in that order. */
export class Service {
  private readonly options: ServiceOptions;
  /** Requests that wait for their latency to pass. */
  waiting = 0;
  private made: Documents | undefined;
  private readonly texts = new WeakMap<object, string>();
  private used = 0;
  private readonly windowEnd: number;
  /** Monotonic time before which every request breaks a limit that the client was told of. */
  private forbiddenUntil = 0;

  constructor(options: ServiceOptions) {
    this.options = options;
    this.windowEnd = Math.ceil((options.clock.now() + HOUR_MS) / 1000);
  }

  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { clock, contract, violations } = this.options;
    const method = request.method ?? "GET";
    const url = new URL(request.url ?? "/", this.options.origin());
    const body = await readBody(request);
    const latency = this.options.latencyMs();
    this.waiting++;
    if (latency > 0) await clock.sleep(latency);
    this.waiting--;
    const token = (request.headers.authorization ?? "").replace(/^(?:token|bearer)\s+/i, "");
    const match = contract.match(method, url.pathname);
    if (!match) {
      violations.push(`${method} ${url.pathname} is none of the operations that Modelyard is known to use`);
      this.send(response, { method, path: url.pathname, operation: undefined, token }, refusal(404, "Not Found"), {});
      return;
    }
    for (const problem of contract.checkRequest(match.operation, withoutMark(url), body))
      violations.push(`request ${match.operation}: ${problem}`);
    await this.answer(response, { method, url, token, etag: request.headers["if-none-match"], match, body });
  }

  private async answer(response: ServerResponse, arrival: Arrival): Promise<void> {
    const { match, token, url, method } = arrival;
    const about = { method, path: url.pathname, operation: match.operation, token };
    const limited = this.limit(match.operation);
    if (limited) return this.send(response, about, limited.answer, limited.headers);
    const fault = url.searchParams.has(REDIRECTED) ? undefined : this.options.take(match.operation);
    if (fault && this.sendFault(response, about, fault, url)) return;
    const answer = this.judge(arrival);
    const { document, headers } = this.page(answer, url);
    if (answer.status < 400)
      for (const problem of this.options.contract.checkResponse(match.operation, answer.status, document))
        this.options.violations.push(`the fake's answer to ${match.operation}: ${problem}`);
    const text = this.textOf(document);
    const etag = `"${createHash("sha256").update(text).digest("hex").slice(0, 32)}"`;
    if (method === "GET" && answer.status === 200 && arrival.etag === etag) return this.send(response, about, { status: 304 }, { etag });
    if (fault) return this.sendLate(response, about, fault, answer.status, text);
    this.send(response, about, { status: answer.status, text }, method === "GET" ? { ...headers, etag } : headers);
  }

  /** Refuses while a limit that the client was told of holds, and records that it asked. */
  private limit(operation: Operation): { answer: Answer; headers: Record<string, string> } | undefined {
    if (this.options.clock.monotonic() >= this.forbiddenUntil) return undefined;
    this.options.violations.push(`${operation} was asked inside a window that GitHub had forbidden`);
    return { answer: refusal(403, "You have exceeded a secondary rate limit."), headers: { "retry-after": "1" } };
  }

  private judge(arrival: Arrival): Answer {
    const { state, tokens, clock, runs } = this.options;
    const token = tokens[arrival.token];
    if (!token) return refusal(401, "Bad credentials");
    const { parameters, operation } = arrival.match;
    if ("owner" in parameters && (parameters["owner"] !== state.owner || parameters["repo"] !== state.repo))
      return refusal(404, "Not Found");
    const refused = refusedPermission(operation, { parameters, state }, token);
    if (refused !== undefined)
      return { ...refusal(403, "Resource not accessible by integration"), headers: { "x-accepted-github-permissions": refused } };
    return HANDLERS[operation]({
      parameters,
      query: arrival.url.searchParams,
      body: (arrival.body ?? {}) as Readonly<Record<string, unknown>>,
      token,
      login: token.login ?? "github-actions[bot]",
      state,
      documents: this.documents(),
      now: clock.now(),
      runs,
    });
  }

  /** Made at the first request: the address is known only once the server listens. */
  private documents(): Documents {
    this.made ??= documents(this.options.state, this.options.origin());
    return this.made;
  }

  private page(answer: Answer, url: URL): { document: unknown; headers: Readonly<Record<string, string>> } {
    if (!answer.list) return { document: answer.body, headers: answer.headers ?? {} };
    const size = Math.min(MAX_PAGE, Number(url.searchParams.get("per_page") ?? DEFAULT_PAGE));
    const number = Number(url.searchParams.get("page") ?? 1);
    const { items, wrap } = answer.list;
    const page = items.slice((number - 1) * size, number * size);
    const last = Math.max(1, Math.ceil(items.length / size));
    const to = (target: number, rel: string): string => {
      const link = new URL(url);
      link.searchParams.set("page", String(target));
      return `<${link.href}>; rel="${rel}"`;
    };
    const links = number < last ? [to(number + 1, "next"), to(last, "last")] : [];
    if (number > 1) links.unshift(to(number - 1, "prev"), to(1, "first"));
    return { document: wrap ? wrap(page, items.length) : page, headers: links.length > 0 ? { link: links.join(", ") } : {} };
  }

  /** Faults before any effect. False: the fault comes after it. */
  private sendFault(response: ServerResponse, about: Omit<Exchange, "status" | "atMs">, fault: Fault, url: URL): boolean {
    const { clock } = this.options;
    switch (fault.kind) {
      case "status":
        this.send(response, about, refusal(fault.status, "Server Error"), {});
        return true;
      case "reset":
        this.record(about, 0);
        response.destroy();
        return true;
      case "redirect": {
        const target = new URL(url);
        target.searchParams.set(REDIRECTED, "1");
        this.send(response, about, refusal(fault.status, "Moved"), { location: target.href });
        return true;
      }
      case "secondary-limit": {
        const seconds = fault.retryAfterSeconds;
        this.send(
          response,
          about,
          refusal(fault.status ?? 403, "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."),
          seconds === undefined ? {} : { "retry-after": String(seconds) },
        );
        // Without a header GitHub's documentation asks for at least a minute.
        this.forbiddenUntil = clock.monotonic() + (seconds ?? 60) * 1000;
        return true;
      }
      case "primary-limit": {
        const reset = Math.ceil(clock.now() / 1000) + fault.resetSeconds;
        this.send(response, about, refusal(fault.status ?? 403, "API rate limit exceeded for installation."), {
          "x-ratelimit-remaining": "0",
          "x-ratelimit-reset": String(reset),
        });
        this.forbiddenUntil = clock.monotonic() + Math.max(0, reset * 1000 - clock.now());
        return true;
      }
      default:
        return false;
    }
  }

  private sendLate(response: ServerResponse, about: Omit<Exchange, "status" | "atMs">, fault: Fault, status: number, text: string): void {
    if (fault.kind === "late-status") {
      this.send(response, about, refusal(fault.status, "Server Error"), {});
      return;
    }
    this.record(about, 0);
    if (fault.kind === "truncated" && text.length > 1) {
      const half = text.slice(0, text.length / 2);
      response.writeHead(status, { "content-type": "application/json; charset=utf-8", "content-length": String(Buffer.byteLength(half)) });
      response.end(half);
      return;
    }
    response.destroy();
  }

  private record(about: Omit<Exchange, "status" | "atMs">, status: number): void {
    this.options.exchanges.push({ ...about, status, atMs: this.options.clock.monotonic() });
  }

  /** JSON of an answer; the text of a frozen member of a list is kept. */
  private textOf(document: unknown): string {
    if (document === undefined) return "";
    if (!Array.isArray(document)) return JSON.stringify(document);
    return `[${document.map((item) => this.memberText(item)).join(",")}]`;
  }

  private memberText(item: unknown): string {
    if (typeof item !== "object" || item === null || !Object.isFrozen(item)) return JSON.stringify(item);
    const text = this.texts.get(item) ?? JSON.stringify(item);
    this.texts.set(item, text);
    return text;
  }

  private send(
    response: ServerResponse,
    about: Omit<Exchange, "status" | "atMs">,
    answer: Pick<Answer, "status" | "body"> & { readonly text?: string },
    headers: Readonly<Record<string, string>>,
  ): void {
    if (answer.status !== 304) this.used++;
    this.record(about, answer.status);
    const text = answer.text ?? this.textOf(answer.body);
    response.writeHead(answer.status, {
      date: new Date(this.options.clock.now()).toUTCString(),
      "x-github-request-id": `FAKE:${this.options.exchanges.length}`,
      "x-ratelimit-limit": String(HOURLY_LIMIT),
      "x-ratelimit-remaining": String(Math.max(1, HOURLY_LIMIT - this.used)),
      "x-ratelimit-used": String(this.used),
      "x-ratelimit-reset": String(this.windowEnd),
      "x-ratelimit-resource": "core",
      ...(text === "" ? {} : { "content-type": "application/json; charset=utf-8", "content-length": String(Buffer.byteLength(text)) }),
      ...headers,
    });
    response.end(text);
  }
}

function withoutMark(url: URL): URLSearchParams {
  const query = new URLSearchParams(url.searchParams);
  query.delete(REDIRECTED);
  return query;
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > MAX_REQUEST_BYTES) throw new Error("a request body over 4 MiB");
    parts.push(part);
  }
  return size === 0 ? undefined : (JSON.parse(Buffer.concat(parts).toString("utf8")) as unknown);
}
