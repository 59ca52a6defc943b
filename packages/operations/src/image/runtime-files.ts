import { existsSync, readdirSync, readFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { userError } from "@modelyard/base";
import type { LayerPlan, TarFile } from "@modelyard/oci";
import { findRuntime } from "@modelyard/onnx/runtime";
import { fileSource } from "@modelyard/store";

/** Where things lie inside the image. */
export const IN_IMAGE = { node: "usr/local/bin/node", app: "app", model: "model" } as const;

/** Environment variable that names the bundled server, for layouts of files that this release does not know. */
export const SERVE_BUNDLE_VARIABLE = "MODELYARD_SERVE_BUNDLE";

const ELF = [0x7f, 0x45, 0x4c, 0x46];
/** e_machine of the ELF header (System V ABI), by OCI architecture. */
const ELF_MACHINE: Readonly<Record<number, string>> = { 62: "amd64", 183: "arm64" };
const NODE_ARCHITECTURE: Readonly<Record<string, string>> = { amd64: "x64", arm64: "arm64" };

/** The Node binary of the image and the architecture that it was built for. Throws IMAGE_NODE_INVALID for what is no Linux program. */
export async function nodeLayer(path: string): Promise<{ layer: LayerPlan; architecture: string }> {
  const head = existsSync(path) ? await firstBytes(path) : Buffer.alloc(0);
  const architecture = ELF.every((byte, i) => head[i] === byte) ? ELF_MACHINE[head.readUInt16LE(18)] : undefined;
  if (architecture === undefined) {
    throw userError(
      "IMAGE_NODE_INVALID",
      `the node binary ${path} is no Linux program for x64 or arm64`,
      "build on Linux, or give the path of a Linux node binary in the input `node`",
    );
  }
  return { architecture, layer: { comment: "Node.js", files: [await fileIn(IN_IMAGE.node, path, 0o755)] } };
}

/** The native ONNX runtime of one architecture. Throws ONNX_RUNTIME_MISSING. */
export async function runtimeLayer(architecture: string, env: Readonly<Record<string, string | undefined>>): Promise<LayerPlan> {
  return { comment: "ONNX Runtime", files: await Promise.all(runtimeFiles(architecture, env)) };
}

/** The bundled server; a layer of its own, since a release changes it and nothing below. Throws IMAGE_SERVER_MISSING. */
export async function serverLayer(env: Readonly<Record<string, string | undefined>>): Promise<LayerPlan> {
  return { comment: "model server", files: [await fileIn(`${IN_IMAGE.app}/serve.cjs`, serveBundle(env), 0o644)] };
}

function serveBundle(env: Readonly<Record<string, string | undefined>>): string {
  const script = process.argv[1];
  const candidates = [env[SERVE_BUNDLE_VARIABLE], script && join(dirname(resolve(script)), "serve.cjs"), sourceBundle()];
  const found = candidates.find((path) => path !== undefined && path !== "" && existsSync(path));
  if (found) return found;
  throw userError(
    "IMAGE_SERVER_MISSING",
    "the bundled model server (serve.cjs) is not there",
    `run \`npm run build\`, or name the file in ${SERVE_BUNDLE_VARIABLE}`,
  );
}

function sourceBundle(): string | undefined {
  const source = import.meta.dirname as string | undefined;
  return source === undefined ? undefined : resolve(source, "../../../../dist/serve.cjs");
}

function runtimeFiles(architecture: string, env: Readonly<Record<string, string | undefined>>): Promise<TarFile>[] {
  const runtime = packageRoot(findRuntime(env), "onnxruntime-node");
  const native = join("bin", "napi-v6", "linux", NODE_ARCHITECTURE[architecture] ?? architecture);
  if (!existsSync(join(runtime, native))) {
    throw userError(
      "ONNX_RUNTIME_MISSING",
      `onnxruntime-node has no binding for linux ${architecture}`,
      "use a node binary for x64 or arm64",
    );
  }
  const common = packageRoot(createRequire(join(runtime, "package.json")).resolve("onnxruntime-common"), "onnxruntime-common");
  const modules = `${IN_IMAGE.app}/node_modules`;
  return [
    ...scripts(runtime, `${modules}/onnxruntime-node`),
    ...scripts(common, `${modules}/onnxruntime-common`),
    ...readdirSync(join(runtime, native))
      .filter((name) => name.endsWith(".node") || name.startsWith("libonnxruntime.so"))
      .map((name) => fileIn(`${modules}/onnxruntime-node/${native}/${name}`, join(runtime, native, name), 0o755)),
  ];
}

function packageRoot(entry: string, name: string): string {
  let directory = dirname(entry);
  while (
    !existsSync(join(directory, "package.json")) ||
    (JSON.parse(readFileSync(join(directory, "package.json"), "utf8")) as { name?: string }).name !== name
  ) {
    const parent = dirname(directory);
    if (parent === directory)
      throw userError("ONNX_RUNTIME_MISSING", `the package ${name} is damaged: ${entry} has no package.json above it`, "install it again");
    directory = parent;
  }
  return directory;
}

/** package.json and the CommonJS files that `require` reaches. */
function scripts(root: string, target: string): Promise<TarFile>[] {
  const dist = readdirSync(join(root, "dist"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(?:c?js|json)$/.test(entry.name) && !/\.min\.js$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .filter((path) => !path.startsWith(join("dist", "esm")));
  return ["package.json", ...dist].map((path) => fileIn(`${target}/${path}`, join(root, path), 0o644));
}

async function fileIn(path: string, source: string, mode: 0o644 | 0o755): Promise<TarFile> {
  return { path: path.replaceAll("\\", "/"), mode, source: await fileSource(source) };
}

async function firstBytes(path: string): Promise<Buffer> {
  const file = await open(path, "r");
  try {
    const head = Buffer.alloc(20);
    await file.read(head, 0, head.length, 0);
    return head;
  } finally {
    await file.close();
  }
}
