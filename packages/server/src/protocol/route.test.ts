import assert from "node:assert/strict";
import { test } from "node:test";
import { parseRoute } from "./route.ts";

const model = { model: "m", version: undefined };
const CASES: readonly (readonly [string, object | undefined])[] = [
  ["/v2", { kind: "server" }],
  ["/v2/", { kind: "server" }],
  ["/v2/health/live", { kind: "live" }],
  ["/v2/health/ready/?x=1", { kind: "ready" }],
  ["/metrics", { kind: "metrics" }],
  ["/v2/models/m", { kind: "model", ...model }],
  ["/v2/models/m/ready", { kind: "model-ready", ...model }],
  ["/v2/models/m/infer/", { kind: "infer", ...model }],
  ["/v2/models/m/versions/7/infer", { kind: "infer", model: "m", version: "7" }],
  ["/v2/models/m/versions/7", { kind: "model", model: "m", version: "7" }],
  ["/v2/models/a%2Fb", { kind: "model", model: "a/b", version: undefined }],
  ["/v2/models/versions/versions/1", { kind: "model", model: "versions", version: "1" }],
  ["/", undefined],
  ["//v2", undefined],
  ["/v2//", undefined],
  ["/v2/models", undefined],
  ["/v2/models/m/versions", undefined],
  ["/v2/models/m/versions/7/infer/x", undefined],
  ["/v2/models/m/predict", undefined],
  ["/v2/models/%", undefined],
  ["/__proto__", undefined],
];

for (const [path, route] of CASES)
  test(`${path} -> ${route === undefined ? "nothing" : JSON.stringify(route)}`, () => assert.deepEqual(parseRoute(path), route));
