import { mapBounded, remoteError } from "@modelyard/base";
import type { Records } from "@modelyard/store";
import type { z } from "zod";

/** Records read at once: hides the latency of an object store without flooding it. */
const READ_CONCURRENCY = 16;

/** The records of these numbers under a prefix, in the order of the numbers. Throws STORE_FAILED for one that is listed and cannot be read. */
export async function readNumbers<T>(
  records: Records,
  prefix: string,
  numbers: readonly number[],
  schema: z.ZodType<T>,
  options: { pad?: number; signal?: AbortSignal | undefined } = {},
): Promise<T[]> {
  return mapBounded(numbers, READ_CONCURRENCY, async (number) => {
    const key = records.key(prefix, number, options.pad);
    const record = await records.read(key, schema, { signal: options.signal });
    if (record === undefined) throw remoteError("STORE_FAILED", `the record ${key} is listed and cannot be read`, { retryable: true });
    return record;
  });
}
