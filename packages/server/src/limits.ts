/** Bounds of a server; each refuses what is beyond it with a reason. */
export interface ServerLimits {
  /** Body of one request. 16 MiB is 4 million float32 values, or as JSON some 1 million. */
  readonly maxBodyBytes: number;
  /** Input or output tensors named in one request. */
  readonly maxTensors: number;
  /** Rows of one request; more belong into batch scoring. */
  readonly maxRows: number;
  /** Rows that are run at once when requests are coalesced; measured gains end at a few hundred. */
  readonly maxBatchRows: number;
  /** How long the first request of a batch waits for company. */
  readonly batchWindowMs: number;
  /** Requests that wait for one model; beyond it 503, so that the wait stays short of every client's patience. */
  readonly maxQueue: number;
  /** A request that still waits for its turn after this is answered 503. */
  readonly requestTimeoutMs: number;
  /** Time to send the headers, and the whole request; slow clients are cut. */
  readonly headersTimeoutMs: number;
  readonly bodyTimeoutMs: number;
  /** An idle connection is kept; longer than the 60 s of the usual load balancers, so that they close first. */
  readonly keepAliveMs: number;
  readonly maxConnections: number;
}

export const DEFAULT_LIMITS: ServerLimits = {
  maxBodyBytes: 16 * 1024 ** 2,
  maxTensors: 64,
  maxRows: 4_096,
  maxBatchRows: 256,
  batchWindowMs: 2,
  maxQueue: 1_024,
  requestTimeoutMs: 10_000,
  headersTimeoutMs: 10_000,
  bodyTimeoutMs: 30_000,
  keepAliveMs: 65_000,
  maxConnections: 4_096,
};

/** JSON of the protocol nests ten deep at most (a tensor of rank 8 in an input in the list of inputs). */
export const MAX_JSON_DEPTH = 32;
/** Rank of a tensor, as in a signature. */
export const MAX_RANK = 8;
/** Ids are file names and log fields elsewhere. */
export const MAX_ID_LENGTH = 200;
