import { readFileSync } from "node:fs";
import type { Plugin } from "esbuild";

/** Packages that only define things when they are loaded, though their package.json does not say so: what is not used of them is left out. */
const WITHOUT_SIDE_EFFECTS = /^(?:@actions\/(?:core|exec|io|http-client|github)|@octokit\/[a-z-]+|undici|tunnel)(?:\/|$)/;

/** Lets the bundler drop the parts of the toolkit that an action does not use (its HTTP client and Octokit are most of it). */
export const dropUnusedToolkit: Plugin = {
  name: "drop-unused-toolkit",
  setup(build) {
    build.onResolve({ filter: /^(?:@actions|@octokit|undici|tunnel)|^\.\.?\// }, async (args) => {
      if (args.pluginData === dropUnusedToolkit.name) return undefined;
      const isToolkit = args.path.startsWith(".")
        ? /node_modules\/@(?:actions|octokit)\//.test(args.importer)
        : WITHOUT_SIDE_EFFECTS.test(args.path);
      if (!isToolkit) return undefined;
      const { path, external, namespace, errors, warnings } = await build.resolve(args.path, {
        kind: args.kind,
        importer: args.importer,
        resolveDir: args.resolveDir,
        pluginData: dropUnusedToolkit.name,
      });
      return { path, external, namespace, errors, warnings, sideEffects: false };
    });
  },
};

/** A CommonJS file has no top-level await: the one that ends an entry becomes a call whose promise never rejects. */
export function withoutTopLevelAwait(source: string): Plugin {
  return {
    name: "without-top-level-await",
    setup(build) {
      build.onLoad({ filter: /\/(?:main|serve-main)\.ts$/ }, (args) => {
        if (!args.path.endsWith(`/${source}`)) return undefined;
        return { contents: readFileSync(args.path, "utf8").replace(/^await (?=[a-zA-Z]+\()/m, "void "), loader: "ts" };
      });
    },
  };
}

/** Stands in for the GitHub adapter in bundles of actions that have no token. */
export const withoutGitHub: Plugin = {
  name: "without-github",
  setup(build) {
    build.onResolve({ filter: /^@modelyard\/github\/octokit$/ }, () => ({ path: "without-github", namespace: "without-github" }));
    build.onLoad({ filter: /.*/, namespace: "without-github" }, () => ({
      contents: 'export function octokitGitHub() { throw new Error("this action does not talk to GitHub"); }',
      loader: "js",
    }));
  },
};

/** Takes the S3 client out of a bundle: it is loaded from beside the bundle or, in a release, from the file that all actions share. */
export const sharedS3: Plugin = {
  name: "shared-s3",
  setup(build) {
    build.onResolve({ filter: /\/sdk\.ts$/ }, (args) =>
      /\/packages\/store\/src\/s3$/.test(args.resolveDir)
        ? { path: "sdk", namespace: "shared-s3", pluginData: args.resolveDir }
        : undefined,
    );
    build.onLoad({ filter: /.*/, namespace: "shared-s3" }, (args) => ({
      contents: SHARED_S3,
      loader: "js",
      resolveDir: args.pluginData as string,
    }));
  },
};

const SHARED_S3 = `
const { existsSync } = require("node:fs");
const { join } = require("node:path");
const { userError } = require("@modelyard/base");
const found = [join(__dirname, "s3.cjs"), join(__dirname, "../../../dist/s3.cjs")].find((path) => existsSync(path));
if (found === undefined)
  throw userError("S3_CLIENT_MISSING", "dist/s3.cjs of the release is not there, which opens buckets", "use the whole release, or copy dist/s3.cjs beside the action's dist/index.cjs");
module.exports = require(found);
`;

/** zod re-exports its messages in some fifty languages; ours are English. */
export const englishMessages: Plugin = {
  name: "english-messages",
  setup(build) {
    build.onLoad({ filter: /\/zod\/v4\/locales\/index\.js$/ }, () => ({
      contents: 'export { default as en } from "./en.js";',
      loader: "js",
    }));
  },
};
