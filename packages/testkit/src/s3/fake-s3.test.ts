import assert from "node:assert/strict";
import { test } from "node:test";
import { startFakeS3 } from "./fake-s3.ts";

async function codeOf(url: string, init: RequestInit = {}): Promise<[number, string | undefined]> {
  const answer = await fetch(url, init);
  return [answer.status, /<Code>(\w+)<\/Code>/.exec(await answer.text())?.[1]];
}

test("who does not sign, signs as another or at another time gets nothing and changes nothing", async () => {
  await using server = await startFakeS3();
  const signed = (id: string, stamp: string): RequestInit => ({
    method: "PUT",
    body: "x",
    headers: {
      authorization: `AWS4-HMAC-SHA256 Credential=${id}/${stamp.slice(0, 8)}/us-east-1/s3/aws4_request, SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature=${"0".repeat(64)}`,
      "x-amz-date": stamp,
      "x-amz-content-sha256": "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881",
    },
  });
  const now = new Date().toISOString().replace(/[-:]|\.\d+/g, "");
  const key = `${server.url}/yard/k`;
  assert.deepEqual(await codeOf(key, { method: "PUT", body: "x" }), [403, "AccessDenied"]);
  assert.deepEqual(await codeOf(key, signed("SOMEBODY", now)), [403, "InvalidAccessKeyId"]);
  assert.deepEqual(await codeOf(key, signed("AKIDFAKE", "20200101T000000Z")), [403, "RequestTimeTooSkewed"]);
  assert.deepEqual(await codeOf(key, signed("AKIDFAKE", now)), [403, "SignatureDoesNotMatch"]);
  assert.deepEqual(await codeOf(key, { ...signed("AKIDFAKE", now), body: "y" }), [400, "XAmzContentSHA256Mismatch"]);
  assert.deepEqual(server.keysOf("yard"), []);
});

test("what it does not know it says so of", async () => {
  await using server = await startFakeS3();
  for (const [path, method] of [
    ["/yard?versioning", "GET"],
    ["/yard/k?tagging", "PATCH"],
    ["/yard/k", "POST"],
    ["/", "GET"],
  ] as const)
    assert.deepEqual(await codeOf(`${server.url}${path}`, { method }), [501, "NotImplemented"], path);
});
