import type { IncomingMessage } from "node:http";
import { malformed } from "./http-problem.ts";
import { MAX_ID_LENGTH } from "./limits.ts";

/** Header that carries the id of a prediction; ground truth arrives later under the same id. */
export const ID_HEADER = "x-request-id";

/** The id in the header; undefined when there is none. Throws HttpProblem 400 for one that is too long or holds other than printable ASCII. */
export function headerId(request: IncomingMessage): string | undefined {
  const id = request.headers[ID_HEADER];
  if (id === undefined || id === "") return undefined;
  if (typeof id === "string" && id.length <= MAX_ID_LENGTH && /^[\x20-\x7e]+$/.test(id)) return id;
  throw malformed(`${ID_HEADER} must be ${MAX_ID_LENGTH} printable ASCII characters at most`);
}
