import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { after, test } from "node:test";

const root = resolve(import.meta.dirname, "../..");
const config = join(root, ".dependency-cruiser.cjs");
const program = join(root, "node_modules/dependency-cruiser/bin/dependency-cruiser.mjs");
const rules = (createRequire(import.meta.url)(config) as { forbidden: { name: string; comment: string }[] }).forbidden;
const directory = mkdtempSync(join(tmpdir(), "modelyard-rules-"));
after(() => rmSync(directory, { recursive: true, force: true }));

const OUTSIDE = [
  "@actions/core",
  "@octokit/rest",
  "@aws-sdk/client-s3",
  "onnxruntime-node",
  "@kubernetes/client-node",
  "undici",
  "prom-client",
  "tar-stream",
  "yaml",
  "fast-check",
];
/** A package that each package with neighbours must not import. */
const FORBIDDEN_NEIGHBOUR = "packages/operations/src/index.ts";

function plant(path: string, text: string): void {
  mkdirSync(dirname(join(directory, path)), { recursive: true });
  writeFileSync(join(directory, path), text);
}

/** One file for each rule that breaks it, and the rule's name. */
function plantViolations(): Map<string, string> {
  const planted = new Map<string, string>();
  const violate = (rule: string, path: string, imported: string): void => {
    planted.set(rule, path);
    plant(path, imported);
  };
  for (const name of OUTSIDE) {
    plant(`node_modules/${name}/package.json`, JSON.stringify({ name, version: "1.0.0", main: "index.js" }));
    plant(`node_modules/${name}/index.js`, "module.exports = {};\n");
  }
  for (const file of [
    FORBIDDEN_NEIGHBOUR,
    "packages/action-kit/src/index.ts",
    "packages/drift/src/index.ts",
    "packages/store/src/index.ts",
    "packages/github/src/octokit.ts",
    "tools/gen.ts",
    "actions/train/src/main.ts",
  ])
    plant(file, "export const x = 1;\n");
  for (const { name } of rules) {
    const neighbour = /^neighbours-of-(.*)$/.exec(name)?.[1];
    if (neighbour !== undefined)
      violate(
        name,
        `packages/${neighbour}/src/neighbour.ts`,
        `import "../../${neighbour === "action-kit" || neighbour === "cli" ? "drift" : "operations"}/src/index.ts";\n`,
      );
  }
  violate("no-circular", "packages/base/src/one.ts", 'import { b } from "./two.ts";\nexport const a = b;\n');
  plant("packages/base/src/two.ts", 'import { a } from "./one.ts";\nexport const b = a;\n');
  violate("resolvable", "packages/base/src/lost.ts", 'import "./nowhere.ts";\n');
  violate("by-package-name", "packages/dataset/src/relative.ts", 'import "../../store/src/index.ts";\n');
  violate("pure-without-node", "packages/stats/src/impure.ts", 'import "node:fs";\n');
  violate("operations-stay-inside", "packages/operations/src/outside.ts", 'import "../../action-kit/src/index.ts";\n');
  violate("report-types-only", "packages/report/src/computes.ts", 'import { x } from "../../drift/src/index.ts";\nexport const y = x;\n');
  violate("actions-are-thin", "actions/image/src/thick.ts", 'import "../../../packages/store/src/index.ts";\n');
  violate("packages-below-the-tree", "packages/store/src/above.ts", 'import "../../../tools/gen.ts";\n');
  violate(
    "github-loaded-late",
    "packages/operations/src/early.ts",
    'import { x } from "../../github/src/octokit.ts";\nexport const y = x;\n',
  );
  violate("tests-stay-tests", "packages/store/src/tested.ts", 'import "fast-check";\n');
  const owned = {
    "actions-toolkit": "@actions/core",
    octokit: "@octokit/rest",
    "s3-client": "@aws-sdk/client-s3",
    "native-runtime": "onnxruntime-node",
    "kubernetes-client": "@kubernetes/client-node",
    "http-proxy": "undici",
    "metrics-client": "prom-client",
    archives: "tar-stream",
    yaml: "yaml",
  };
  for (const [rule, library] of Object.entries(owned))
    violate(`owner-of-${rule}`, `packages/dataset/src/${rule}.ts`, `import "${library}";\n`);
  return planted;
}

test("each rule says why", () => {
  for (const rule of rules) assert.match(rule.comment, /^[A-Z].{20,}\.$/s, rule.name);
});

test("each rule fires on a planted violation", () => {
  const planted = plantViolations();
  assert.deepEqual(
    rules.map((rule) => rule.name).filter((name) => !planted.has(name)),
    [],
    "a rule without a planted violation",
  );
  const result = spawnSync(process.execPath, [program, "packages", "actions", "tools", "--config", config, "--output-type", "json"], {
    cwd: directory,
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  const { summary } = JSON.parse(result.stdout) as { summary: { violations: { rule: { name: string }; from: string }[] } };
  const fired = new Set(summary.violations.map((violation) => `${violation.rule.name} ${violation.from}`));
  for (const [rule, path] of planted) assert.ok(fired.has(`${rule} ${path}`), `${rule} did not fire on ${path}`);
});

test("what the rules allow is let through: types in report, Octokit by a dynamic import, Node in tests", () => {
  plant("packages/report/src/fine.ts", 'import type { x } from "../../drift/src/index.ts";\nexport type Y = typeof x;\n');
  plant("packages/operations/src/late.ts", 'export const load = () => import("../../github/src/octokit.ts");\n');
  plant("packages/stats/src/fine.test.ts", 'import "node:fs";\n');
  const files = ["packages/report/src/fine.ts", "packages/operations/src/late.ts", "packages/stats/src/fine.test.ts"];
  const result = spawnSync(process.execPath, [program, ...files, "--config", config, "--output-type", "json"], {
    cwd: directory,
    encoding: "utf8",
  });
  const { summary } = JSON.parse(result.stdout) as { summary: { violations: { rule: { name: string }; from: string }[] } };
  const names = summary.violations.filter((violation) => files.includes(violation.from)).map((violation) => violation.rule.name);
  assert.deepEqual([...new Set(names)], ["by-package-name"]);
});
