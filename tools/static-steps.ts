import { binStep, nodeStep, type Step } from "./steps.ts";

const CRUISED = ["packages", "actions", "tools", "bench", "demo", "test", "examples"];

/** Everything that can be said of the tree without running it. */
export const staticSteps: readonly Step[] = [
  nodeStep("generated files", "tools/gen/main.ts", "--check"),
  binStep("types", "tsc", "-p", "tsconfig.json"),
  binStep("types of pure packages", "tsc", "-p", "tsconfig.pure.json"),
  binStep("format and lint", "biome", "ci", "--colors=off", "--error-on-warnings", "."),
  binStep("dependency rules", "depcruise", ...CRUISED, "--config", ".dependency-cruiser.cjs", "--output-type", "err-long"),
  binStep("unused code and dependencies", "knip", "--no-config-hints"),
];
