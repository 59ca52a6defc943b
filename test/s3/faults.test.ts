// What the S3 adapter says and does when the server, the network or the permissions fail.
import assert from "node:assert/strict";
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { inspect } from "node:util";
import { isModelyardError, type ModelyardError, seededRandom, utf8 } from "@modelyard/base";
import { type BlobSource, type BlobStore, withRetry } from "@modelyard/store";
import { s3Store } from "@modelyard/store/s3-store";
import { type FakeS3, type FakeS3Options, type S3Fault, type S3FaultPlan, startFakeS3 } from "@modelyard/testkit";

const LARGE = 20 * 1024 * 1024;
const KEYS = { accessKeyId: "AKIDCANARY", secretAccessKey: "canary/secret+key", sessionToken: "canary-session-token" };
const noPause = { sleep: async () => undefined };

function storeOf(server: FakeS3, more: { env?: Record<string, string>; bucket?: string; idleTimeoutMs?: number } = {}): BlobStore {
  const env = { ...server.env, ...more.env };
  return s3Store({
    bucket: more.bucket ?? "yard",
    prefix: "team",
    env,
    idleTimeoutMs: more.idleTimeoutMs,
    clock: noPause,
    random: seededRandom(1),
  });
}

function retrying(server: FakeS3): BlobStore {
  return withRetry(storeOf(server), { clock: noPause, random: seededRandom(1) });
}

