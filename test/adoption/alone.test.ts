// Each action with none of the others: its directory alone, outside of this repository, runs from its bundle.
import assert from "node:assert/strict";
import { cpSync, existsSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { temporaryDirectory } from "@modelyard/testkit";
import { bundleOf, root, runBundle } from "../contract/testing/bundle-step.ts";
import { below } from "./testing/below.ts";
import { scenarios } from "./testing/scenarios.ts";

const actions = readdirSync(join(root, "actions")).filter((name) => existsSync(join(root, "actions", name, "action.yml")));
/** Where a team would have installed the native runtime. */
const RUNTIME = dirname(createRequire(join(root, "packages/onnx/package.json")).resolve("onnxruntime-node/package.json"));

test("every action has a scenario, and every scenario an action", () => assert.deepEqual(Object.keys(scenarios).sort(), actions.sort()));

/** Copies an action as the runner downloads it, without anything of the repository around it. */
function copyAlone(action: string, target: string): string {
  const source = dirname(dirname(bundleOf(action)));
  for (const part of ["action.yml", "dist"]) cpSync(join(source, part), join(target, part), { recursive: true });
  return join(target, "dist/index.cjs");
}

for (const [action, scenario] of Object.entries(scenarios)) {
  test(`${action} works alone`, async () => {
    await using home = await temporaryDirectory("modelyard-alone-");
    const bundle = copyAlone(action, home.at("action"));
    const work = below(home, "work");
    await home.write("work/.gitkeep", "");
    await scenario.prepare?.(work);
    const github = await scenario.github?.();
    const service = await scenario.service?.(work);
    try {
      const env = {
        ...(github && {
          GITHUB_API_URL: github.url,
          GITHUB_SERVER_URL: github.url,
          GITHUB_REPOSITORY: `${github.owner}/${github.repo}`,
          GITHUB_RUN_ID: "7",
          GITHUB_SHA: "0".repeat(40),
        }),
        ...(existsSync(work.at("event.json")) && { GITHUB_EVENT_PATH: work.at("event.json"), GITHUB_EVENT_NAME: "pull_request" }),
        ...(scenario.needsRuntime && { MODELYARD_ONNXRUNTIME: RUNTIME }),
      };
      const step = await runBundle(action, { home: home.path, inputs: scenario.inputs, env, bundle });
      assert.equal(step.code, 0, step.stdout + step.stderr);
      assert.deepEqual(
        step.commands.filter((name) => name === "error"),
        [],
      );
      assert.equal(step.commands.filter((name) => name === "group").length, step.commands.filter((name) => name === "endgroup").length);
      await scenario.check(step, work, github);
    } finally {
      await service?.[Symbol.asyncDispose]();
      await github?.[Symbol.asyncDispose]();
    }
  });
}
