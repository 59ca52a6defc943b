import assert from "node:assert/strict";
import { test } from "node:test";
import { hasCode } from "@modelyard/base";
import { endpointRefused, guardedLookup } from "./denied-addresses.ts";
import { s3Error } from "./s3-errors.ts";

const resolve = (host: string, all: boolean): Promise<unknown> =>
  new Promise((done, failed) => guardedLookup(host, { all }, (error, address) => (error ? failed(error) : done(address))));
const doing = { text: "reading k in s3://b", bucket: "b", resource: "b/*", permissions: ["s3:GetObject"] } as const;

test("what a name resolves to is judged when the socket is opened (trust S8)", async () => {
  for (const all of [true, false])
    for (const host of ["169.254.169.254", "fe80::1", "::ffff:169.254.169.254"])
      await assert.rejects(resolve(host, all), (error) => hasCode(s3Error(error, doing), "YARD_ENDPOINT_REFUSED"), host);
  assert.equal(await resolve("127.0.0.1", false), "127.0.0.1");
  assert.deepEqual(await resolve("127.0.0.1", true), [{ address: "127.0.0.1", family: 4 }]);
});

test("an error of ours that comes back through the library is found again; strangers stay as they are", () => {
  const ours = endpointRefused("h");
  assert.equal(s3Error(new Error("a", { cause: new Error("b", { cause: ours }) }), doing), ours);
  const bug = new TypeError("x is not a function");
  assert.equal(s3Error(bug, doing), bug);
  assert.equal(s3Error("text", doing), "text");
});
