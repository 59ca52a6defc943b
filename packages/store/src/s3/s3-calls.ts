import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { isModelyardError, userError } from "@modelyard/base";
import { credentialsMissing, environmentCredentials } from "./credentials.ts";
import { guardedLookup } from "./denied-addresses.ts";
import { failureOf, type S3Doing, type S3Permission, s3Error } from "./s3-errors.ts";
import type * as Sdk from "./sdk.ts";
import type { S3Settings } from "./settings.ts";

/** Sockets to one server: more than the parts and packs in flight of one step, far below what a server takes from one client. */
const MAX_SOCKETS = 64;
/** A server that takes longer to accept a connection is tried again. */
const CONNECT_TIMEOUT_MS = 10_000;
/** A connection without a byte for this long is dead; stores answer a large CompleteMultipartUpload with blanks meanwhile. */
const IDLE_TIMEOUT_MS = 60_000;

export interface S3Target extends S3Settings {
  readonly bucket: string;
  /** Without a slash at its ends; "" for the whole bucket. */
  readonly prefix: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Longest silence of a connection, ms. */
  readonly idleTimeoutMs?: number | undefined;
}

/** What a call hands to the library. */
export interface S3Request {
  readonly sdk: typeof Sdk;
  readonly client: Sdk.S3Client;
  readonly options: { readonly abortSignal?: AbortSignal };
}

/** The calls of one bucket: one client, loaded at the first call, with every failure as an error of ours. */
export class S3Calls {
  readonly location: string;
  readonly target: S3Target;
  private opened: Promise<{ sdk: typeof Sdk; client: Sdk.S3Client }> | undefined;

  constructor(target: S3Target) {
    this.target = target;
    this.location = `s3://${target.bucket}${target.prefix === "" ? "" : `/${target.prefix}`}`;
  }

  /** The name of a key in the bucket. */
  nameOf(key: string): string {
    return this.target.prefix === "" ? key : `${this.target.prefix}/${key}`;
  }

  /** Describes a call for its messages; `permissions` are those whose lack the server answers with 403. */
  doing(text: string, ...permissions: S3Permission[]): S3Doing {
    const { bucket, prefix } = this.target;
    const objects = `${bucket}/${prefix === "" ? "" : `${prefix}/`}*`;
    return { text: `${text} in ${this.location}`, bucket, permissions, resource: permissions[0] === "s3:ListBucket" ? bucket : objects };
  }

  /** Makes one call. Throws the signal's reason when it aborts, else errors of `s3Error`. */
  async run<T>(doing: S3Doing, signal: AbortSignal | undefined, call: (request: S3Request) => Promise<T>): Promise<T> {
    signal?.throwIfAborted();
    try {
      this.opened ??= this.open();
      const { sdk, client } = await this.opened;
      await this.region(client);
      await this.credentials(client, doing);
      signal?.throwIfAborted();
      return await call({ sdk, client, options: signal ? { abortSignal: signal } : {} });
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      throw s3Error(error, doing);
    }
  }

  private async open(): Promise<{ sdk: typeof Sdk; client: Sdk.S3Client }> {
    const sdk = await import("./sdk.ts");
    const { endpoint, region, pathStyle, env } = this.target;
    const credentials = environmentCredentials(env);
    const agent = { keepAlive: true, maxSockets: MAX_SOCKETS, lookup: guardedLookup, proxyEnv: env };
    const client = new sdk.S3Client({
      ...(endpoint ? { endpoint: endpoint.href } : {}),
      ...(region === undefined ? {} : { region }),
      ...(credentials ? { credentials } : {}),
      forcePathStyle: pathStyle,
      // `withRetry` decides about every store alike; two layers would multiply each other's calls.
      maxAttempts: 1,
      // The signature covers the body's sha256 already, and older servers refuse the additional checksums.
      requestChecksumCalculation: "WHEN_REQUIRED",
      responseChecksumValidation: "WHEN_REQUIRED",
      // It would open a connection for each large body.
      expectContinueHeader: false,
      followRegionRedirects: false,
      logger: { trace() {}, debug() {}, info() {}, warn() {}, error() {} },
      requestHandler: {
        httpAgent: new HttpAgent(agent),
        httpsAgent: new HttpsAgent(agent),
        connectionTimeout: CONNECT_TIMEOUT_MS,
        socketTimeout: this.target.idleTimeoutMs ?? IDLE_TIMEOUT_MS,
      },
    });
    return { sdk, client };
  }

  private async region(client: Sdk.S3Client): Promise<void> {
    // Without a variable the library looks into the profile, and has one plain error for all that can be wrong with it.
    await client.config.region().catch((cause: unknown) => {
      throw userError(
        "YARD_REGION_MISSING",
        `no region is set for ${this.location}`,
        "name it:\n  env:\n    AWS_REGION: eu-central-1",
        plainly(cause),
      );
    });
  }

  /** Finds the credentials before they are needed, so that their failures are not taken for the bucket's. The client keeps them until they run out. */
  private async credentials(client: Sdk.S3Client, doing: S3Doing): Promise<void> {
    try {
      await client.config.credentials();
    } catch (error) {
      if (isModelyardError(error)) throw error;
      const failure = failureOf(error);
      if (failure?.status !== undefined && failure.status >= 500) throw error;
      if (failure?.status !== undefined)
        throw userError(
          "YARD_CREDENTIALS_REFUSED",
          `the role for ${this.location} was not given: the token service answered ${failure.status} ${failure.code}`,
          "check AWS_ROLE_ARN and the role's trust policy: its repository, branch or environment must be those of this job",
        );
      throw credentialsMissing(this.target.env, this.location, new Error(`${doing.text}: ${failure?.code ?? "no provider answered"}`));
    }
  }
}

function plainly(thrown: unknown): Error {
  return new Error(thrown instanceof Error ? thrown.name : "unknown");
}
