import assert from "node:assert/strict";
import { test } from "node:test";
import type { Metafile } from "esbuild";
import { budgetProblem } from "./budgets.ts";
import { contentProblems } from "./contents.ts";
import type { BundleEntry } from "./entries.ts";

const entry: BundleEntry = {
  name: "example",
  source: "actions/example/src/main.ts",
  output: "out.cjs",
  copies: [],
  usesGitHub: true,
  sharesS3: false,
};

function metafile(imports: Readonly<Record<string, readonly [path: string, kind: "import-statement" | "dynamic-import"][]>>): Metafile {
  const inputs = Object.fromEntries(
    Object.entries(imports).map(([path, list]) => [path, { bytes: 1, imports: list.map(([to, kind]) => ({ path: to, kind })) }]),
  );
  const carried = Object.fromEntries(Object.keys(imports).map((path) => [path, { bytesInOutput: 1 }]));
  return { inputs, outputs: { "out.cjs": { bytes: 1, inputs: carried, imports: [], exports: [] } } };
}

const problems = (imports: Parameters<typeof metafile>[0]): string[] =>
  contentProblems({ entry, code: new Uint8Array(), metafile: metafile(imports) });
const OCTOKIT = "node_modules/.pnpm/x/node_modules/@octokit/core/index.js";
const RUNTIME = "node_modules/.pnpm/x/node_modules/onnxruntime-node/dist/index.js";

test("Octokit behind a dynamic import is accepted, at the start it is not", () => {
  assert.deepEqual(problems({ [entry.source]: [["a.ts", "import-statement"]], "a.ts": [[OCTOKIT, "dynamic-import"]], [OCTOKIT]: [] }), []);
  assert.deepEqual(problems({ [entry.source]: [["a.ts", "import-statement"]], "a.ts": [[OCTOKIT, "import-statement"]], [OCTOKIT]: [] }), [
    `example runs ${OCTOKIT} at its start`,
  ]);
});

test("the native runtime is never inside a bundle", () => {
  assert.deepEqual(problems({ [entry.source]: [[RUNTIME, "dynamic-import"]], [RUNTIME]: [] }), [`example carries ${RUNTIME}`]);
});

test("the S3 client is in the shared file, in no action; a program that is one file carries it for later", () => {
  const client = "node_modules/.pnpm/x/node_modules/@aws-sdk/client-s3/dist-es/index.js";
  const inputs = metafile({ [entry.source]: [[client, "dynamic-import"]], [client]: [] });
  const of = (sharesS3: boolean): string[] => contentProblems({ entry: { ...entry, sharesS3 }, code: new Uint8Array(), metafile: inputs });
  assert.deepEqual(of(true), [`example carries ${client}`]);
  assert.deepEqual(of(false), []);
});

test("a bundle without a budget and one above it are problems that say what to do", () => {
  assert.equal(budgetProblem({ example: 100 }, "example", 100), undefined);
  assert.match(
    budgetProblem({ example: 100 }, "example", 101) ?? "",
    /above its budget of 100 B: find what it carries with `npm run build -- example --why`/,
  );
  assert.match(budgetProblem({}, "example", 100_000) ?? "", /add "example" with about 120000 to tools\/build\/budgets\.json/);
});
