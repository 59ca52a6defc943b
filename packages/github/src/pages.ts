import type { ReplyHeaders } from "./failure.ts";
import type { Reply } from "./transport.ts";

/** 100 items a page: 5,000 comments or issues, past what any pull request of ours holds. */
export const MAX_PAGES = 50;
export const PAGE_SIZE = 100;

/** The address after `rel="next"` of a Link header, or undefined on the last page. Another origin than `apiUrl` is refused: it would be sent the token. */
export function nextPage(headers: ReplyHeaders, apiUrl: string): string | undefined {
  const found = /<([^<>]+)>;\s*rel="next"/.exec(String(headers["link"] ?? ""))?.[1];
  if (found === undefined) return undefined;
  return new URL(found).origin === new URL(apiUrl).origin ? found : undefined;
}

/** Items of all pages, at most `maxPages` of them: the first by `first`, the others by the address that the page before names. */
export async function* pages<T>(
  apiUrl: string,
  first: () => Promise<Reply<T>>,
  follow: (url: string) => Promise<Reply<T>>,
  maxPages = MAX_PAGES,
): AsyncGenerator<T> {
  let reply = await first();
  for (let page = 1; ; page++) {
    yield reply.data;
    const next = nextPage(reply.headers, apiUrl);
    if (next === undefined || page >= maxPages) return;
    reply = await follow(next);
  }
}
