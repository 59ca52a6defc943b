import type { Digest } from "@modelyard/base";
import type { BaseImage } from "./base-image.ts";
import type { Descriptor, ImageConfig, Manifest, Platform } from "./document.ts";
import type { OciLayout } from "./layout.ts";
import { MEDIA } from "./media-types.ts";
import { type TarFile, writeTar } from "./tar.ts";

/** Time of an image without SOURCE_DATE_EPOCH: zero, so that equal content gives an equal digest. */
const EPOCH = "1970-01-01T00:00:00Z";

/** One layer of ours: a comment for the image's history and its files. */
export interface LayerPlan {
  readonly comment: string;
  readonly files: readonly TarFile[];
}

export interface ImagePlan {
  readonly platform: Platform;
  readonly base: BaseImage;
  readonly layers: readonly LayerPlan[];
  readonly entrypoint: readonly string[];
  readonly env: readonly string[];
  readonly user: string;
  readonly workingDirectory: string;
  readonly port: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

export interface BuiltImage {
  readonly manifest: Descriptor;
  /** Bytes of blobs that the layout did not hold before. */
  readonly bytesAdded: number;
  /** Bytes of the whole image as stored. */
  readonly size: number;
}

/** Writes layers, configuration and manifest into the layout; naming it by a tag is the caller's last step. */
export async function buildImage(plan: ImagePlan, layout: OciLayout): Promise<BuiltImage> {
  let bytesAdded = plan.base.bytesAdded;
  const layers: Descriptor[] = [...plan.base.layers];
  const diffIds: Digest[] = [...plan.base.diffIds];
  for (const layer of plan.layers) {
    // Plain tar: weights do not compress, and the digest then depends on no compressor's version.
    const stored = await layout.putBlob(writeTar(layer.files));
    if (stored.created) bytesAdded += stored.size;
    layers.push({ mediaType: MEDIA.layer, digest: stored.digest, size: stored.size });
    diffIds.push(stored.digest);
  }
  const config = await layout.putDocument(MEDIA.config, imageConfig(plan, diffIds));
  const manifest: Manifest = {
    schemaVersion: 2,
    mediaType: MEDIA.manifest,
    config: bare(config),
    layers,
    annotations: { ...plan.annotations },
  };
  const stored = await layout.putDocument(MEDIA.manifest, manifest);
  for (const document of [config, stored]) if (document.created) bytesAdded += document.size;
  const size = layers.reduce((sum, layer) => sum + layer.size, config.size + stored.size);
  return { manifest: { ...bare(stored), platform: plan.platform }, bytesAdded, size };
}

function bare({ mediaType, digest, size }: Descriptor): Descriptor {
  return { mediaType, digest, size };
}

function imageConfig(plan: ImagePlan, diffIds: readonly Digest[]): ImageConfig {
  const below = plan.base.config;
  const baseHistory = below?.history ?? plan.base.layers.map(() => ({ created: EPOCH, created_by: "base root file system" }));
  return {
    created: EPOCH,
    architecture: plan.platform.architecture,
    os: plan.platform.os,
    config: {
      User: plan.user,
      Env: mergeEnv(below?.config?.Env ?? [], plan.env),
      Entrypoint: [...plan.entrypoint],
      WorkingDir: plan.workingDirectory,
      ExposedPorts: { [`${plan.port}/tcp`]: {} },
      Labels: { ...(below?.config?.Labels ?? {}), ...plan.labels },
      StopSignal: "SIGTERM",
    },
    rootfs: { type: "layers", diff_ids: [...diffIds] },
    history: [...baseHistory, ...plan.layers.map((layer) => ({ created: EPOCH, created_by: "modelyard image", comment: layer.comment }))],
  };
}

/** Later settings of a variable replace earlier ones; the order of first appearance stays. */
function mergeEnv(base: readonly string[], ours: readonly string[]): string[] {
  const variables = new Map<string, string>();
  for (const setting of [...base, ...ours]) variables.set(setting.split("=")[0]!, setting);
  return [...variables.values()];
}
