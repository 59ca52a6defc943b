import assert from "node:assert/strict";
import { test } from "node:test";
import { isModelyardError } from "@modelyard/base";
import { parseServeArguments } from "./arguments.ts";

test("a model of the yard, with every default", () => {
  assert.deepEqual(parseServeArguments(["--model", "digits@production"]), {
    models: [{ kind: "yard", name: "digits", version: { kind: "alias", alias: "production" } }],
    port: 8080,
    host: "127.0.0.1",
    role: "stable",
    trustRole: "loopback",
    yard: undefined,
    predictionLog: "yard",
    sampling: 1,
    batchWindowMs: undefined,
    maxBatchRows: undefined,
    drainMs: 0,
    graceMs: 10_000,
    isolate: false,
  });
});

test("a file brings its name, and its signature lies beside it", () => {
  const { models, predictionLog } = parseServeArguments(["--path", "out/digits.onnx"]);
  assert.deepEqual(models, [
    { kind: "files", name: "digits", version: 1, path: "out/digits.onnx", signature: "out/signature.json", golden: undefined },
  ]);
  assert.equal(predictionLog, "none");
});

test("every option is read", () => {
  const args =
    "--path m.onnx --name a --version 7 --signature s.json --golden g.json --port 0 --host 0.0.0.0 --role shadow --trust-role always";
  const more = "--prediction-log p.jsonl --sampling .5 --batch-window 5ms --max-batch 64 --drain 2s --grace 1m --isolate --yard y";
  const parsed = parseServeArguments(`${args} ${more}`.split(" "));
  assert.deepEqual(parsed.models, [{ kind: "files", name: "a", version: 7, path: "m.onnx", signature: "s.json", golden: "g.json" }]);
  const { models: _, ...rest } = parsed;
  assert.deepEqual(rest, {
    port: 0,
    host: "0.0.0.0",
    role: "shadow",
    trustRole: "always",
    yard: "y",
    predictionLog: "p.jsonl",
    sampling: 0.5,
    batchWindowMs: 5,
    maxBatchRows: 64,
    drainMs: 2_000,
    graceMs: 60_000,
    isolate: true,
  });
});

const BAD: readonly (readonly [string, RegExp])[] = [
  ["", /name the model/],
  ["--model", /argument missing/],
  ["--modle a", /Unknown option '--modle'/],
  ["--model a --port http", /--port is "http"; write a whole number from 0 to 65535/],
  ["--model a --port 65536", /--port/],
  ["--model a --sampling 2", /--sampling/],
  ["--model a --role king", /--role is "king"/],
  ["--model a --trust-role some", /--trust-role/],
  ["--model a --drain soon", /"soon" is not a duration/],
  ["--model a b", /Unexpected argument/],
  ["--model a@@", /not a version/],
  ["--path m.onnx --version 0", /--version/],
];

for (const [args, message] of BAD) {
  test(`"${args}" is refused in one sentence with a hint`, () => {
    assert.throws(
      () => parseServeArguments(args === "" ? [] : args.split(" ")),
      (error) => isModelyardError(error) && message.test(error.message) && error.hint !== undefined,
    );
  });
}
