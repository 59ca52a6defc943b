import type { YardInputs } from "../open-yard.ts";

export interface TrainInputs extends YardInputs {
  /** The model that is trained. */
  readonly name?: string | undefined;
  /** File name of the training workflow. */
  readonly workflow: string;
  /** Branch or tag that it runs at; the default branch when absent. */
  readonly ref?: string | undefined;
  /** `name@version` or the path of a pointer file. */
  readonly dataset?: string | undefined;
  /** Whose pointer file, else newest version, is taken when `dataset` is absent. */
  readonly datasetName?: string | undefined;
  readonly parameters?: unknown;
  /** Train only when the baseline has not seen at least this many of the examples; 0 trains always. */
  readonly minNewExamples: number;
  readonly wait: boolean;
  /** Longest wait, milliseconds. */
  readonly timeout: number;
  /** Shortest time between two looks at the run, milliseconds; grows to twelve times that. */
  readonly pollInterval: number;
  /** Labels of the runner that the workflow asks for; checked, never sent. */
  readonly runsOn?: readonly string[] | undefined;
  readonly githubToken?: string | undefined;
  readonly dryRun?: boolean | undefined;
}

export interface TrainOutputs {
  /** Undefined when nothing was started. */
  readonly run: string | undefined;
  /** GitHub's conclusion of the workflow run; undefined when it was not waited for. */
  readonly conclusion: string | undefined;
  readonly runUrl: string | undefined;
  /** False: there were not enough new examples. */
  readonly trained: boolean;
  readonly newExamples: number;
  readonly modelDigest: string | undefined;
}
