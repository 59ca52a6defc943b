import { createHash, randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, open, readFile, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { type Digest, digestOfHex, hexOf, messageOf, userError } from "@modelyard/base";
import { canonicalJson, parseDocument } from "@modelyard/content";
import type { z } from "zod";
import { type Descriptor, type Index, indexSchema } from "./document.ts";
import { MEDIA } from "./media-types.ts";

/** Manifests, configurations and indexes are small; larger ones are refused before they are read (distribution-spec: 4 MiB at least must work). */
const MAX_DOCUMENT_BYTES = 8 * 1024 * 1024;
const TAG = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;
const REF_NAME = "org.opencontainers.image.ref.name";

/** A blob written or found: its descriptor without media type. */
export interface StoredBlob {
  readonly digest: Digest;
  readonly size: number;
  /** False when the layout held it before. */
  readonly created: boolean;
}

/** An OCI image layout in a directory (image-spec, image-layout.md). Blobs are written under a temporary name and renamed; `index.json` last. */
export class OciLayout {
  readonly directory: string;

  constructor(directory: string) {
    this.directory = directory;
  }

  blobPath(digest: Digest): string {
    return join(this.directory, "blobs", "sha256", hexOf(digest));
  }

  /** Makes the directory and its marker file; answers the first directory that was not there before. Throws OCI_WRITE_FAILED. */
  async create(): Promise<string | undefined> {
    const made = await mkdir(join(this.directory, "blobs", "sha256"), { recursive: true }).catch((cause: unknown) => {
      throw userError(
        "OCI_WRITE_FAILED",
        `${this.directory} cannot be made a directory: ${messageOf(cause)}`,
        "name a directory that can be written, or a name that is free",
        cause,
      );
    });
    await writeWhole(join(this.directory, "oci-layout"), canonicalJson({ imageLayoutVersion: "1.0.0" }));
    return made;
  }

  /** Stores a stream of bytes under its sha256. */
  async putBlob(bytes: AsyncIterable<Uint8Array>): Promise<StoredBlob> {
    const temporary = join(this.directory, "blobs", `.tmp-${randomUUID()}`);
    const hash = createHash("sha256");
    let size = 0;
    try {
      const file = await open(temporary, "wx");
      try {
        for await (const chunk of bytes) {
          hash.update(chunk);
          size += chunk.length;
          await file.writeFile(chunk);
        }
        await file.sync();
      } finally {
        await file.close();
      }
      const digest = digestOfHex(hash.digest("hex"));
      const existing = await stat(this.blobPath(digest)).catch(() => undefined);
      if (existing?.size === size) return { digest, size, created: false };
      await rename(temporary, this.blobPath(digest));
      return { digest, size, created: true };
    } finally {
      await rm(temporary, { force: true });
    }
  }

  /** Stores a document as canonical JSON. */
  async putDocument(mediaType: string, value: unknown): Promise<Descriptor & { created: boolean }> {
    const bytes = Buffer.from(canonicalJson(value));
    const blob = await this.putBlob(once(bytes));
    return { mediaType, digest: blob.digest, size: blob.size, created: blob.created };
  }

  readBlob(digest: Digest): AsyncIterable<Uint8Array> {
    return createReadStream(this.blobPath(digest), { highWaterMark: 1024 * 1024 });
  }

  /** A document of the layout, its size and digest checked. Throws OCI_LAYOUT_INVALID. */
  async readDocument<T>(descriptor: Descriptor, schema: z.ZodType<T>, what: string): Promise<T> {
    if (descriptor.size > MAX_DOCUMENT_BYTES) throw this.invalid(`${what} is ${descriptor.size} bytes; at most 8 MiB are read`);
    const bytes = await readFile(this.blobPath(descriptor.digest)).catch((cause: unknown) => {
      throw this.invalid(`${what} (${descriptor.digest}) is missing`, cause);
    });
    const digest = digestOfHex(createHash("sha256").update(bytes).digest("hex"));
    if (bytes.length !== descriptor.size || digest !== descriptor.digest)
      throw this.invalid(`${what} does not match its digest ${descriptor.digest}`);
    return parseDocument(schema, bytes, `${what} of ${this.directory}`);
  }

  /** The index; empty when the layout is new. */
  async readIndex(): Promise<Index> {
    const path = join(this.directory, "index.json");
    const info = await stat(path).catch(() => undefined);
    if (info === undefined) return { schemaVersion: 2, mediaType: MEDIA.index, manifests: [] };
    if (info.size > MAX_DOCUMENT_BYTES) throw this.invalid("index.json is larger than 8 MiB");
    return parseDocument(indexSchema, await readFile(path), path);
  }

  /** Points `tag` at a manifest; other tags stay. */
  async tag(tag: string, manifest: Descriptor): Promise<void> {
    parseTag(tag);
    const index = await this.readIndex();
    const others = index.manifests.filter((entry) => entry.annotations?.[REF_NAME] !== tag);
    const entry = {
      mediaType: manifest.mediaType,
      digest: manifest.digest,
      size: manifest.size,
      platform: manifest.platform,
      annotations: { [REF_NAME]: tag },
    };
    await writeWhole(join(this.directory, "index.json"), canonicalJson({ ...index, manifests: [...others, entry] }));
  }

  /** The descriptor that `tag` names, or the only one when `tag` is absent. Throws OCI_LAYOUT_INVALID listing the tags. */
  async resolve(tag: string | undefined): Promise<Descriptor> {
    const { manifests } = await this.readIndex();
    const found =
      tag === undefined
        ? manifests.length === 1
          ? manifests[0]
          : undefined
        : manifests.find((entry) => entry.annotations?.[REF_NAME] === tag);
    if (found) return found;
    const tags = manifests.map((entry) => entry.annotations?.[REF_NAME] ?? entry.digest).join(", ") || "none";
    throw this.invalid(
      tag === undefined ? `it holds ${manifests.length} images; name one of: ${tags}` : `it has no tag "${tag}"; it has: ${tags}`,
    );
  }

  private invalid(problem: string, cause?: unknown): Error {
    return userError(
      "OCI_LAYOUT_INVALID",
      `the OCI layout ${this.directory}: ${problem}`,
      "give a directory that `skopeo copy ... oci:DIR:TAG` or the action `image` wrote, as DIR or DIR:TAG",
      cause,
    );
  }
}

/** Checks a tag (distribution-spec: up to 128 of letters, digits, `_`, `.`, `-`). Throws OCI_TAG_INVALID. */
export function parseTag(tag: string): string {
  if (TAG.test(tag)) return tag;
  throw userError(
    "OCI_TAG_INVALID",
    `"${tag.slice(0, 150)}" is not an image tag`,
    "use 1 to 128 letters, digits, '_', '.' or '-', not starting with '.' or '-'",
  );
}

async function writeWhole(path: string, text: string): Promise<void> {
  const temporary = `${path}.${randomUUID()}`;
  try {
    const file = await open(temporary, "wx");
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true });
    throw userError(
      "OCI_WRITE_FAILED",
      `${path} cannot be written: ${messageOf(cause)}`,
      "check the directory's permissions and the free space",
      cause,
    );
  }
}

/** One chunk as a stream. */
export async function* once(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes;
}
