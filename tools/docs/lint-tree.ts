// node tools/docs/lint-tree.ts <directory>: writes every workflow, action and YAML block of the tree into two trees, `as-written` for zizmor and
// `local-actions` for actionlint (which knows the inputs of local actions alone). Exits with 1 when a block is no YAML or no modelyard.yml.
import { copyFileSync, existsSync, globSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { root } from "../steps.ts";
import { classifyYaml } from "./classify-yaml.ts";
import { codeBlocks } from "./code-blocks.ts";

const DOCS = ["*.md", "docs/**/*.md", "actions/*/README.md", "examples/**/*.md", "packages/*/README.md"];
const WORKFLOWS = [".github/workflows/*.yml", "examples/*/.github/workflows/*.yml", "docs/**/workflows/*.yml"];
/** How the docs name our actions; actionlint is shown the same action beside it. */
const OURS = /modelyard\/modelyard\/actions\/([a-z-]+)@[^\s]+/g;

const target = process.argv[2];
if (target === undefined) throw new Error("usage: node tools/docs/lint-tree.ts <directory>");
const problems: string[] = [];
let workflows = 0;
let blocks = 0;

const files = (patterns: readonly string[]): string[] =>
  globSync(patterns, { cwd: root, exclude: (path) => path.includes("node_modules") }).sort();
for (const path of files(WORKFLOWS))
  writeWorkflow(path.replace(/^\.github\/workflows\//, "").replace(/[/\\]/g, "__"), readFileSync(join(root, path), "utf8"));
for (const path of files(DOCS)) {
  for (const block of codeBlocks(readFileSync(join(root, path), "utf8"))) {
    if (block.language !== "yaml" && block.language !== "yml") continue;
    blocks++;
    const where = `${path}:${block.line}`;
    const classified = classifyYaml(block.text, where);
    if (classified.kind === "wrong") problems.push(`${where}: ${classified.problem}`);
    if (classified.kind === "workflow") writeWorkflow(`${path.replace(/[/\\]/g, "__")}-line-${block.line}.yml`, classified.text);
    if (classified.kind === "action")
      write(join(target, "as-written", "blocks", `${path.replace(/[/\\]/g, "__")}-line-${block.line}`, "action.yml"), classified.text);
  }
}
for (const name of readdirSync(join(root, "actions"))) copyAction(name);
for (const tree of ["as-written", "local-actions"]) copyConfigs(join(target, tree));
for (const problem of problems) process.stderr.write(`${problem}\n`);
process.stdout.write(`${workflows} workflows, ${blocks} YAML blocks, ${problems.length} problems\n`);
process.exitCode = problems.length === 0 ? 0 : 1;

function writeWorkflow(name: string, text: string): void {
  workflows++;
  write(join(target!, "as-written/.github/workflows", name), text);
  write(join(target!, "local-actions/.github/workflows", name), text.replace(OURS, "./actions/$1"));
}

function copyAction(name: string): void {
  const source = join(root, "actions", name, "action.yml");
  if (!existsSync(source)) return;
  write(join(target!, "as-written/actions", name, "action.yml"), readFileSync(source, "utf8"));
  write(join(target!, "local-actions/actions", name, "action.yml"), readFileSync(source, "utf8"));
  // actionlint says that a local action's main file is missing: it is built at the release.
  write(join(target!, "local-actions/actions", name, "dist/index.cjs"), "");
  write(
    join(target!, "local-actions/.github/workflows", `action-${name}.yml`),
    `name: ${name}\non: workflow_dispatch\npermissions: {}\njobs:\n  example:\n    runs-on: ubuntu-24.04\n    steps:\n      - uses: ./actions/${name}\n`,
  );
}

function copyConfigs(tree: string): void {
  // A .git directory is how actionlint finds the root of a project.
  mkdirSync(join(tree, ".git"), { recursive: true });
  for (const name of ["actionlint.yaml", "zizmor.yml"]) {
    const source = join(root, ".github", name);
    if (!existsSync(source)) continue;
    mkdirSync(join(tree, ".github"), { recursive: true });
    copyFileSync(source, join(tree, ".github", basename(source)));
  }
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
