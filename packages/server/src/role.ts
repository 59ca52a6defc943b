import type { IncomingMessage } from "node:http";
import { roleSchema, type ServingRole } from "@modelyard/model";
import { malformed, quote } from "./http-problem.ts";

/** Header by which the gateway says whose traffic a request is. */
export const ROLE_HEADER = "x-modelyard-role";

/** Whose word on the role is taken: nobody's, that of processes on this machine (the gateway), or everybody's. */
export type RoleTrust = "never" | "loopback" | "always";

/** Role of a request: the header's when its sender is trusted, else the server's own. Throws HttpProblem 400 for a role that is none. */
export function requestRole(request: IncomingMessage, fallback: ServingRole, trust: RoleTrust): ServingRole {
  const given = request.headers[ROLE_HEADER];
  if (given === undefined || trust === "never" || (trust === "loopback" && !isLoopback(request.socket.remoteAddress))) return fallback;
  const role = roleSchema.safeParse(given);
  if (role.success) return role.data;
  throw malformed(`${ROLE_HEADER} is ${quote(given)}; write stable, canary or shadow`);
}

function isLoopback(address: string | undefined): boolean {
  return address !== undefined && (address === "::1" || /^(?:::ffff:)?127\./.test(address));
}
