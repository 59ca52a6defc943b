// npm run gen [-- --check]: inputs.gen.ts, README tables, the command line's commands and the JSON Schemas.
import { resolve } from "node:path";
import { applyDifferences, differences } from "./apply.ts";
import { planGeneration } from "./plan.ts";
import { publishedSchemas } from "./schemas.ts";

const root = resolve(import.meta.dirname, "../..");
const isCheck = process.argv.includes("--check");
const plan = planGeneration(root, publishedSchemas);
// An action with a problem keeps what was generated for it until the problem is solved.
const found = differences(root, plan).filter((difference) => isCheck || difference.kind !== "unexpected" || plan.problems.length === 0);
for (const problem of plan.problems) process.stderr.write(`gen: ${problem}\n`);
if (isCheck) for (const { path, kind } of found) process.stderr.write(`gen: ${path} is ${kind}: run \`npm run gen\`\n`);
else applyDifferences(root, plan, found);
const failed = plan.problems.length + (isCheck ? found.length : 0);
process.stdout.write(
  `gen: ${plan.files.size} files, ${found.length} ${isCheck ? "differ" : "written"}, ${plan.problems.length} problems\n`,
);
process.exitCode = failed === 0 ? 0 : 1;
