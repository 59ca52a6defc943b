// npm run check: the static part of `npm test`.
import { staticSteps } from "./static-steps.ts";
import { runSteps } from "./steps.ts";

const results = await runSteps(staticSteps, (text) => process.stdout.write(text));
const failed = results.filter((result) => !result.passed).length;
process.stdout.write(`${results.length - failed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;
