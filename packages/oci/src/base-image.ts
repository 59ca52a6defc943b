import { createReadStream } from "node:fs";
import { mkdtemp, open, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { type Digest, messageOf, userError } from "@modelyard/base";
import { extract } from "tar-stream";
import { type Descriptor, type ImageConfig, imageConfigSchema, indexSchema, manifestSchema, type Platform } from "./document.ts";
import { decode, type Encoding, encodingOf, readLayer } from "./layer-reader.ts";
import { OciLayout } from "./layout.ts";
import { LAYER_ENCODING, MEDIA } from "./media-types.ts";

/** The dynamic loader that a glibc program of this architecture names; without it `node` cannot start. */
const LOADER: Readonly<Record<string, string>> = { amd64: "ld-linux-x86-64.so.2", arm64: "ld-linux-aarch64.so.1" };
const MAX_INDEX_DEPTH = 3;

/** Layers to build on, already stored in the target layout. */
export interface BaseImage {
  readonly layers: readonly Descriptor[];
  readonly config: ImageConfig | undefined;
  readonly diffIds: readonly Digest[];
  /** True when one of the layers holds the C library's loader. */
  readonly hasGlibc: boolean;
  readonly bytesAdded: number;
}

/** `scratch`: nothing below. */
export const scratch: BaseImage = { layers: [], config: undefined, diffIds: [], hasGlibc: false, bytesAdded: 0 };

/**
 * Copies a base into `target`: `scratch`, a directory with an OCI layout (`DIR` or `DIR:TAG`), a tar of such a layout, or a tar of a root file system (plain, gzip
 * or zstd), which becomes one layer. Every digest is checked. Throws OCI_BASE_MISSING, OCI_LAYOUT_INVALID, OCI_LAYER_INVALID.
 */
export async function loadBase(base: string, target: OciLayout, platform: Platform): Promise<BaseImage> {
  if (base === "scratch") return scratch;
  const { path, tag, isDirectory } = await locate(base);
  if (isDirectory) return copyLayout(new OciLayout(path), tag, target, platform);
  const encoding = await fileEncoding(path);
  const unpacked = await unpackLayoutTar(path, encoding, target.directory);
  if (unpacked === undefined) return addRootfs(path, encoding, target, platform);
  try {
    return await copyLayout(unpacked, tag, target, platform);
  } finally {
    await rm(unpacked.directory, { recursive: true, force: true });
  }
}

async function locate(base: string): Promise<{ path: string; tag: string | undefined; isDirectory: boolean }> {
  const whole = await stat(base).catch(() => undefined);
  if (whole) return { path: base, tag: undefined, isDirectory: whole.isDirectory() };
  const colon = base.lastIndexOf(":");
  const path = colon > 0 ? base.slice(0, colon) : base;
  const info = colon > 0 ? await stat(path).catch(() => undefined) : undefined;
  if (info) return { path, tag: base.slice(colon + 1), isDirectory: info.isDirectory() };
  throw userError(
    "OCI_BASE_MISSING",
    `the base "${base}" is neither a directory nor a file`,
    "give `scratch`, a directory with an OCI layout (DIR or DIR:TAG), or a tar of a layout or of a root file system",
  );
}

async function fileEncoding(path: string): Promise<Encoding> {
  const file = await open(path, "r");
  try {
    const head = new Uint8Array(4);
    await file.read(head, 0, 4, 0);
    return encodingOf(head);
  } finally {
    await file.close();
  }
}

/** Unpacks `oci-layout`, `index.json` and `blobs/sha256/*` of a tar beside the target; undefined when the tar is something else. Other entries are ignored. */
async function unpackLayoutTar(path: string, encoding: Encoding, beside: string): Promise<OciLayout | undefined> {
  const directory = await mkdtemp(join(beside, ".base-"));
  const layout = new OciLayout(directory);
  await layout.create();
  let isLayout = false;
  try {
    const reader = extract();
    const source = Readable.from(decode(createReadStream(path), encoding), { objectMode: false });
    source.on("error", (error) => reader.destroy(error));
    source.pipe(reader);
    for await (const entry of reader) {
      const name = entry.header.name.replace(/^\.\//, "");
      const blob = /^blobs\/sha256\/([0-9a-f]{64})$/.exec(name)?.[1];
      if (name === "oci-layout") isLayout = true;
      if (blob !== undefined || name === "index.json")
        await writeEntry(
          entry as unknown as AsyncIterable<Uint8Array>,
          blob === undefined ? join(directory, "index.json") : join(directory, "blobs", "sha256", blob),
        );
      else entry.resume();
    }
  } catch (cause) {
    await rm(directory, { recursive: true, force: true });
    throw userError(
      "OCI_LAYER_INVALID",
      `the base ${path} is not a tar archive: ${messageOf(cause)}`,
      "give a tar of an OCI layout or of a root file system",
      cause,
    );
  }
  if (isLayout) return layout;
  await rm(directory, { recursive: true, force: true });
  return undefined;
}

async function writeEntry(bytes: AsyncIterable<Uint8Array>, path: string): Promise<void> {
  const file = await open(path, "w");
  try {
    for await (const chunk of bytes) await file.writeFile(chunk);
  } finally {
    await file.close();
  }
}

async function copyLayout(source: OciLayout, tag: string | undefined, target: OciLayout, platform: Platform): Promise<BaseImage> {
  const manifest = await source.readDocument(
    await findManifest(source, await source.resolve(tag), platform, 0),
    manifestSchema,
    "the manifest",
  );
  const config = await source.readDocument(manifest.config, imageConfigSchema, "the image configuration");
  if (config.architecture !== platform.architecture || config.os !== platform.os) {
    throw userError(
      "OCI_BASE_PLATFORM",
      `the base is for ${config.os}/${config.architecture}, the image for ${platform.os}/${platform.architecture}`,
      "give a base of the same platform",
    );
  }
  if (config.rootfs.diff_ids.length !== manifest.layers.length)
    throw userError("OCI_LAYOUT_INVALID", "the base's configuration and manifest disagree on the number of layers", "make the base again");
  let bytesAdded = 0;
  let hasGlibc = false;
  const layers: Descriptor[] = [];
  for (const [i, layer] of manifest.layers.entries()) {
    const encoding = LAYER_ENCODING[layer.mediaType];
    if (encoding === undefined)
      throw userError(
        "OCI_LAYOUT_INVALID",
        `the base's layer ${layer.digest} has the media type "${layer.mediaType.slice(0, 100)}"`,
        "give a base whose layers are tar, tar+gzip or tar+zstd",
      );
    const stored = await target.putBlob(source.readBlob(layer.digest));
    if (stored.digest !== layer.digest)
      throw userError("OCI_LAYOUT_INVALID", `the base's layer ${layer.digest} does not match its digest`, "copy the base again");
    const contents = await readLayer(target.readBlob(layer.digest), encoding, `the base's layer ${layer.digest}`, (entry) => {
      hasGlibc ||= isLoader(entry.name, platform);
    });
    if (contents.diffId !== config.rootfs.diff_ids[i])
      throw userError("OCI_LAYOUT_INVALID", `the base's layer ${layer.digest} does not match its diff id`, "make the base again");
    if (stored.created) bytesAdded += stored.size;
    layers.push({ mediaType: layer.mediaType, digest: layer.digest, size: layer.size });
  }
  return { layers, config, diffIds: config.rootfs.diff_ids, hasGlibc, bytesAdded };
}

async function findManifest(source: OciLayout, descriptor: Descriptor, platform: Platform, depth: number): Promise<Descriptor> {
  if (descriptor.mediaType !== MEDIA.index && descriptor.mediaType !== "application/vnd.docker.distribution.manifest.list.v2+json")
    return descriptor;
  if (depth >= MAX_INDEX_DEPTH) throw userError("OCI_LAYOUT_INVALID", "the base's indexes are nested too deep", "give a plain image");
  const index = await source.readDocument(descriptor, indexSchema, "the index");
  const found = index.manifests.find(
    (entry) => entry.platform?.architecture === platform.architecture && entry.platform.os === platform.os,
  );
  if (!found)
    throw userError(
      "OCI_BASE_PLATFORM",
      `the base has no image for ${platform.os}/${platform.architecture}`,
      "give a base of that platform",
    );
  return findManifest(source, found, platform, depth + 1);
}

async function addRootfs(path: string, encoding: Encoding, target: OciLayout, platform: Platform): Promise<BaseImage> {
  let hasGlibc = false;
  const contents = await readLayer(createReadStream(path), encoding, `the base ${path}`, (entry) => {
    hasGlibc ||= isLoader(entry.name, platform);
  });
  const stored = await target.putBlob(createReadStream(path));
  const mediaType = encoding === "none" ? MEDIA.layer : encoding === "gzip" ? MEDIA.layerGzip : MEDIA.layerZstd;
  const layer = { mediaType, digest: stored.digest, size: stored.size };
  return { layers: [layer], config: undefined, diffIds: [contents.diffId], hasGlibc, bytesAdded: stored.created ? stored.size : 0 };
}

function isLoader(name: string, platform: Platform): boolean {
  const loader = LOADER[platform.architecture];
  return loader !== undefined && name.endsWith(`/${loader}`);
}
