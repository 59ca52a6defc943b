import { exchange, type ReplicaClient } from "../router/replica-client.ts";

/** An answer to a probe is a few bytes. */
const MAX_PROBE_BYTES = 64 * 1024;

/** True when the replica says that it is ready (Open Inference Protocol v2), within `timeoutMs`. */
export async function probe(client: ReplicaClient, timeoutMs: number): Promise<boolean> {
  try {
    const { status } = await exchange(
      client,
      { method: "GET", path: "/v2/health/ready", headers: {}, body: null, timeoutMs },
      MAX_PROBE_BYTES,
    );
    return status === 200;
  } catch {
    // Refused, cut off or late: each means that no request should go there.
    return false;
  }
}
