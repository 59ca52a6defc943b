import type { IncomingMessage, ServerResponse } from "node:http";
import { answerGatewayHealth, refuse } from "./answers.ts";
import { forward } from "./forward.ts";
import { requestIdOf, stickyKeyOf } from "./headers.ts";
import { readBody } from "./read-body.ts";
import { chooseRole } from "./routes.ts";
import { type Serving, unavailable } from "./serving.ts";

/** Serves one client request: health of the gateway itself, everything else through a replica. Never rejects. */
export async function serveRequest(serving: Serving, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const id = requestIdOf(request.headers) ?? serving.newId();
  response.setHeader("x-request-id", id);
  const path = request.url ?? "";
  if (!path.startsWith("/")) return void refuse(response, 400, "the path has to start with /");
  if (answerGatewayHealth(serving.routes(), path, response)) return;
  serving.totals.requests++;
  const body = await readBody(request, serving.limits.maxBodyBytes);
  if (body.kind === "gone") return;
  if (body.kind === "too-large") return void refuse(response, 413, `the body is larger than ${serving.limits.maxBodyBytes} bytes`);
  const size = body.bytes?.length ?? 0;
  if (serving.heldBytes + size > serving.limits.maxHeldBytes) return void unavailable(serving, response, "too many large requests at once");
  // One table from here on: a change of weights never touches a request half way.
  const routes = serving.routes();
  const choice = chooseRole(routes, stickyKeyOf(request.headers) ?? id);
  if (choice === undefined) return void unavailable(serving, response, "no replica is ready");
  serving.heldBytes += size;
  response.once("close", () => {
    serving.heldBytes -= size;
  });
  forward(serving, { request, response, id, path, body: body.bytes, routes }, choice);
}
