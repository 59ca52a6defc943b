// The command line as a process, on a machine that refuses: exit code 1 and never another, for what a person got wrong and for disks that are full or read-only.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { chmodSync, rmSync } from "node:fs";
import { after, test } from "node:test";
import { isolatedEnvironment, temporaryDirectory } from "@modelyard/testkit";
import { below } from "../adoption/testing/below.ts";
import { assertRefused, type Refusal, treeOf } from "./testing/expect-error.ts";
import { type Call, MAIN, modelyardProcess } from "./testing/modelyard.ts";
import { prepareTeam } from "./testing/team.ts";

const outer = await temporaryDirectory("modelyard-machine-");
after(() => outer.remove());
const home = below(outer, "home/repository");
await prepareTeam(home);

/** One of each kind of the tables in inputs.test.ts and yard-contents.test.ts, as a process. */
const CALLS: readonly (readonly [args: readonly string[], refusal: Refusal])[] = [
  [["dataset-push", "--nmae", "points"], { code: "INPUT_INVALID", says: /did you mean --name\?/, next: /--help/ }],
  [["dataset-pull", "--name", "points", "--yard", "gopher://x"], { code: "YARD_URL_INVALID", says: /gopher/, next: /file:\/\/\// }],
  [
    ["dataset-push", "--name", "points", "--path", "data", "--label-column", "lable"],
    { code: "DATASET_COLUMN_MISSING", says: /"lable"/, next: /a, b, label/ },
  ],
  [["dataset-push", "--name", "a\nb", "--path", "data"], { code: "NAME_INVALID", says: /"a\\nb"/, next: /letters/ }],
  [
    ["register", "--name", "points", "--model", "models/pickle.onnx"],
    { code: "MODEL_NOT_ONNX", says: /pickle\.onnx/, next: /never opened/ },
  ],
  [
    ["evaluate", "--predictions", "p/right.csv", "--baseline", "p/others.csv"],
    { code: "EVALUATE_IDS_DIFFER", says: /60 of/, next: /id-column/ },
  ],
  [["promote", "--name", "points", "--plan", "30,10"], { code: "PLAN_INVALID", says: /falls from 30 % to 10 %/, next: /shadow, 10/ }],
  [["report", "--comparison", "points.dataset.json"], { code: "DOCUMENT_INVALID", says: /kind/, next: /schemas/ }],
];

test("the process ends with 1, with nothing on standard output, and leaves every file as it was", async () => {
  const before = treeOf(outer.path);
  const calls = CALLS.map(([args]) => modelyardProcess(args, { cwd: home.path }));
  for (const [i, [args, refusal]] of CALLS.entries()) assertRefused(await calls[i]!, refusal, args.join(" "));
  assert.deepEqual(treeOf(outer.path), before);
});

/** The command line in a shell that may not write a file of more than this many KiB: what a full disk or a quota does. */
function limited(kib: number, args: readonly string[]): Promise<Call> {
  return finished([
    "bash",
    "-c",
    `ulimit -f ${kib}; exec "$@"`,
    "limited",
    process.execPath,
    "--disable-warning=ExperimentalWarning",
    MAIN,
    ...args,
  ]);
}

function finished(command: readonly string[], user?: number): Promise<Call> {
  const options = {
    cwd: home.path,
    // Node hands the folder of a coverage run on to its children; these may not write there.
    env: { ...isolatedEnvironment({ HOME: home.path }), NODE_V8_COVERAGE: "" },
    ...(user === undefined ? {} : { uid: user, gid: user }),
  };
  const child = spawn(command[0]!, command.slice(1), { ...options, stdio: ["ignore", "pipe", "pipe"] });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, stdout, stderr }));
  });
}

test("a full disk: nothing is half-written, and the same command succeeds when there is room", async () => {
  const rows = Array.from({ length: 20_000 }, (_, i) => `${i},${i * 7},${i % 2 === 0 ? "yes" : "no"}`);
  await home.write("large/rows.csv", `a,b,label\n${rows.join("\n")}\n`);
  const before = treeOf(outer.path);
  const full = { code: "STORE_FULL", says: /writing .* failed: no space is left/, next: /free space or raise the quota/ };
  const push = ["dataset-push", "--name", "large", "--path", "large"];
  assertRefused(await limited(64, push), full, "dataset-push");
  const tree = treeOf(outer.path);
  const added = Object.keys(tree).filter((path) => !(path in before) && !path.endsWith("/"));
  // What had room is whole and stays for the next attempt; no record names it, and no part of a file is left.
  for (const path of added) assert.match(path, new RegExp(`/\\.modelyard/blobs/sha256/../${tree[path]}$`), "something is half-written");
  const output = { code: "OUTPUT_NOT_WRITTEN", says: /results\/.* cannot be written: no space is left/, next: /free space/ };
  assertRefused(
    await limited(1, ["evaluate", "--predictions", "p/right.csv", "--baseline", "none", "--yard", "none", "--output", "results"]),
    output,
    "evaluate",
  );
  assert.deepEqual(
    Object.keys(treeOf(outer.path)).filter((path) => path.includes("/results/") && !path.endsWith("/")),
    [],
    "a document is half-written",
  );
  const again = await modelyardProcess([...push, "--json"], { cwd: home.path });
  assert.equal((JSON.parse(again.stdout) as { version: number }).version, 1, again.stderr);
  rmSync(home.at("large"), { recursive: true });
});

/** Somebody who owns nothing here; the superuser may write anywhere, so as one the tests step down. */
const NOBODY = 65_534;
const isRoot = process.getuid?.() === 0;

function canRunAsNobody(): boolean {
  if (!isRoot) return true;
  try {
    execFileSync(process.execPath, ["--disable-warning=ExperimentalWarning", MAIN, "--version"], {
      uid: NOBODY,
      gid: NOBODY,
      stdio: "ignore",
    });
    return true;
  } catch {
    // The checkout lies where others may not look, such as a home directory: then there is nobody to step down to.
    return false;
  }
}

test("a yard that may only be read: reading works, writing is one error and leaves no trace", {
  skip: canRunAsNobody() ? false : "no other user can read this checkout",
}, async () => {
  const run = (...args: string[]): Promise<Call> =>
    finished([process.execPath, "--disable-warning=ExperimentalWarning", MAIN, ...args], isRoot ? NOBODY : undefined);
  execFileSync("chmod", ["-R", "a+rX,a-w", outer.path]);
  try {
    const before = treeOf(outer.path);
    const dry = await run("dataset-pull", "--name", "points", "--dry-run");
    assert.equal(dry.code, 0, dry.stderr);
    const refused = { code: "STORE_FORBIDDEN", says: /writing .* failed: permission denied/, next: /read and write the yard's directory/ };
    for (const args of [
      ["dataset-push", "--name", "other", "--path", "data", "--pointer", "none"],
      ["register", "--name", "points", "--model", "out/model.onnx"],
      ["record", "--name", "points"],
    ])
      assertRefused(await run(...args), refused, args.join(" "));
    assertRefused(
      await run("dataset-pull", "--name", "points"),
      { code: "PULL_TARGET", says: /data\/points is not a directory that can be written/, next: /./ },
      "pull",
    );
    assert.deepEqual(treeOf(outer.path), before);
  } finally {
    execFileSync("chmod", ["-R", "u+w", outer.path]);
    chmodSync(outer.path, 0o700);
  }
});
