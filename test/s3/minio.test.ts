// The S3 adapter against a real MinIO. MODELYARD_MINIO names its program; .ci/minio builds it and runs this.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";
import { hasCode, seededRandom, utf8 } from "@modelyard/base";
import { withRetry } from "@modelyard/store";
import { DeleteObjectCommand, S3Client } from "@modelyard/store/s3/sdk";
import { s3Store } from "@modelyard/store/s3-store";
import { systemClock } from "@modelyard/store/system-clock";
import { storeSuite } from "@modelyard/store/testing/store-suite";
import { root } from "../contract/testing/bundle-step.ts";
import { teamLoop } from "./testing/loop.ts";
import { type Minio, startMinio } from "./testing/minio.ts";

const binary = process.env["MODELYARD_MINIO"] || undefined;
const SCALE = Number(process.env["MODELYARD_TEST_SCALE"] ?? "1");
const RACES = 10 * SCALE;
const RACERS = 40;
const WRITERS = 8;
const COMMITS = 12;
const run = promisify(execFile);
const worker = join(root, "packages/store/src/testing/worker.ts");

if (binary === undefined) test("a real MinIO", { skip: "MODELYARD_MINIO does not name its program" }, () => undefined);
else describe("a real MinIO", () => onMinio(binary));

function onMinio(program: string): void {
  let minio: Minio;
  let opened = 0;
  const open = (prefix: string) => s3Store({ bucket: minio.bucket, prefix, env: minio.env });
  before(async () => {
    minio = await startMinio(program);
  });
  after(() => minio[Symbol.asyncDispose]());

  storeSuite("a prefix of a bucket", async () => ({ store: open(`suite/${++opened}`) }));

  test(`of ${RACERS} writers of one key exactly one wins, ${RACES} times, small and in parts (D3)`, async () => {
    const random = seededRandom(1);
    const store = withRetry(open("races"), { clock: systemClock, random });
    for (let race = 0; race < RACES; race++) {
      const bodies = Array.from({ length: RACERS }, (_, i) => utf8(`race ${race} writer ${i}`));
      const outcomes = await Promise.all(bodies.map((body) => store.putIfAbsent(`small/${race}`, body)));
      const winners = outcomes.flatMap(({ kind }, i) => (kind === "created" ? [i] : []));
      assert.equal(winners.length, 1, `race ${race}`);
      assert.deepEqual(await store.get(`small/${race}`), bodies[winners[0]!]);
    }
    const large = (fill: number) => new Uint8Array(18 * 1024 * 1024).fill(fill);
    const outcomes = await Promise.all([1, 2, 3, 4].map((fill) => store.putIfAbsent("large", large(fill))));
    assert.deepEqual(outcomes.map(({ kind }) => kind).sort(), ["created", "exists", "exists", "exists"]);
  });

  test(`${WRITERS} processes append ${COMMITS} records each: every number once, none lost (D3)`, async () => {
    const yard = `s3://${minio.bucket}/processes`;
    const args = [worker, "append", yard, String(COMMITS)];
    const outputs = await Promise.all(
      Array.from({ length: WRITERS }, () => run(process.execPath, args, { env: { ...minio.env, PATH: process.env["PATH"] } })),
    );
    const told = outputs.flatMap(({ stdout }) => JSON.parse(stdout) as string[]);
    const numbers = told.map((line) => Number(line.split(" ")[0])).sort((a, b) => a - b);
    assert.deepEqual(
      numbers,
      Array.from({ length: WRITERS * COMMITS }, (_, i) => i + 1),
    );
  });

  test("push, pull, record, register and a stage on a yard in a bucket", () => teamLoop(`s3://${minio.bucket}/team`, minio.env));

  test("a bucket that is not there and keys that are not accepted are named", async () => {
    const other = s3Store({ bucket: "no-such-bucket", prefix: "", env: minio.env });
    await assert.rejects(other.get("k"), (error) => hasCode(error, "STORE_BUCKET_MISSING"));
    await assert.rejects(other.putIfAbsent("k", utf8("x")), (error) => hasCode(error, "STORE_BUCKET_MISSING"));
    const refused = s3Store({ bucket: minio.bucket, prefix: "", env: { ...minio.env, AWS_SECRET_ACCESS_KEY: "another-secret" } });
    await assert.rejects(refused.get("k"), (error) => hasCode(error, "YARD_CREDENTIALS_REFUSED"));
  });

  // Why garbage collection must not lean on a conditional delete: a server that does not know it deletes all the same.
  test("MinIO ignores the condition of a delete", async () => {
    const store = open("delete");
    await store.putIfAbsent("k", utf8("x"));
    const credentials = { accessKeyId: minio.env["AWS_ACCESS_KEY_ID"]!, secretAccessKey: minio.env["AWS_SECRET_ACCESS_KEY"]! };
    const client = new S3Client({ endpoint: minio.url, region: "us-east-1", forcePathStyle: true, credentials });
    await client.send(new DeleteObjectCommand({ Bucket: minio.bucket, Key: "delete/k", IfMatch: '"0123456789abcdef0123456789abcdef"' }));
    assert.equal(await store.get("k"), undefined);
  });
}
