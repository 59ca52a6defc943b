import { userError } from "@modelyard/base";
import { endpointRefused, isDeniedAddress } from "./denied-addresses.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** Where a bucket is and how it is asked. */
export interface S3Settings {
  /** Origin and base path of the server; undefined is AWS itself. */
  readonly endpoint: URL | undefined;
  /** Undefined leaves it to the profile of the standard chain. */
  readonly region: string | undefined;
  /** `https://host/bucket/key` in place of `https://bucket.host/key`. */
  readonly pathStyle: boolean;
}

/** What servers other than AWS take when nothing names a region. */
const DEFAULT_REGION = "us-east-1";

/**
 * Settings from `endpoint` (the input or key `yard-endpoint`), then AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL; AWS_REGION, AWS_DEFAULT_REGION; AWS_S3_FORCE_PATH_STYLE.
 * An endpoint outside of AWS is asked in path style unless the variable says false. Throws YARD_ENDPOINT_INVALID, YARD_ENDPOINT_REFUSED, YARD_SETTING_INVALID.
 */
export function s3Settings(env: Environment, endpoint?: string): S3Settings {
  const named = (
    [
      ["yard-endpoint", endpoint],
      ["AWS_ENDPOINT_URL_S3", env["AWS_ENDPOINT_URL_S3"]],
      ["AWS_ENDPOINT_URL", env["AWS_ENDPOINT_URL"]],
    ] as const
  ).find(([, text]) => text !== undefined && text.trim() !== "");
  const url = named && parseEndpoint(named[0], named[1]!.trim());
  const region = env["AWS_REGION"] || env["AWS_DEFAULT_REGION"] || undefined;
  const forced = parseSwitch(env["AWS_S3_FORCE_PATH_STYLE"]);
  return {
    endpoint: url,
    region: region ?? (url && DEFAULT_REGION),
    pathStyle: forced ?? (url !== undefined && !/\.amazonaws\.com(?:\.cn)?\.?$/.test(url.hostname)),
  };
}

function parseEndpoint(name: string, text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const problem = endpointProblem(url);
  if (problem !== undefined || url === undefined) {
    // The text itself may hold credentials, so it is not repeated.
    throw userError(
      "YARD_ENDPOINT_INVALID",
      `${name} is not the address of an S3 server: ${problem}`,
      "write its scheme and host, for example https://minio.example.org or http://127.0.0.1:9000",
    );
  }
  if (isDeniedAddress(url.hostname)) throw endpointRefused(url.hostname);
  return url;
}

function endpointProblem(url: URL | undefined): string | undefined {
  if (url === undefined) return "it is not a URL";
  if (url.protocol !== "https:" && url.protocol !== "http:") return "it begins with neither https:// nor http://";
  if (url.username !== "" || url.password !== "")
    return "it holds a user or a password; credentials go into AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY";
  if (url.search !== "" || url.hash !== "") return "it has a query or a fragment";
  return undefined;
}

function parseSwitch(text: string | undefined): boolean | undefined {
  switch (text?.trim().toLowerCase()) {
    case undefined:
    case "":
      return undefined;
    case "true":
    case "1":
      return true;
    case "false":
    case "0":
      return false;
    default:
      throw userError("YARD_SETTING_INVALID", `AWS_S3_FORCE_PATH_STYLE is neither true nor false`, "write true or false, or leave it out");
  }
}