function largeSource(): BlobSource {
  const piece = new Uint8Array(1024 * 1024).fill(7);
  return {
    size: LARGE,
    async *open() {
      for (let at = 0; at < LARGE; at += piece.length) yield piece;
    },
  };
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

async function failureOf(call: Promise<unknown>): Promise<ModelyardError> {
  const error = await call.then(
    () => assert.fail("it did not fail"),
    (thrown: unknown) => thrown,
  );
  assert.ok(isModelyardError(error), inspect(error));
  const everything = inspect(error, { depth: 9, showHidden: true });
  for (const secret of [KEYS.accessKeyId, KEYS.secretAccessKey, KEYS.sessionToken, "Signature="])
    assert.ok(!everything.includes(secret), `${error.code} tells ${secret}`);
  return error;
}

async function withServer(options: FakeS3Options, body: (server: FakeS3) => Promise<void>): Promise<void> {
  await using server = await startFakeS3({ keys: KEYS, ...options });
  await body(server);
}

const always =
  (fault: S3Fault): S3FaultPlan =>
  () =>
    fault;
/** The first request of this kind fails, later ones do not. */
function once(action: string, fault: S3Fault): S3FaultPlan {
  let left = 1;
  return (call) => (call.action === action && left-- > 0 ? fault : undefined);
}
const refuse = (status: number, code: string, retryAfterS?: number): S3Fault => ({
  kind: "refuse",
  status,
  code,
  ...(retryAfterS === undefined ? {} : { retryAfterS }),
});

test("each answer of a server has its code, its kind and whether it may pass", () =>
  withServer({}, async (server) => {
    const store = storeOf(server);
    const cases: [status: number, code: string, ours: string, retryable: boolean][] = [
      [503, "SlowDown", "STORE_BUSY", true],
      [503, "ServiceUnavailable", "STORE_BUSY", true],
      [429, "TooManyRequests", "STORE_BUSY", true],
      [500, "InternalError", "STORE_FAILED", true],
      [502, "BadGateway", "STORE_FAILED", true],
      [400, "RequestTimeout", "STORE_FAILED", true],
      [400, "InvalidRequest", "STORE_FAILED", false],
      [409, "ConditionalRequestConflict", "STORE_CONFLICT", true],
      [409, "OperationAborted", "STORE_CONFLICT", true],
      [403, "AccessDenied", "STORE_FORBIDDEN", false],
      [403, "InvalidAccessKeyId", "YARD_CREDENTIALS_REFUSED", false],
      [403, "SignatureDoesNotMatch", "YARD_CREDENTIALS_REFUSED", false],
      [400, "ExpiredToken", "YARD_CREDENTIALS_REFUSED", false],
      [403, "RequestTimeTooSkewed", "STORE_CLOCK_SKEW", true],
      [404, "NoSuchBucket", "STORE_BUCKET_MISSING", false],
      [301, "PermanentRedirect", "STORE_WRONG_REGION", false],
      [400, "AuthorizationHeaderMalformed", "STORE_WRONG_REGION", false],
      [501, "NotImplemented", "STORE_NOT_ATOMIC", false],
      [507, "XMinioStorageFull", "STORE_FULL", false],
    ];
    for (const [status, code, ours, retryable] of cases) {
      server.fail(always(refuse(status, code)));
      const error = await failureOf(store.putIfAbsent("k", utf8("x")));
      assert.deepEqual([error.code, error.retryable], [ours, retryable], `${status} ${code}`);
      assert.match(error.message, /writing k in s3:\/\/yard\/team/, code);
    }
  }));

test("the pause that the server asks for is handed on", () =>
  withServer({ faults: always(refuse(503, "SlowDown", 7)) }, async (server) => {
    const error = await failureOf(storeOf(server).get("k"));
    assert.equal(error.details["retryAfterMs"], 7_000);
    assert.equal(server.calls.length, 1, "the library does not try again by itself");
  }));

test("each lacking permission is named with its resource (trust S12)", async () => {
  const cases: [permission: string, resource: string, call: (store: BlobStore) => Promise<unknown>][] = [
    ["s3:GetObject", "yard/team/*", (store) => store.get("there")],
    ["s3:GetObject", "yard/team/*", (store) => store.head("there")],
    ["s3:ListBucket", "yard/team/*", (store) => store.get("missing")],
    ["s3:PutObject", "yard/team/*", (store) => store.putIfAbsent("k", utf8("x"))],
    ["s3:PutObject", "yard/team/*", (store) => store.putIfAbsent("k", largeSource())],
    ["s3:DeleteObject", "yard/team/*", (store) => store.delete("there")],
    ["s3:ListBucket", "on yard", (store) => collect(store.list(""))],
  ];
  for (const [permission, resource, call] of cases)
    await withServer({ denied: [permission] }, async (server) => {
      server.plant("yard", "team/there", utf8("x"));
      const error = await failureOf(call(storeOf(server)));
      assert.equal(error.code, "STORE_FORBIDDEN");
      assert.ok(error.message.includes(permission) && error.message.includes(resource), error.message);
    });
});

test("an upload in parts needs no right to abort; what it leaves is the lifecycle rule's", () =>
  withServer({ denied: ["s3:AbortMultipartUpload"] }, async (server) => {
    assert.deepEqual(await storeOf(server).putIfAbsent("large", largeSource()), { kind: "created" });
    server.fail(once("CompleteMultipartUpload", refuse(403, "AccessDenied")));
    assert.equal((await failureOf(storeOf(server).putIfAbsent("other", largeSource()))).code, "STORE_FORBIDDEN");
    assert.equal(server.unfinishedUploads("yard"), 1);
  }));

test("a missing bucket, refused keys, a clock that is off, no server, an unknown host", () =>
  withServer({}, async (server) => {
    assert.equal((await failureOf(storeOf(server, { bucket: "other" }).get("k"))).code, "STORE_BUCKET_MISSING");
    assert.equal((await failureOf(storeOf(server, { env: { AWS_SECRET_ACCESS_KEY: "wrong" } }).get("k"))).code, "YARD_CREDENTIALS_REFUSED");
    assert.equal((await failureOf(storeOf(server, { env: { AWS_SESSION_TOKEN: "" } }).get("k"))).code, "YARD_CREDENTIALS_REFUSED");
    assert.equal(
      (await failureOf(storeOf(server, { env: { AWS_ENDPOINT_URL_S3: "http://127.0.0.1:1" } }).get("k"))).code,
      "STORE_UNREACHABLE",
    );
    const unknown = await failureOf(storeOf(server, { env: { AWS_ENDPOINT_URL_S3: "http://nowhere.invalid" } }).get("k"));
    assert.ok(["STORE_UNREACHABLE", "STORE_FAILED"].includes(unknown.code), unknown.code);
    assert.equal(
      (await failureOf(storeOf(server, { env: { AWS_ENDPOINT_URL_S3: server.url.replace("http:", "https:") } }).get("k"))).kind,
      "user",
    );
  }));

test("a clock that is off is corrected from the answer", async () => {
  const ahead = 60 * 60 * 1000;
  await withServer({ now: () => Date.now() + ahead }, async (server) => {
    assert.equal((await failureOf(storeOf(server).get("k"))).code, "STORE_CLOCK_SKEW");
    assert.deepEqual(await retrying(server).putIfAbsent("k", utf8("x")), { kind: "created" });
  });
});

test("no credentials anywhere: what was looked for is told", () =>
  withServer({}, async (server) => {
    const keep = { ...process.env };
    Object.assign(process.env, {
      AWS_EC2_METADATA_DISABLED: "true",
      AWS_CONFIG_FILE: "/nonexistent",
      AWS_SHARED_CREDENTIALS_FILE: "/nonexistent",
    });
    for (const name of ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"]) delete process.env[name];
    try {
      const env = { AWS_ACCESS_KEY_ID: "", AWS_SECRET_ACCESS_KEY: "", AWS_SESSION_TOKEN: "" };
      const error = await failureOf(storeOf(server, { env }).get("k"));
      assert.equal(error.code, "YARD_CREDENTIALS_MISSING");
      assert.match(error.message, /s3:\/\/yard\/team.*AWS_WEB_IDENTITY_TOKEN_FILE not set.*metadata service/);
      assert.equal(server.calls.length, 0);
    } finally {
      process.env = keep;
    }
  }));

test("one fault of any kind at any request of a put, large or small, is got over, and no named upload is left", async () => {
  const faults: S3Fault[] = [
    refuse(503, "SlowDown"),
    refuse(500, "InternalError"),
    refuse(409, "ConditionalRequestConflict"),
    { kind: "reset" },
    { kind: "lost-reply" },
    { kind: "cut-body" },
    { kind: "error-in-200", code: "InternalError" },
  ];
  await withServer({}, async (server) => {
    let round = 0;
    for (const body of [utf8("small"), largeSource()]) {
      const size = body instanceof Uint8Array ? body.length : body.size;
      for (const fault of faults) {
        for (let at = 0; ; at++) {
          const key = `round/${++round}`;
          const first = server.calls.length;
          server.fail((call) =>
            call.index === first + at && (fault.kind !== "error-in-200" || call.action === "CompleteMultipartUpload") ? fault : undefined,
          );
          const outcome = await retrying(server).putIfAbsent(key, body);
          const made = server.calls.length - first;
          server.fail(undefined);
          // A reply that was lost after the effect makes the key look taken: by these very bytes.
          assert.ok(outcome.kind === "created" || fault.kind === "lost-reply" || fault.kind === "cut-body", `${fault.kind} at ${at}`);
          assert.equal((await storeOf(server).head(key))?.size, size);
          if (made <= at) break;
        }
      }
    }
    assert.ok(round > 60, `${round} rounds`);
    // An upload whose beginning was not answered has no name to remove it by: the lost and the cut reply of the large put.
    assert.equal(server.unfinishedUploads("yard"), 2);
  });
});

test("a 200 whose body is an error is an error", () =>
  withServer({}, async (server) => {
    server.fail(once("CompleteMultipartUpload", { kind: "error-in-200", code: "AccessDenied" }));
    assert.equal((await failureOf(storeOf(server).putIfAbsent("large", largeSource()))).code, "STORE_FORBIDDEN");
    assert.equal(await storeOf(server).head("large"), undefined);
    server.fail(once("CompleteMultipartUpload", { kind: "error-in-200", code: "PreconditionFailed" }));
    assert.deepEqual(await storeOf(server).putIfAbsent("large", largeSource()), { kind: "exists" });
    assert.equal(server.unfinishedUploads("yard"), 0);
  }));

test("of a taken key nothing large is sent, and a late loser removes its parts", () =>
  withServer({}, async (server) => {
    const store = storeOf(server);
    await store.putIfAbsent("large", largeSource());
    const before = server.calls.length;
    assert.deepEqual(await store.putIfAbsent("large", largeSource()), { kind: "exists" });
    assert.deepEqual(
      server.calls.slice(before).map(({ action }) => action),
      ["HeadObject"],
    );
    const outcomes = await Promise.all([1, 2, 3].map(() => store.putIfAbsent("race", largeSource())));
    assert.deepEqual(outcomes.map(({ kind }) => kind).sort(), ["created", "exists", "exists"]);
    assert.equal(server.unfinishedUploads("yard"), 0);
  }));

test("a source that breaks in the middle of its parts leaves no upload", () =>
  withServer({}, async (server) => {
    const reason = new Error("the disk broke");
    const source: BlobSource = {
      size: LARGE,
      async *open() {
        yield new Uint8Array(12 * 1024 * 1024);
        throw reason;
      },
    };
    await assert.rejects(storeOf(server).putIfAbsent("large", source), (error) => error === reason);
    assert.deepEqual([server.keysOf("yard"), server.unfinishedUploads("yard")], [[], 0]);
  }));

test("a body that is cut throws and is never taken for whole", () =>
  withServer({}, async (server) => {
    const bytes = new Uint8Array(300_000).map((_, i) => i % 251);
    await storeOf(server).putIfAbsent("k", bytes);
    server.fail(always({ kind: "cut-body" }));
    const cut = await failureOf(storeOf(server).get("k"));
    assert.ok(cut.retryable && ["STORE_CUT", "STORE_FAILED"].includes(cut.code), cut.code);
    const stream = await storeOf(server).read("k");
    assert.ok((await failureOf(collect(stream!))).retryable);
    let left = 2;
    server.fail(() => (left-- > 0 ? { kind: "cut-body" } : undefined));
    const parts = await collect((await retrying(server).read("k"))!);
    assert.ok(Buffer.concat(parts).equals(bytes));
  }));

test("a large body that breaks again and again goes on where it broke, and stops when the object became another", () =>
  withServer({}, async (server) => {
    const bytes = new Uint8Array(3_000_000).map((_, i) => (i * 31) % 253);
    const store = storeOf(server);
    await store.putIfAbsent("k", bytes);
    const first = server.calls.length;
    server.fail(({ index }) => (index < first + 8 ? { kind: "cut-body" } : undefined));
    assert.ok(Buffer.concat(await collect((await store.read("k"))!)).equals(bytes));
    assert.equal(server.calls.length - first, 9);
    server.fail(once("GetObject", { kind: "cut-body" }));
    const stream = (await store.read("k"))!;
    server.plant("yard", "team/k", new Uint8Array(3_000_000));
    assert.equal((await failureOf(collect(stream))).retryable, false);
  }));

test("a server that falls silent is given up", () =>
  withServer({ faults: always({ kind: "silence" }) }, async (server) => {
    const error = await failureOf(storeOf(server, { idleTimeoutMs: 200 }).get("k"));
    assert.ok(error.retryable, error.code);
  }));

test("a proxy of the environment is used, unless NO_PROXY leaves the server out", () =>
  withServer({}, async (server) => {
    const seen: string[] = [];
    const proxy = createServer((message, response) => {
      seen.push(message.url ?? "");
      const onward = request(message.url ?? "", { method: message.method, headers: message.headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      });
      message.pipe(onward);
    });
    await new Promise<void>((listening) => proxy.listen(0, "127.0.0.1", listening));
    try {
      const env = { HTTP_PROXY: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}` };
      assert.deepEqual(await storeOf(server, { env }).putIfAbsent("k", utf8("x")), { kind: "created" });
      assert.deepEqual(seen, [`${server.url}/yard/team/k?x-id=PutObject`]);
      assert.ok(await storeOf(server, { env: { ...env, NO_PROXY: "127.0.0.1" } }).get("k"));
      assert.equal(seen.length, 1);
    } finally {
      proxy.closeAllConnections();
      proxy.close();
    }
  }));
