import assert from "node:assert/strict";
import { test } from "node:test";
import { failureOfError, failureOfReply, type ReplyHeaders } from "./failure.ts";

const NOW = Date.parse("2026-01-01T00:00:00Z");
const date = "Thu, 01 Jan 2026 00:00:00 GMT";
const reply = (status: number, headers: ReplyHeaders, message = "") => failureOfReply({ status, headers, message }, NOW + 3_600_000);

test("limits are told from refusals, and waits are taken from the server's own clock", () => {
  const reset = (seconds: number): ReplyHeaders => ({
    date,
    "x-ratelimit-remaining": "0",
    "x-ratelimit-reset": String(NOW / 1000 + seconds),
  });
  const table: [number, ReplyHeaders, string, number | undefined][] = [
    [429, { date, "retry-after": "30" }, "", 30_000],
    [403, { date, "retry-after": "Thu, 01 Jan 2026 00:01:00 GMT" }, "", 60_000],
    [403, reset(90), "", 90_000],
    [403, reset(-90), "", 1_000],
    [403, { ...reset(90), "retry-after": "120" }, "", 120_000],
    [403, { date }, "You have exceeded a secondary rate limit", undefined],
    [429, { "retry-after": "soon" }, "", undefined],
  ];
  for (const [status, headers, message, waitMs] of table)
    assert.deepEqual({ ...reply(status, headers, message) }, { kind: "limited", status, message, waitMs });
});

test("other statuses", () => {
  assert.deepEqual(reply(403, { "x-accepted-github-permissions": "checks=write" }, "no"), {
    kind: "refused",
    status: 403,
    message: "no",
    acceptedPermissions: "checks=write",
  });
  assert.deepEqual(reply(503, {}, "x"), { kind: "transient", status: 503, message: "x", isUnsent: false });
  assert.deepEqual(reply(304, {}), { kind: "not-modified" });
});

test("only a connection that was never made is surely unsent", () => {
  const error = (code: string) => new TypeError("fetch failed", { cause: Object.assign(new Error(`connect ${code}`), { code }) });
  assert.deepEqual(failureOfError(error("ECONNREFUSED")), {
    kind: "transient",
    status: undefined,
    message: "connect ECONNREFUSED",
    isUnsent: true,
  });
  assert.equal((failureOfError(error("ECONNRESET")) as { isUnsent: boolean }).isUnsent, false);
});
