import { build, type Metafile } from "esbuild";
import type { BundleEntry } from "./entries.ts";
import { dropUnusedToolkit, englishMessages, sharedS3, withoutGitHub, withoutTopLevelAwait } from "./plugins.ts";

export interface Bundle {
  readonly entry: BundleEntry;
  readonly code: Uint8Array;
  readonly metafile: Metafile;
}

/** `import.meta` does not exist in CommonJS: its fields become variables that the banner defines. */
const IMPORT_META = { "import.meta.url": "__importMetaUrl", "import.meta.dirname": "__dirname", "import.meta.filename": "__filename" };
const BANNER = '"use strict";const __importMetaUrl=require("node:url").pathToFileURL(__filename).href;';

/** Bundles one entry to minified CommonJS in memory; the same bytes wherever the tree lies. Names are not kept: a kept name would break functions that are sent to a child as text. */
export async function bundle(root: string, entry: BundleEntry): Promise<Bundle> {
  const result = await build({
    absWorkingDir: root,
    entryPoints: [entry.source],
    outfile: entry.output,
    bundle: true,
    write: false,
    metafile: true,
    platform: "node",
    target: "node24",
    format: "cjs",
    minify: true,
    charset: "utf8",
    legalComments: "none",
    define: IMPORT_META,
    banner: { js: BANNER },
    external: ["onnxruntime-node"],
    plugins: [
      withoutTopLevelAwait(entry.source),
      ...(entry.usesGitHub ? [] : [withoutGitHub]),
      ...(entry.sharesS3 ? [sharedS3] : []),
      dropUnusedToolkit,
      englishMessages,
    ],
    logLevel: "silent",
  });
  return { entry, code: result.outputFiles[0]!.contents, metafile: result.metafile };
}
