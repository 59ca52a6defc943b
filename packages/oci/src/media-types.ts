/** Media types of the OCI image specification 1.1 (image-spec, media-types.md). */
export const MEDIA = {
  index: "application/vnd.oci.image.index.v1+json",
  manifest: "application/vnd.oci.image.manifest.v1+json",
  config: "application/vnd.oci.image.config.v1+json",
  layer: "application/vnd.oci.image.layer.v1.tar",
  layerGzip: "application/vnd.oci.image.layer.v1.tar+gzip",
  layerZstd: "application/vnd.oci.image.layer.v1.tar+zstd",
} as const;

/** How a layer is stored, by its media type; Docker's own names of the same formats are accepted in a base. */
export const LAYER_ENCODING: Readonly<Record<string, "none" | "gzip" | "zstd">> = {
  [MEDIA.layer]: "none",
  [MEDIA.layerGzip]: "gzip",
  [MEDIA.layerZstd]: "zstd",
  "application/vnd.docker.image.rootfs.diff.tar": "none",
  "application/vnd.docker.image.rootfs.diff.tar.gzip": "gzip",
};
