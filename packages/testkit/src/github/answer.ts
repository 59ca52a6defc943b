import type { Documents } from "./documents.ts";
import type { FakeToken, GitHubState, Permission } from "./state.ts";

/** One request that passed the contract, and what a handler needs to answer it. */
export interface Call {
  readonly parameters: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: Readonly<Record<string, unknown>>;
  readonly token: FakeToken;
  readonly login: string;
  readonly state: GitHubState;
  readonly documents: Documents;
  /** Wall time, ms. */
  readonly now: number;
  readonly runs: RunControl;
}

/** The part of the workflow engine that requests reach. */
export interface RunControl {
  /** Starts a workflow; answers a refusal in GitHub's words or the new run's id. */
  dispatch(request: {
    workflow: string;
    ref: string;
    inputs: Readonly<Record<string, unknown>>;
    login: string;
  }):
    | { readonly kind: "started"; readonly id: number }
    | { readonly kind: "refused"; readonly status: 404 | 422; readonly message: string };
  /** False when the run had ended. */
  cancel(id: number): boolean;
  /** True: an older server that does not know `return_run_details`. */
  readonly older: "ignores-details" | "refuses-details" | undefined;
}

export interface Answer {
  readonly status: number;
  /** Undefined: an empty body. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** A list to cut into pages in place of `body`. */
  readonly list?: { readonly items: readonly unknown[]; readonly wrap?: (page: readonly unknown[], total: number) => unknown };
}

export type Handler = (call: Call) => Answer;

/** What a token must hold for an operation, by the thing asked for. */
export type Need = readonly [Permission, "read" | "write"] | "none" | "user";

const DOCUMENTATION = "https://docs.github.com/rest";

export const refusal = (status: number, message: string): Answer => ({
  status,
  body: { message, documentation_url: DOCUMENTATION, status: String(status) },
});
export const notFound = (): Answer => refusal(404, "Not Found");
/** A 422 whose errors name a field, as GitHub writes them. */
export const invalid = (resource: string, field: string, message: string): Answer => ({
  status: 422,
  body: {
    message: "Validation Failed",
    errors: [{ resource, code: "custom", field, message }],
    documentation_url: DOCUMENTATION,
    status: "422",
  },
});

export const text = (value: unknown): string => (typeof value === "string" ? value : "");
/** Newest first. */
export const newestFirst = <T extends { readonly id: number }>(items: readonly T[]): T[] => [...items].sort((a, b) => b.id - a.id);
