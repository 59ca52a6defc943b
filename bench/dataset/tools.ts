import { cpSync, existsSync, mkdirSync } from "node:fs";
import { delimiter, join } from "node:path";

/** What a tool is measured at. */
export const STEPS = ["push v1", "push again", "push v2", "pull all", "pull one"] as const;
export type Step = (typeof STEPS)[number];

/** Directories of one tool in one round: the data, its store, an empty target for each pull. */
export interface Places {
  readonly work: string;
  readonly data: string;
  readonly store: string;
  readonly target: string;
  readonly one: string;
}

export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd?: string;
}

export interface Tool {
  readonly name: string;
  /** Runs before anything is measured. */
  prepare?(places: Places): Command[];
  /** Commands whose CPU time counts; undefined for a step that the tool does not have. */
  commands(step: Step, places: Places): Command[] | undefined;
  /** Path of the restored file below the target, to prove that it did its work. */
  restored(places: Places): string;
}

export const OURS = "modelyard";

/** Our command line, as one bundled file. */
export function ours(bundle: string): Tool {
  const run = (...args: string[]): Command[] => [{ program: process.execPath, args: [bundle, ...args, "--json"] }];
  return {
    name: OURS,
    commands(step, { data, store, target, one }) {
      const name = ["--name", "bench", "--yard", store];
      if (step === "pull all") return run("dataset-pull", ...name, "--path", target);
      if (step === "pull one") return run("dataset-pull", ...name, "--path", target, "--only", one);
      return run("dataset-push", ...name, "--path", data, "--pointer", "none");
    },
    restored: ({ target, one }) => join(target, one),
  };
}

/** Reading and hashing every byte once, in C: what no tool that proves its bytes can do without. */
export const sha256sum: Tool = {
  name: "sha256sum",
  commands(step, { data, target }) {
    if (step !== "push v1" && step !== "pull all") return undefined;
    mkdirSync(target, { recursive: true });
    return [{ program: "sh", args: ["-c", 'find "$1" -type f -print0 | xargs -0 sha256sum > /dev/null', "sh", data] }];
  },
  restored: ({ data, one }) => join(data, one),
};

const dvc: Tool = {
  name: "dvc",
  prepare: ({ work, store }) => [
    { program: "dvc", args: ["init", "--no-scm", "--quiet"], cwd: work },
    { program: "dvc", args: ["remote", "add", "--quiet", "--default", "store", store], cwd: work },
  ],
  commands(step, { work, data, target, one }) {
    if (step.startsWith("push"))
      return [
        { program: "dvc", args: ["add", "--quiet", data], cwd: work },
        { program: "dvc", args: ["push", "--quiet"], cwd: work },
      ];
    // A machine that has the repository and nothing of the data.
    mkdirSync(join(target, ".dvc"), { recursive: true });
    for (const file of [".dvc/config", "data.dvc"]) cpSync(join(work, file), join(target, file));
    return [{ program: "dvc", args: ["pull", "--quiet", ...(step === "pull one" ? [`data/${one}`] : [])], cwd: target }];
  },
  restored: ({ target, one }) => join(target, "data", one),
};

const restic: Tool = {
  name: "restic",
  prepare: ({ store }) => [{ program: "restic", args: ["--quiet", "--repo", store, "init"] }],
  commands(step, { work, store, target, one }) {
    const repo = ["--quiet", "--repo", store];
    if (step.startsWith("push")) return [{ program: "restic", args: [...repo, "backup", "data"], cwd: work }];
    const only = step === "pull one" ? ["--include", `data/${one}`] : [];
    return [{ program: "restic", args: [...repo, "restore", "latest", "--target", target, ...only] }];
  },
  restored: ({ target, one }) => join(target, "data", one),
};

const rclone: Tool = {
  name: "rclone",
  commands(step, { data, store, target, one }) {
    if (step.startsWith("push")) return [{ program: "rclone", args: ["sync", "--checksum", data, store] }];
    if (step === "pull all") return [{ program: "rclone", args: ["copy", store, target] }];
    return [{ program: "rclone", args: ["copyto", join(store, one), join(target, one)] }];
  },
  restored: ({ target, one }) => join(target, one),
};

/** Tools that teams keep data with today. */
export const PEERS: readonly Tool[] = [dvc, restic, rclone];

/** True when a program of this name is on the path. */
export function isInstalled(program: string): boolean {
  return (process.env["PATH"] ?? "").split(delimiter).some((directory) => directory !== "" && existsSync(join(directory, program)));
}
