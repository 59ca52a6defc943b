#!/usr/bin/env node
// `npx modelyard` at the repository's root: the command line, under Node 24 with the locked dependencies.
import { ensureInstalled, ensureNode, run } from "../tools/bootstrap.mjs";

const node = ensureNode();
ensureInstalled();
process.exitCode = await run(node, "packages/cli/src/main.ts", process.argv.slice(2));
