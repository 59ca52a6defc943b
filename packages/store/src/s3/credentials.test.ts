import assert from "node:assert/strict";
import { test } from "node:test";
import { hasCode, isModelyardError } from "@modelyard/base";
import { credentialsMissing, environmentCredentials } from "./credentials.ts";

test("keys of the environment, and what leaves the search to the chain", () => {
  const pair = { AWS_ACCESS_KEY_ID: "id", AWS_SECRET_ACCESS_KEY: "secret" };
  assert.deepEqual(environmentCredentials(pair), { accessKeyId: "id", secretAccessKey: "secret" });
  assert.deepEqual(environmentCredentials({ ...pair, AWS_SESSION_TOKEN: "token" }), {
    accessKeyId: "id",
    secretAccessKey: "secret",
    sessionToken: "token",
  });
  for (const env of [{}, { AWS_ACCESS_KEY_ID: "", AWS_SECRET_ACCESS_KEY: "" }, { ...pair, AWS_PROFILE: "work" }])
    assert.equal(environmentCredentials(env), undefined);
});

test("half a pair is named, never shown", () => {
  for (const [env, missing] of [
    [{ AWS_ACCESS_KEY_ID: "AKIA-CANARY", AWS_SECRET_ACCESS_KEY: "" }, "AWS_SECRET_ACCESS_KEY is not"],
    [{ AWS_SECRET_ACCESS_KEY: "CANARY" }, "AWS_ACCESS_KEY_ID is not"],
  ] as const)
    assert.throws(
      () => environmentCredentials(env),
      (error) => hasCode(error, "YARD_CREDENTIALS_MISSING") && String(error).includes(missing) && !String(error).includes("CANARY"),
    );
});

test("what was looked for is listed with what is set", () => {
  const error = credentialsMissing({ AWS_ROLE_ARN: "arn:CANARY", AWS_PROFILE: "CANARY" }, "s3://b/p");
  assert.ok(isModelyardError(error));
  for (const part of [
    "s3://b/p",
    "AWS_ROLE_ARN set",
    "AWS_WEB_IDENTITY_TOKEN_FILE not set",
    "AWS_PROFILE set",
    "AWS_ACCESS_KEY_ID not set",
    "metadata service",
  ])
    assert.ok(error.message.includes(part), part);
  assert.ok(!JSON.stringify([error.message, error.hint]).includes("CANARY"));
});
