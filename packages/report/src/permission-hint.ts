import type { Section } from "./fit-comment.ts";

/** YAML that grants what a report needs. */
export function permissionsYaml(missing: readonly ("checks" | "pull-requests" | "issues")[]): string {
  return ["permissions:", "  contents: read", ...missing.map((name) => `  ${name}: write`)].join("\n");
}

/** Said in the summary when the token may not write: what was not posted, and what to add, or why a fork's pull request cannot have it. */
export function permissionHint(missing: readonly ("checks" | "pull-requests")[], fork: boolean): Section {
  const what = missing.map((name) => (name === "checks" ? "check run" : "comment")).join(" and ");
  const text = fork
    ? `> [!NOTE]\n> The ${what} could not be written: a pull request from a fork runs with a read-only token, whatever the workflow asks for. This summary is the report. To comment on such pull requests, upload the comparison as an artifact here and run \`report\` in a second workflow on \`workflow_run\`.`
    : `> [!NOTE]\n> The ${what} could not be written: the token is read-only. Add this to the job:`;
  return {
    priority: 95,
    blocks: fork
      ? [{ kind: "text", markdown: text }]
      : [
          { kind: "text", markdown: text },
          { kind: "fence", language: "yaml", body: permissionsYaml(missing) },
        ],
  };
}
