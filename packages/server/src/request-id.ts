import type { IncomingMessage } from "node:http";
import { malformed } from "./http-problem.ts";
import { MAX_ID_LENGTH } from "./limits.ts";

/** Header that carries the id of a prediction; ground truth arrives later under the same id. */
export const ID_HEADER = "x-request-id";

const PRINTABLE = /^[\x20-\x7e]+$/;

/** The id in the header; undefined when there is none. Throws HttpProblem 400 for one that is too long or holds other than printable ASCII. */
export function headerId(request: IncomingMessage): string | undefined {
  const id = request.headers[ID_HEADER];
  if (id === undefined || id === "") return undefined;
  if (typeof id === "string" && id.length <= MAX_ID_LENGTH && PRINTABLE.test(id)) return id;
  throw malformed(`${ID_HEADER} must be ${MAX_ID_LENGTH} printable ASCII characters at most`);
}

/** An id as a header's value: a body may bring one that no header can hold, which is then percent-encoded. */
export function headerText(id: string): string {
  return PRINTABLE.test(id) ? id : encodeURIComponent(id);
}
