import { type Random, randomInt, remoteError } from "@modelyard/base";
import type { BlobSource, BlobStore, PutOutcome } from "../blob-store.ts";
import { bytesSource } from "../sources.ts";

/**
 * What goes wrong with a call: `before`: it fails and had no effect; `after`: it took effect and its reply is lost; `cut`: the body breaks off half-way (sent or
 * received); `wrong-bytes`: a read gives one bit flipped; `crash-before`, `crash-after`, `crash-half`: the same, and every later call fails too (the process died).
 */
export type Fault = "before" | "after" | "cut" | "wrong-bytes" | "crash-before" | "crash-after" | "crash-half";

export type StoreMethod = "get" | "read" | "head" | "putIfAbsent" | "list" | "delete";

export interface StoreCall {
  /** Counts from 0 over all methods. */
  readonly index: number;
  readonly method: StoreMethod;
  readonly key: string;
}

export interface FaultyStore extends BlobStore {
  /** Every call made, in order. */
  readonly calls: readonly StoreCall[];
}

/** Decides the fault of each call; undefined lets it be. */
export type FaultPlan = (call: StoreCall) => Fault | undefined;

/** A plan with one fault at the call of this index. */
export function faultAt(index: number, fault: Fault): FaultPlan {
  return (call) => (call.index === index ? fault : undefined);
}

/** A plan that fails a share of calls by a seeded generator. */
export function randomFaults(random: Random, share: number, faults: readonly Fault[]): FaultPlan {
  return () => (random.next() < share ? faults[randomInt(random, faults.length)] : undefined);
}

/** A store whose calls fail as `plan` says; failures are retryable STORE_FAULT errors, after a crash STORE_CRASHED ones that are not. */
export function faultyStore(store: BlobStore, plan: FaultPlan): FaultyStore {
  return new Faulty(store, plan);
}

class Faulty implements FaultyStore {
  readonly location: string;
  readonly calls: StoreCall[] = [];
  private readonly store: BlobStore;
  private readonly plan: FaultPlan;
  private crashed = false;

  constructor(store: BlobStore, plan: FaultPlan) {
    this.location = store.location;
    this.store = store;
    this.plan = plan;
  }

  async get(key: string, options?: Parameters<BlobStore["get"]>[1]) {
    const fault = this.begin("get", key);
    const bytes = await this.store.get(key, options);
    if (fault === "cut" || fault === "after" || isCrash(fault)) throw this.fail(fault);
    return bytes && fault === "wrong-bytes" ? flipped(bytes) : bytes;
  }

  async read(key: string, options?: Parameters<BlobStore["read"]>[1]) {
    const fault = this.begin("read", key);
    const stream = await this.store.read(key, options);
    if (fault === "after" || fault === "crash-after") throw this.fail(fault);
    return stream && fault ? this.damaged(stream, fault) : stream;
  }

  async head(key: string, options?: Parameters<BlobStore["head"]>[1]) {
    const fault = this.begin("head", key);
    const info = await this.store.head(key, options);
    if (fault) throw this.fail(fault);
    return info;
  }

  async putIfAbsent(key: string, body: Uint8Array | BlobSource, options?: Parameters<BlobStore["putIfAbsent"]>[2]): Promise<PutOutcome> {
    const fault = this.begin("putIfAbsent", key);
    if (fault === "cut" || fault === "crash-half") {
      await this.store.putIfAbsent(key, this.broken(body instanceof Uint8Array ? bytesSource(body) : body, fault), options);
      throw this.fail(fault);
    }
    const outcome = await this.store.putIfAbsent(key, body, options);
    if (fault) throw this.fail(fault);
    return outcome;
  }

  async *list(prefix: string, options?: Parameters<BlobStore["list"]>[1]) {
    const fault = this.begin("list", prefix);
    let given = 0;
    for await (const info of this.store.list(prefix, options)) {
      if (fault && given++ > 0) throw this.fail(fault);
      yield info;
    }
    if (fault) throw this.fail(fault);
  }

  async delete(key: string, options?: Parameters<BlobStore["delete"]>[1]): Promise<void> {
    const fault = this.begin("delete", key);
    await this.store.delete(key, options);
    if (fault) throw this.fail(fault);
  }

  private begin(method: StoreMethod, key: string): Fault | undefined {
    if (this.crashed) throw crashedError();
    const call = { index: this.calls.length, method, key };
    this.calls.push(call);
    const fault = this.plan(call);
    if (fault === "before" || fault === "crash-before") throw this.fail(fault);
    return fault;
  }

  private fail(fault: Fault): Error {
    if (!isCrash(fault)) return remoteError("STORE_FAULT", `the store failed (${fault})`, { retryable: true });
    this.crashed = true;
    return crashedError();
  }

  private broken(source: BlobSource, fault: Fault): BlobSource {
    const fail = (): Error => this.fail(fault);
    return {
      size: source.size,
      async *open() {
        let left = Math.floor(source.size / 2);
        for await (const bytes of source.open()) {
          if (left > 0) yield bytes.subarray(0, left);
          left -= bytes.length;
          if (left <= 0) break;
        }
        throw fail();
      },
    };
  }

  private async *damaged(stream: AsyncIterable<Uint8Array>, fault: Fault): AsyncGenerator<Uint8Array> {
    let first = true;
    for await (const bytes of stream) {
      if (fault === "wrong-bytes") yield first ? flipped(bytes) : bytes;
      else yield bytes.subarray(0, bytes.length >> 1);
      first = false;
      if (fault !== "wrong-bytes") throw this.fail(fault);
    }
    if (fault !== "wrong-bytes") throw this.fail(fault);
  }
}

function isCrash(fault: Fault | undefined): fault is Fault {
  return fault === "crash-before" || fault === "crash-after" || fault === "crash-half";
}

function crashedError() {
  return remoteError("STORE_CRASHED", "the process has died");
}

function flipped(bytes: Uint8Array): Uint8Array {
  const copy = bytes.slice();
  if (copy.length > 0) copy[copy.length >> 1]! ^= 1;
  return copy;
}
