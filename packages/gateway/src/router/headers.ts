import type { IncomingHttpHeaders } from "node:http";

/** Headers that belong to one connection (RFC 9110, 7.6.1), and those undici sets itself. */
const HOP_BY_HOP: ReadonlySet<string> = new Set([
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "expect",
  "host",
  "content-length",
]);
const REQUEST_ID = /^[\x21-\x7e]{1,200}$/;
/** Cookie that keeps a browser with one version. */
const KEY_COOKIE = /(?:^|;\s*)modelyard-key=([^;]{1,200})/;

/** Headers of a request for a replica: the client's without those of its connection, then ours. */
export function requestHeaders(from: IncomingHttpHeaders, id: string, role: string): Record<string, string | string[]> {
  const named = namedByConnection(from.connection);
  const headers: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(from)) {
    if (value !== undefined && !HOP_BY_HOP.has(name) && !named.has(name)) headers[name] = value;
  }
  headers["x-request-id"] = id;
  headers["x-modelyard-role"] = role;
  return headers;
}

/** Headers of an answer for the client. */
export function answerHeaders(
  from: Readonly<Record<string, string | string[] | undefined>>,
  ours: Readonly<Record<string, string>>,
): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(from)) {
    if (value !== undefined && (!HOP_BY_HOP.has(name) || name === "content-length")) headers[name] = value;
  }
  return Object.assign(headers, ours);
}

/** The client's request id when it is 1 to 200 printable characters. */
export function requestIdOf(headers: IncomingHttpHeaders): string | undefined {
  const id = headers["x-request-id"];
  return typeof id === "string" && REQUEST_ID.test(id) ? id : undefined;
}

/** What keeps a client with one version: header `x-modelyard-key`, else the cookie `modelyard-key`, else undefined. */
export function stickyKeyOf(headers: IncomingHttpHeaders): string | undefined {
  const key = headers["x-modelyard-key"];
  if (typeof key === "string" && key !== "") return key;
  return KEY_COOKIE.exec(headers.cookie ?? "")?.[1];
}

function namedByConnection(connection: string | undefined): ReadonlySet<string> {
  return new Set(connection?.split(",").map((name) => name.trim().toLowerCase()));
}
