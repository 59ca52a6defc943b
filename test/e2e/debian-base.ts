import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** What a glibc program needs: C and C++ libraries, certificates and time zones. */
const PACKAGES = ["libc6", "libstdc++6", "libgcc-s1", "ca-certificates", "tzdata"];
const DOWNLOAD_TIMEOUT_MS = 120_000;

/** A tar of a root file system made of Debian packages, or undefined where there is no Debian or no network. */
export function debianBase(directory: string): string | undefined {
  if (process.platform !== "linux" || !existsSync("/usr/bin/apt-get") || !existsSync("/usr/bin/dpkg-deb")) return undefined;
  const debs = join(directory, "debs");
  const rootfs = join(directory, "rootfs");
  mkdirSync(debs, { recursive: true });
  mkdirSync(rootfs);
  if (!download(debs)) return undefined;
  for (const deb of readdirSync(debs)) execFileSync("dpkg-deb", ["-x", join(debs, deb), rootfs]);
  const tar = join(directory, "debian.tar");
  execFileSync("tar", ["--sort=name", "--mtime=@0", "--owner=0", "--group=0", "--numeric-owner", "-cf", tar, "-C", rootfs, "."]);
  return tar;
}

function download(debs: string): boolean {
  const fetch = (): void =>
    void execFileSync("apt-get", ["download", "-q", ...PACKAGES], { cwd: debs, stdio: "ignore", timeout: DOWNLOAD_TIMEOUT_MS });
  try {
    fetch();
    return true;
  } catch {
    // The package lists may be missing on a fresh machine; they are fetched once, and the download tried again.
  }
  try {
    execFileSync("apt-get", ["update", "-q"], { stdio: "ignore", timeout: DOWNLOAD_TIMEOUT_MS });
    fetch();
    return true;
  } catch {
    return false;
  }
}
