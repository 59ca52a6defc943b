import { execFileSync } from "node:child_process";
import { existsSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { buildImage, OciLayout, type TarFile } from "@modelyard/oci";
import { fileSource } from "@modelyard/store";

/** Files whose names the dynamic loader looks for, by the libraries that this machine's node names. */
function librariesOf(program: string): string[] {
  const listing = execFileSync("ldd", [program], { encoding: "utf8" });
  return [...listing.matchAll(/(?:=>\s+)?(\/\S+)\s+\(0x/g)].map((match) => match[1]!);
}

/**
 * An OCI layout with this machine's own C and C++ libraries, so that the demo's image can start without a download; undefined where there is no glibc.
 * A team takes Debian or distroless instead.
 */
export async function hostBase(directory: string): Promise<string | undefined> {
  if (process.platform !== "linux" || !existsSync("/etc/passwd")) return undefined;
  let libraries: string[];
  try {
    libraries = librariesOf(process.execPath);
  } catch {
    // No ldd: a system without glibc tools; the demo then builds on scratch and says so.
    return undefined;
  }
  const extra = ["libstdc++.so.6", "libgcc_s.so.1"].flatMap((name) => libraries.filter((path) => path.endsWith(name)));
  const files: TarFile[] = [];
  for (const path of new Set([...libraries, ...extra]))
    files.push({ path: path.slice(1), mode: 0o755, source: await fileSource(realpathSync(path)) });
  const layout = new OciLayout(join(directory, "host-base"));
  await layout.create();
  const platform = { architecture: process.arch === "x64" ? "amd64" : process.arch, os: "linux" };
  const base = { layers: [], config: undefined, diffIds: [], hasGlibc: true, bytesAdded: 0 };
  const plan = {
    platform,
    base,
    layers: [{ comment: "host libraries", files }],
    entrypoint: [],
    env: [],
    user: "0",
    workingDirectory: "/",
    port: 80,
    labels: {},
    annotations: {},
  };
  await layout.tag("host", (await buildImage(plan, layout)).manifest);
  return `${layout.directory}:host`;
}
