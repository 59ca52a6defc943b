// node tools/docs/run-blocks.ts: runs the shell blocks of README.md that `<!-- ci:run -->` stands above, each in a fresh shell at the root.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../steps.ts";
import { codeBlocks } from "./code-blocks.ts";

const MARK = "<!-- ci:run -->";
/** The longest is the demo's, which ends within two minutes. */
const LIMIT_MS = 600_000;

const blocks = codeBlocks(readFileSync(join(root, "README.md"), "utf8")).filter((block) => block.before === MARK);
let failed = 0;
for (const block of blocks) {
  process.stdout.write(`README.md:${block.line}\n${block.text.replace(/^/gm, "  ")}\n`);
  const result = spawnSync("bash", ["--noprofile", "--norc", "-euo", "pipefail", "-c", block.text], {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
    timeout: LIMIT_MS,
  });
  if (result.status !== 0) failed++;
}
process.stdout.write(`${blocks.length} blocks run, ${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;
