// npm test [-- <path prefix>... --release --coverage]: the static checks, the bundles, then every test. With path prefixes, only the tests below them.
import { globSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { runTests, type Totals } from "./run-tests.ts";
import { staticSteps } from "./static-steps.ts";
import { nodeStep, root, runSteps } from "./steps.ts";

const PATTERNS = [
  "packages/*/src/**/*.test.ts",
  "actions/*/src/**/*.test.ts",
  "tools/**/*.test.ts",
  "test/**/*.test.ts",
  "bench/**/*.test.ts",
  "demo/**/*.test.ts",
  "examples/**/*.test.ts",
];
/** The release suite runs its random tests this many times as long. */
const RELEASE_SCALE = "10";

const options = process.argv.slice(2);
const prefixes = options.filter((option) => !option.startsWith("--"));
const files = globSync(PATTERNS, { cwd: root, exclude: (path) => path.includes("node_modules") })
  .filter((file) => prefixes.length === 0 || prefixes.some((prefix) => file.startsWith(prefix)))
  .sort();
if (options.includes("--release")) {
  process.env["MODELYARD_TEST_SCALE"] ??= RELEASE_SCALE;
  process.env["MODELYARD_TEST_SEED"] ??= "random";
}
const withCoverage = options.includes("--coverage") || (process.env["CI"] === "true" && prefixes.length === 0);

const totals: Totals[] = [];
if (prefixes.length === 0) {
  const steps = await runSteps(staticSteps, (text) => process.stdout.write(text));
  totals.push(...steps.map((step) => ({ passed: step.passed ? 1 : 0, failed: step.passed ? 0 : 1 })));
}
if (files.some((file) => file.startsWith("test/")) || prefixes.length === 0) {
  const [built] = await runSteps([nodeStep("bundles", join(root, "tools/build/main.ts"))], (text) => process.stdout.write(text));
  totals.push({ passed: built?.passed ? 1 : 0, failed: built?.passed ? 0 : 1 });
}
totals.push(
  files.length === 0 ? { passed: 0, failed: 1 } : await runTests(files, { withCoverage, concurrency: Math.min(4, availableParallelism()) }),
);
const passed = totals.reduce((sum, part) => sum + part.passed, 0);
const failed = totals.reduce((sum, part) => sum + part.failed, 0);
process.stdout.write(`\n${passed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
