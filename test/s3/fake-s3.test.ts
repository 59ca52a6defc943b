import { s3Store } from "@modelyard/store/s3-store";
import { storeSuite } from "@modelyard/store/testing/store-suite";
import { startFakeS3 } from "@modelyard/testkit";

storeSuite("a bucket of the fake S3 server", async () => {
  const server = await startFakeS3();
  return { store: s3Store({ bucket: "yard", prefix: "", env: server.env }), close: () => server.close() };
});

storeSuite("a prefix of a bucket with small pages", async () => {
  const server = await startFakeS3({ pageSize: 7 });
  server.plant("yard", "team/", new Uint8Array(0));
  server.plant("yard", "team/yards/of a person.txt", new Uint8Array(3));
  server.plant("yard", "team/yardstick", new Uint8Array(3));
  return { store: s3Store({ bucket: "yard", prefix: "team/yard", env: server.env }), close: () => server.close() };
});
