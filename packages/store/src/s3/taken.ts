import type { PutOutcome } from "../blob-store.ts";
import { failureOf } from "./s3-errors.ts";

/** The outcome of a conditional call: 412 says that the key is taken. */
export async function takenOr(call: Promise<unknown>): Promise<PutOutcome> {
  try {
    await call;
    return { kind: "created" };
  } catch (error) {
    const failure = failureOf(error);
    if (failure?.status === 412 || failure?.code === "PreconditionFailed") return { kind: "exists" };
    throw error;
  }
}
