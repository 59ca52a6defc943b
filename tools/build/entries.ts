import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** One bundle: paths relative to the root. */
export interface BundleEntry {
  readonly name: string;
  readonly source: string;
  readonly output: string;
  /** Further places that need the same file beside them. */
  readonly copies: readonly string[];
  /** False for an action without a github-token: it never talks to GitHub, so its bundle carries no client. */
  readonly usesGitHub: boolean;
  /** True where the S3 client is not inside: the bundles of all actions find it in one file of the release. */
  readonly sharesS3: boolean;
}

/** The S3 client, once for all actions of a release. */
const S3_CLIENT = "dist/s3.cjs";

const PROGRAMS: readonly BundleEntry[] = [
  { name: "cli", source: "packages/cli/src/main.ts", output: "dist/modelyard.cjs", copies: [], usesGitHub: true, sharesS3: false },
  // The image action packs the server that lies beside its own bundle.
  {
    name: "serve",
    source: "packages/cli/src/serve-main.ts",
    output: "dist/serve.cjs",
    copies: ["actions/image/dist/serve.cjs"],
    usesGitHub: false,
    sharesS3: false,
  },
  { name: "s3", source: "packages/store/src/s3/sdk.ts", output: S3_CLIENT, copies: [], usesGitHub: false, sharesS3: false },
];

/** Every bundle of the tree at `root` whose entry exists, by name. */
export function bundleEntries(root: string): BundleEntry[] {
  const actions = readdirSync(join(root, "actions"))
    .sort()
    .map((name) => ({
      name,
      source: `actions/${name}/src/main.ts`,
      output: `actions/${name}/dist/index.cjs`,
      copies: [],
      usesGitHub: hasToken(root, name),
      sharesS3: true,
    }));
  return [...actions, ...PROGRAMS].filter((entry) => existsSync(join(root, entry.source)));
}

function hasToken(root: string, action: string): boolean {
  const spec = join(root, "actions", action, "src/inputs.gen.ts");
  return existsSync(spec) && readFileSync(spec, "utf8").includes('"github-token"');
}
