import { spawn } from "node:child_process";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** A server that starts slower than this is broken; on a loaded machine it takes some seconds. */
const START_TIMEOUT_MS = 60_000;

export interface Minio extends AsyncDisposable {
  readonly url: string;
  /** Variables with which a client finds and may use it. */
  readonly env: Readonly<Record<string, string>>;
  readonly bucket: string;
}

/** Starts the MinIO at `binary` on a free port of this machine with one bucket, in a temporary directory that goes with it. */
export async function startMinio(binary: string): Promise<Minio> {
  const directory = await mkdtemp(join(tmpdir(), "minio-"));
  const bucket = "yards";
  await mkdir(join(directory, bucket));
  const [port, consolePort] = [await freePort(), await freePort()];
  const env = { AWS_ACCESS_KEY_ID: "minio-of-the-tests", AWS_SECRET_ACCESS_KEY: "a-secret-of-the-tests" };
  const child = spawn(
    binary,
    ["server", directory, "--address", `127.0.0.1:${port}`, "--console-address", `127.0.0.1:${consolePort}`, "--quiet"],
    {
      env: {
        HOME: directory,
        PATH: process.env["PATH"],
        MINIO_ROOT_USER: env.AWS_ACCESS_KEY_ID,
        MINIO_ROOT_PASSWORD: env.AWS_SECRET_ACCESS_KEY,
      },
      stdio: "ignore",
    },
  );
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const stop = async (): Promise<void> => {
    child.kill("SIGTERM");
    await ended;
    await rm(directory, { recursive: true, force: true });
  };
  const url = `http://127.0.0.1:${port}`;
  try {
    await ready(url, () => child.exitCode !== null);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, bucket, env: { ...env, AWS_ENDPOINT_URL_S3: url }, [Symbol.asyncDispose]: stop };
}

async function ready(url: string, hasEnded: () => boolean): Promise<void> {
  const until = performance.now() + START_TIMEOUT_MS;
  while (performance.now() < until && !hasEnded()) {
    const answer = await fetch(`${url}/minio/health/ready`).catch(() => undefined);
    if (answer?.ok) return;
    await sleep(100);
  }
  throw new Error(hasEnded() ? "MinIO ended at its start" : `MinIO was not ready within ${START_TIMEOUT_MS} ms`);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((closed) => server.close(() => closed()));
  return port;
}
