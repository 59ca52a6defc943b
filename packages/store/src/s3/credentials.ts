import { userError } from "@modelyard/base";

type Environment = Readonly<Record<string, string | undefined>>;

export interface StaticCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** What the standard chain reads, in its order; each with the variables that switch it on. */
const CHAIN: readonly (readonly [what: string, variables: readonly string[]])[] = [
  ["AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY", ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]],
  ["a profile in ~/.aws", ["AWS_PROFILE", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"]],
  ["a web identity", ["AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_ROLE_ARN"]],
  ["a container's role", ["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI"]],
];

/** The keys of the environment; undefined leaves the search to the standard chain. Throws YARD_CREDENTIALS_MISSING when one half of the pair is there. */
export function environmentCredentials(env: Environment): StaticCredentials | undefined {
  if (env["AWS_PROFILE"]) return undefined;
  const id = env["AWS_ACCESS_KEY_ID"]?.trim();
  const secret = env["AWS_SECRET_ACCESS_KEY"]?.trim();
  if (!id && !secret) return undefined;
  if (!id || !secret)
    throw halfPair(id ? "AWS_SECRET_ACCESS_KEY" : "AWS_ACCESS_KEY_ID", id ? "AWS_ACCESS_KEY_ID" : "AWS_SECRET_ACCESS_KEY");
  const token = env["AWS_SESSION_TOKEN"]?.trim();
  return { accessKeyId: id, secretAccessKey: secret, ...(token ? { sessionToken: token } : {}) };
}

function halfPair(missing: string, present: string) {
  return userError(
    "YARD_CREDENTIALS_MISSING",
    `${present} is set and ${missing} is not (a secret that the job may not read is empty)`,
    `set both:\n  env:\n    AWS_ACCESS_KEY_ID: \${{ secrets.AWS_ACCESS_KEY_ID }}\n    AWS_SECRET_ACCESS_KEY: \${{ secrets.AWS_SECRET_ACCESS_KEY }}`,
  );
}

/** YARD_CREDENTIALS_MISSING with all that was looked for; names of variables, never a value. */
export function credentialsMissing(env: Environment, location: string, cause?: unknown) {
  const looked = CHAIN.map(
    ([what, variables]) => `${what} (${variables.map((name) => `${name} ${env[name] ? "set" : "not set"}`).join(", ")})`,
  );
  return userError(
    "YARD_CREDENTIALS_MISSING",
    `no credentials for ${location} were found; looked for ${looked.join("; ")}; the metadata service of the machine`,
    "let the job take a role before this step (permissions: id-token: write, and the action aws-actions/configure-aws-credentials), or set\n  env:\n    AWS_ACCESS_KEY_ID: ${{ secrets.AWS_ACCESS_KEY_ID }}\n    AWS_SECRET_ACCESS_KEY: ${{ secrets.AWS_SECRET_ACCESS_KEY }}",
    cause,
  );
}
