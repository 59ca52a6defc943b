import { DEFAULT_WATCH, noRoutes, type VersionPool, versionPool } from "@modelyard/gateway";
import { type Golden, parseGolden, parseSignature, type Signature } from "@modelyard/model";
import { resolveModelVersion } from "@modelyard/registry";
import type { Traffic } from "@modelyard/rollout";
import type { ControllerOptions } from "./options.ts";

/** The replicas of all versions that traffic needs now, and the routes to them. */
export interface Fleet {
  pool(version: number | null): VersionPool | undefined;
  readonly versions: readonly VersionPool[];
  /** Starts what traffic needs, routes to it, and stops what it no longer needs after its last request. Throws what loading a version's record throws. */
  apply(traffic: Traffic, salt: string): Promise<void>;
  golden(version: number): Promise<Golden | null>;
  close(): Promise<void>;
}

export function fleet(options: ControllerOptions): Fleet {
  const pools = new Map<number, VersionPool>();
  const closing = new Set<Promise<void>>();
  const watch = { ...DEFAULT_WATCH, ...options.watch };

  const ensure = async (version: number | null): Promise<VersionPool | null> => {
    if (version === null) return null;
    const there = pools.get(version);
    if (there !== undefined) return there;
    const signature = await readSignature(options, version);
    const { replicas, launcher, clock, log } = options;
    const pool = versionPool({ version, replicas, signature, launcher, clock, log, watch });
    pools.set(version, pool);
    return pool;
  };
  const retire = (version: number): void => {
    const pool = pools.get(version)!;
    pools.delete(version);
    const closed = pool.close().finally(() => closing.delete(closed));
    closing.add(closed);
  };

  return {
    pool: (version) => (version === null ? undefined : pools.get(version)),
    get versions() {
      return [...pools.values()];
    },
    async apply(traffic, salt) {
      // The stable version first: a candidate whose record cannot be read must not cost it its traffic.
      const stable = await ensure(traffic.stable);
      const { canaryPercent, mirrorPercent } = traffic;
      const current = options.router.routes;
      if (current.stable?.version !== stable?.version || current.canary === null) options.router.setRoutes({ ...noRoutes, stable, salt });
      const canary = await ensure(traffic.canary);
      options.router.setRoutes({ stable, canary, canaryPercent, mirrorPercent, salt });
      for (const version of [...pools.keys()]) if (version !== traffic.stable && version !== traffic.canary) retire(version);
    },
    async golden(version) {
      const record = await resolveModelVersion(options.yard, options.model, { kind: "number", number: version });
      return record.golden === null
        ? null
        : parseGolden(await options.yard.blobs.get(record.golden.digest), `golden.json of ${options.model}@${version}`);
    },
    async close() {
      options.router.setRoutes(noRoutes);
      for (const version of [...pools.keys()]) retire(version);
      await Promise.all(closing);
    },
  };
}

async function readSignature({ yard, model }: ControllerOptions, version: number): Promise<Signature> {
  const record = await resolveModelVersion(yard, model, { kind: "number", number: version });
  return parseSignature(await yard.blobs.get(record.signature.digest), `signature.json of ${model}@${version}`);
}
