import { createHash } from "node:crypto";
import { type Digest, digestOfHex, userError } from "@modelyard/base";
import { type Descriptor, imageConfigSchema, manifestSchema } from "./document.ts";
import { readLayer } from "./layer-reader.ts";
import type { OciLayout } from "./layout.ts";
import { LAYER_ENCODING } from "./media-types.ts";

/** Reads every blob of an image again and compares digests, sizes and diff ids. Throws OCI_LAYOUT_INVALID or OCI_LAYER_INVALID. */
export async function checkImage(layout: OciLayout, tag: string): Promise<{ readonly digest: Digest; readonly layers: number }> {
  const descriptor = await layout.resolve(tag);
  const manifest = await layout.readDocument(descriptor, manifestSchema, "the manifest");
  const config = await layout.readDocument(manifest.config, imageConfigSchema, "the image configuration");
  const wrong = (problem: string): Error =>
    userError("OCI_LAYOUT_INVALID", `the image ${tag} in ${layout.directory}: ${problem}`, "build it again");
  if (config.rootfs.diff_ids.length !== manifest.layers.length) throw wrong("configuration and manifest disagree on the number of layers");
  for (const [i, layer] of manifest.layers.entries()) {
    const encoding = LAYER_ENCODING[layer.mediaType];
    if (encoding === undefined) throw wrong(`unknown media type ${layer.mediaType}`);
    await checkBlob(layout, layer, wrong);
    const { diffId } = await readLayer(layout.readBlob(layer.digest), encoding, `layer ${layer.digest}`);
    if (diffId !== config.rootfs.diff_ids[i]) throw wrong(`layer ${layer.digest} does not match its diff id`);
  }
  return { digest: descriptor.digest, layers: manifest.layers.length };
}

async function checkBlob(layout: OciLayout, layer: Descriptor, wrong: (problem: string) => Error): Promise<void> {
  const hash = createHash("sha256");
  let size = 0;
  for await (const chunk of layout.readBlob(layer.digest)) {
    hash.update(chunk);
    size += chunk.length;
  }
  if (size !== layer.size || digestOfHex(hash.digest("hex")) !== layer.digest)
    throw wrong(`layer ${layer.digest} does not match its digest`);
}
