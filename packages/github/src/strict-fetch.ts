/** Hops that GitHub needs at most for a renamed repository. */
const MAX_REDIRECTS = 3;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
/** A request that takes longer has lost its connection. */
const REQUEST_TIMEOUT_MS = 30_000;
/** Reply of a page of 100 comments of the largest size, with room. */
const MAX_REPLY_BYTES = 32 * 1024 * 1024;
/** Statuses that the platform's Response refuses a body for. */
const EMPTY: ReadonlySet<number> = new Set([204, 205, 304]);

/** Request options of Octokit for `strictFetch`, which hands over what it has parsed: Octokit's own parser costs five times as much on a page of comments. */
export const PARSED_ALREADY = { parseSuccessResponseBody: false } as const;

/**
 * A fetch for Octokit, to be used with `PARSED_ALREADY`, that hides nothing: it reads the whole reply, throws when a JSON reply was cut, follows redirects with the same method and body (the
 * platform's fetch turns a redirected POST into a GET), and keeps the token to the first origin.
 */
export function strictFetch(send: typeof fetch): typeof fetch {
  return async (input, init) => {
    const timeout = AbortSignal.timeout(REQUEST_TIMEOUT_MS);
    const signal = init?.signal ? AbortSignal.any([init.signal, timeout]) : timeout;
    let url = String(input instanceof Request ? input.url : input);
    let headers = new Headers(init?.headers);
    for (let hop = 0; ; hop++) {
      const reply = await send(url, { ...init, headers, redirect: "manual", signal });
      const target = REDIRECTS.has(reply.status) ? reply.headers.get("location") : null;
      if (target === null) return wholeReply(reply);
      await reply.body?.cancel();
      if (hop === MAX_REDIRECTS) throw new Error(`more than ${MAX_REDIRECTS} redirects`);
      const next = new URL(target, url);
      if (next.origin !== new URL(url).origin) {
        headers = new Headers(headers);
        headers.delete("authorization");
        if (init?.method !== undefined && init.method !== "GET") throw new Error("a write was redirected to another host");
      }
      url = next.href;
    }
  };
}

async function wholeReply(reply: Response): Promise<Response> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  for await (const part of (reply.body ?? []) as AsyncIterable<Uint8Array<ArrayBuffer>>) {
    size += part.length;
    if (size > MAX_REPLY_BYTES) throw new Error("a reply over 32 MiB");
    parts.push(part);
  }
  const text = new TextDecoder().decode(joined(parts, size));
  const isJson = /^application\/(?:[\w.]+\+)?json/.test(reply.headers.get("content-type") ?? "");
  const { status, statusText, headers } = reply;
  // Octokit reads the text of a refusal itself; an error page that is no JSON (a proxy's 502) is still an answer.
  if (!reply.ok) return new Response(EMPTY.has(status) ? null : text, { status, statusText, headers });
  const body: unknown = isJson && text !== "" ? JSON.parse(text) : text;
  return Object.defineProperty(new Response(null, { status, statusText, headers }), "body", { value: body });
}

function joined(parts: readonly Uint8Array[], size: number): Uint8Array {
  if (parts.length === 1) return parts[0]!;
  const whole = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
