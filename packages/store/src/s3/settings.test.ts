import assert from "node:assert/strict";
import { test } from "node:test";
import { hasCode } from "@modelyard/base";
import { s3Settings } from "./settings.ts";

test("the endpoint is the input's, then that of the variables; AWS without any", () => {
  const env = { AWS_ENDPOINT_URL: "https://general.example.org", AWS_ENDPOINT_URL_S3: "https://s3.example.org", AWS_REGION: "eu-west-1" };
  const hostOf = (settings: ReturnType<typeof s3Settings>): string | undefined => settings.endpoint?.host;
  assert.equal(hostOf(s3Settings(env, "http://127.0.0.1:9000")), "127.0.0.1:9000");
  assert.equal(hostOf(s3Settings(env)), "s3.example.org");
  assert.equal(hostOf(s3Settings({ ...env, AWS_ENDPOINT_URL_S3: "" })), "general.example.org");
  assert.deepEqual(s3Settings({}), { endpoint: undefined, region: undefined, pathStyle: false });
});

test("regions and path style", () => {
  const cases: [env: Record<string, string>, region: string | undefined, pathStyle: boolean][] = [
    [{ AWS_DEFAULT_REGION: "eu-central-1" }, "eu-central-1", false],
    [{ AWS_REGION: "a", AWS_DEFAULT_REGION: "b" }, "a", false],
    [{ AWS_ENDPOINT_URL: "http://localhost:9000" }, "us-east-1", true],
    [{ AWS_ENDPOINT_URL: "http://[::1]:9000" }, "us-east-1", true],
    [{ AWS_ENDPOINT_URL: "https://minio.example.org" }, "us-east-1", true],
    [{ AWS_ENDPOINT_URL: "https://oss.example.org", AWS_S3_FORCE_PATH_STYLE: "false" }, "us-east-1", false],
    [{ AWS_ENDPOINT_URL: "https://s3.eu-west-1.amazonaws.com" }, "us-east-1", false],
    [{ AWS_S3_FORCE_PATH_STYLE: "TRUE" }, undefined, true],
  ];
  for (const [env, region, pathStyle] of cases) {
    const settings = s3Settings(env);
    assert.deepEqual([settings.region, settings.pathStyle], [region, pathStyle], JSON.stringify(env));
  }
  assert.throws(
    () => s3Settings({ AWS_S3_FORCE_PATH_STYLE: "yes please" }),
    (error) => hasCode(error, "YARD_SETTING_INVALID"),
  );
});

test("what is no endpoint is refused without repeating it", () => {
  const canary = "hunter2";
  for (const text of [
    "minio",
    "ftp://host",
    "file:///etc/passwd",
    "unix:/run/x.sock",
    `https://user:${canary}@host`,
    `https://host?key=${canary}`,
    `https://host#${canary}`,
    "http://",
    "javascript:0",
  ])
    assert.throws(
      () => s3Settings({}, text),
      (error) => hasCode(error, "YARD_ENDPOINT_INVALID") && !String(error).includes(canary),
      text,
    );
});

test("link-local and metadata addresses are refused in every spelling (trust S8)", () => {
  const hosts = [
    "169.254.169.254",
    "169.254.169.254.",
    "2852039166",
    "0xa9fea9fe",
    "0251.0376.0251.0376",
    "0xa9.0xfe.0xa9.0xfe",
    "169.254.43518",
    "169.16689662",
    "[::ffff:169.254.169.254]",
    "[::ffff:a9fe:a9fe]",
    "[0:0:0:0:0:ffff:a9fe:a9fe]",
    "[fe80::1]",
    "[febf::1]",
    "[fd00:ec2::254]",
    "[fd00:0ec2:0:0::0254]",
    "[fd20:ce::254]",
    "100.100.100.200",
    "192.0.0.192",
    "169.254.170.2",
    "169.254.0.1",
    "0.0.0.0",
    "0",
    "0x0",
    "[::]",
    "１６９.254.169.254",
  ];
  for (const host of hosts)
    for (const scheme of ["http", "https"])
      assert.throws(
        () => s3Settings({}, `${scheme}://${host}:80/x`),
        (error) => hasCode(error, "YARD_ENDPOINT_REFUSED"),
        host,
      );
  for (const host of ["127.0.0.1", "10.0.0.1", "192.168.1.1", "172.16.0.1", "[::1]", "[fd12::1]", "169.253.1.1", "example.org"])
    assert.equal(s3Settings({}, `http://${host}`).endpoint?.protocol, "http:", host);
});
