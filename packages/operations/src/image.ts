import { rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { type Digest, formatBytes, userError } from "@modelyard/base";
import { canonicalJson } from "@modelyard/content";
import type { ModelVersion } from "@modelyard/lineage";
import { type BaseImage, buildImage, checkImage, type LayerPlan, loadBase, OciLayout, parseTag, type TarFile } from "@modelyard/oci";
import { attach, resolveModelVersion } from "@modelyard/registry";
import { bytesSource, type Yard } from "@modelyard/store";
import type { Context } from "./context.ts";
import { IN_IMAGE, nodeLayer, runtimeLayer, serverLayer } from "./image/runtime-files.ts";
import { openContextYard, type YardInputs } from "./open-yard.ts";
import { requireVersion } from "./require-name.ts";

/** An unprivileged user that distroless images use too. */
const USER = "65532:65532";
const PORT = 8080;

export interface ImageInputs extends YardInputs {
  readonly name?: string | undefined;
  readonly version: string;
  /** `scratch`, an OCI layout (`DIR` or `DIR:TAG`), or a tar of a layout or root file system. */
  readonly base: string;
  /** Directory of the OCI layout to write. */
  readonly output: string;
  readonly tag?: string | undefined;
  /** Linux node binary to put into the image; this process's own by default. */
  readonly node?: string | undefined;
  readonly dryRun?: boolean | undefined;
}

export interface ImageOutputs {
  /** `DIR:TAG` of the layout. */
  readonly reference: string;
  readonly digest: string | undefined;
  /** Bytes of blobs that the layout did not hold before. */
  readonly bytesPushed: number;
  readonly size: number;
}

/**
 * Builds the image of the model server with one model version into an OCI layout, without Docker: base, Node.js, ONNX Runtime, server, model; one plain layer
 * each, so a changed model adds its own layer alone. The same inputs give the same digest.
 */
export async function image(inputs: ImageInputs, context: Context): Promise<ImageOutputs> {
  const yard = await openContextYard(inputs, context, { create: false });
  const { name, ref } = requireVersion(inputs.name, inputs.version, "model");
  const model = await resolveModelVersion(yard, name, ref);
  const tag = parseTag(inputs.tag ?? `${name}-${model.version}`);
  const directory = resolve(context.cwd, inputs.output);
  const reference = `${inputs.output}:${tag}`;
  const layout = new OciLayout(directory);
  const node = await nodeLayer(inputs.node === undefined ? process.execPath : resolve(context.cwd, inputs.node));
  const layers = [
    node.layer,
    await runtimeLayer(node.architecture, context.env),
    await serverLayer(context.env),
    await modelLayer(yard, model),
  ];
  for (const layer of layers) context.log.info(`${layer.comment}: ${layer.files.length} files, ${formatBytes(sizeOf(layer))}`);
  if (inputs.dryRun) return { reference, digest: undefined, bytesPushed: 0, size: layers.reduce((sum, layer) => sum + sizeOf(layer), 0) };

  const built = await inNewLayout(layout, async () => {
    const platform = { architecture: node.architecture, os: "linux" };
    const base = await loadBase(inputs.base === "scratch" ? "scratch" : resolve(context.cwd, inputs.base), layout, platform);
    requireGlibc(base, inputs.base, context);
    const image = await context.log.group(`Build ${reference}`, () => buildImage({ ...imagePlan(model), platform, base, layers }, layout));
    await layout.tag(tag, image.manifest);
    return image;
  });
  const checked = await checkImage(layout, tag);
  await attach(yard, name, model.version, { kind: "image", reference, digest: built.manifest.digest, size: built.size }, context);
  context.log.notice(
    `image of ${name}@${model.version}: ${reference} ${checked.digest}, ${checked.layers} layers, ${formatBytes(built.size)}, ${formatBytes(built.bytesAdded)} new`,
  );
  await context.summary(
    `### Image of \`${name}@${model.version}\`\n\n\`${reference}\`\n\n\`${checked.digest}\`: ${formatBytes(built.size)}, ${formatBytes(built.bytesAdded)} new\n`,
  );
  return { reference, digest: built.manifest.digest, bytesPushed: built.bytesAdded, size: built.size };
}

/** Makes the layout and works in it; a directory made for work that failed is taken away again. */
async function inNewLayout<T>(layout: OciLayout, work: () => Promise<T>): Promise<T> {
  const made = await layout.create();
  try {
    return await work();
  } catch (error) {
    if (made !== undefined) await rm(made, { recursive: true, force: true });
    throw error;
  }
}

function sizeOf(layer: LayerPlan): number {
  return layer.files.reduce((sum, file) => sum + file.source.size, 0);
}

/** The model as files; bytes come verified from the yard while the layer is written. */
async function modelLayer(yard: Yard, model: ModelVersion): Promise<LayerPlan> {
  const files: TarFile[] = [blobFile(yard, "model.onnx", model.model), blobFile(yard, "signature.json", model.signature)];
  if (model.golden !== null) files.push(blobFile(yard, "golden.json", model.golden));
  const identity = canonicalJson({ digest: model.digest, name: model.name, version: model.version });
  files.push({ path: join(IN_IMAGE.model, "version.json"), mode: 0o644, source: bytesSource(Buffer.from(identity)) });
  return { comment: `${model.name}@${model.version}`, files };
}

function blobFile(yard: Yard, name: string, blob: { digest: Digest; size: number }): TarFile {
  async function* open(): AsyncIterable<Uint8Array> {
    yield* await yard.blobs.read(blob.digest);
  }
  return { path: join(IN_IMAGE.model, name), mode: 0o644, source: { size: blob.size, open } };
}

function imagePlan(model: ModelVersion) {
  const file = (name: string): string => `/${IN_IMAGE.model}/${name}`;
  return {
    entrypoint: [
      `/${IN_IMAGE.node}`,
      `/${IN_IMAGE.app}/serve.cjs`,
      "--path",
      file("model.onnx"),
      "--signature",
      file("signature.json"),
      "--name",
      model.name,
      "--version",
      String(model.version),
      "--host",
      "0.0.0.0",
      "--port",
      String(PORT),
    ],
    env: ["PATH=/usr/local/bin:/usr/bin:/bin", "NODE_ENV=production"],
    user: USER,
    workingDirectory: `/${IN_IMAGE.app}`,
    port: PORT,
    labels: {
      "org.opencontainers.image.title": model.name,
      "org.opencontainers.image.version": String(model.version),
      "dev.modelyard.model.digest": model.digest,
    },
    annotations: model.commit === null ? {} : { "org.opencontainers.image.revision": model.commit },
  };
}

/** `scratch` is allowed with a word of warning: the layers may be meant for a volume; a base without glibc cannot ever work. */
function requireGlibc(base: BaseImage, given: string, context: Context): void {
  if (base.hasGlibc) return;
  if (given === "scratch") {
    context.log.warning(
      "base: scratch: the image needs glibc (libc6, libstdc++6, libgcc-s1) to start; give a `base` that has them, such as a layout of debian:stable-slim or distroless/cc",
    );
    return;
  }
  throw userError(
    "IMAGE_NO_GLIBC",
    `the base "${given}" has no glibc loader, so node cannot start in it`,
    "give a glibc base (Debian, Ubuntu, distroless/cc); Alpine's musl does not work",
  );
}
