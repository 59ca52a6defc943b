// Brings Node 24 and the locked dependencies, once, then runs a TypeScript file of this repository.
// Plain JavaScript for Node 20: it is the only file that runs before the set-up is done.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { constants } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const PNPM = "pnpm@10.34.9";
const NODE = "24.21.0";
export const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const cache = join(root, ".tools");

function fail(message, hint) {
  process.stderr.write(`modelyard: ${message}\n${hint ? `  next step: ${hint}\n` : ""}`);
  process.exit(1);
}

function npm(args, what) {
  const windows = process.platform === "win32";
  const result = spawnSync(windows ? "npm.cmd" : "npm", args, {
    cwd: root,
    shell: windows,
    stdio: ["ignore", 2, 2],
    env: { ...process.env, npm_config_update_notifier: "false", npm_config_fund: "false", npm_config_audit: "false" },
  });
  if (result.status !== 0)
    fail(
      `${what} failed (exit ${result.status ?? result.error?.message})`,
      "check that npm reaches its registry, then run the command again",
    );
}

/** Path of a Node >= 24.2: this process, or the npm package node-<platform>-<arch>, which needs no install script. */
export function ensureNode() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major > 24 || (major === 24 && minor >= 2)) return process.execPath;
  const platform = process.platform === "win32" ? "win" : process.platform;
  const name = `node-${platform}-${process.arch}`;
  const home = join(cache, `node-${NODE}`);
  const binary = join(home, "node_modules", name, "bin", platform === "win" ? "node.exe" : "node");
  if (existsSync(binary)) return binary;
  process.stderr.write(`modelyard: Node ${process.versions.node} is older than 24; fetching ${name}@${NODE} once\n`);
  const temporary = `${home}.${process.pid}`;
  mkdirSync(temporary, { recursive: true });
  writeFileSync(join(temporary, "package.json"), "{}\n");
  npm(
    ["install", "--prefix", temporary, "--no-save", "--no-package-lock", "--ignore-scripts", "--loglevel=error", `${name}@${NODE}`],
    "fetching Node 24",
  );
  try {
    renameSync(temporary, home);
  } catch {
    rmSync(temporary, { recursive: true, force: true });
  }
  if (!existsSync(binary))
    fail(`no Node 24 for ${process.platform} ${process.arch}`, "install Node 24 or later, then run the command again");
  return binary;
}

function installStamp() {
  const hash = createHash("sha256");
  for (const file of ["pnpm-lock.yaml", "pnpm-workspace.yaml", "package.json", "tools/bootstrap.mjs"])
    hash.update(readFileSync(join(root, file)));
  return hash.digest("hex");
}

/** Installs the locked dependencies when the lock file changed since the last time. */
export function ensureInstalled() {
  const stampFile = join(root, "node_modules", ".modelyard-stamp");
  const stamp = installStamp();
  if (existsSync(stampFile) && readFileSync(stampFile, "utf8") === stamp) return;
  process.stderr.write("modelyard: installing the locked dependencies (once per lock file)\n");
  npm(
    [
      "exec",
      "--yes",
      "--loglevel=error",
      `--package=${PNPM}`,
      "--",
      "pnpm",
      "install",
      "--frozen-lockfile",
      "--ignore-scripts",
      "--reporter=append-only",
      "--loglevel=warn",
    ],
    "pnpm install",
  );
  writeFileSync(stampFile, stamp);
}

/** Runs `file` under Node 24 with this process's streams; resolves to its exit code. */
export function run(node, file, args) {
  const child = spawn(node, ["--disable-warning=ExperimentalWarning", resolve(root, file), ...args], {
    stdio: "inherit",
    env: { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env.PATH ?? ""}` },
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  return new Promise((done) => {
    child.on("error", (error) => fail(`cannot start ${node}: ${error.message}`));
    child.on("exit", (code, signal) => done(code ?? 128 + (constants.signals[signal] ?? 0)));
  });
}

async function main([command, file, ...args]) {
  const node = ensureNode();
  ensureInstalled();
  if (command === "run") process.exitCode = await run(node, file, args);
  else process.stderr.write(`modelyard: ready (node ${node})\n`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) await main(process.argv.slice(2));
