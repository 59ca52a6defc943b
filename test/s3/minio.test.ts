import { after, before, describe } from "node:test";
import { s3Store } from "@modelyard/store/s3-store";
import { storeSuite } from "@modelyard/store/testing/store-suite";
import { type Minio, startMinio } from "./testing/minio.ts";

const binary = process.env["MODELYARD_MINIO"];

describe("a real MinIO", { skip: binary ? false : "MODELYARD_MINIO does not name its program" }, () => {
  let minio: Minio;
  let opened = 0;
  before(async () => {
    minio = await startMinio(binary!);
  });
  after(() => minio[Symbol.asyncDispose]());

  storeSuite("a prefix of a bucket", async () => ({
    store: s3Store({ bucket: minio.bucket, prefix: `suite/${++opened}`, env: minio.env }),
  }));
});
