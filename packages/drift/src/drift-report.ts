import { decideRetrain } from "./decide-retrain.ts";
import type { ColumnDrift, DriftReport, Profile } from "./document.ts";
import { judgeColumns } from "./judge-columns.ts";
import type { ProfileBuilder } from "./profile-builder.ts";
import { DEFAULT_THRESHOLDS, type DriftThresholds } from "./thresholds.ts";

export interface DriftInput {
  readonly model: string;
  readonly version: number;
  /** The training split's profile, and the dataset version that it is of. */
  readonly profile: Profile;
  readonly reference: Omit<DriftReport["reference"], "rows">;
  readonly window: Omit<DriftReport["window"], "rows">;
  /** The window's rows, by column. */
  readonly live: ProfileBuilder;
  /** Columns that the model reads. */
  readonly columns: readonly string[];
  /** Rows by predicted label; undefined for regression. */
  readonly predicted?: ReadonlyMap<string, number> | undefined;
  readonly thresholds?: Partial<DriftThresholds> | undefined;
  readonly newExamples?: number | undefined;
  readonly minNewExamples?: number | undefined;
  readonly created: string;
}

/** Compares a window of live traffic with the training profile. */
export function driftReport(input: DriftInput): DriftReport {
  const thresholds = { ...DEFAULT_THRESHOLDS, ...input.thresholds };
  const { columns, labels } = judgeColumns(input.profile, input.live, input.columns, input.predicted, thresholds);
  const verdict = verdictOf(columns, labels, thresholds.share);
  const rows = input.live.rows;
  const { requests, errors } = input.window;
  const { newExamples, minNewExamples } = input;
  const decision = decideRetrain({
    verdict,
    columns,
    labels,
    share: thresholds.share,
    rows,
    minRows: thresholds.minRows,
    requests,
    errors,
    newExamples,
    minNewExamples,
  });
  return {
    format: 1,
    kind: "drift",
    model: input.model,
    version: input.version,
    reference: { ...input.reference, rows: input.profile.rows },
    window: { ...input.window, rows },
    columns,
    labels,
    drifted: verdict === "drifted",
    verdict,
    ...decision,
    created: input.created,
  };
}

/** Drifted when the labels are or at least the share of the judged columns is; insufficient when nothing could be judged. */
function verdictOf(columns: readonly ColumnDrift[], labels: ColumnDrift | null, share: number): DriftReport["verdict"] {
  const judged = columns.filter((column) => column.verdict !== "insufficient");
  if (judged.length === 0 && (labels === null || labels.verdict === "insufficient")) return "insufficient";
  const drifted = judged.filter((column) => column.verdict === "drifted").length;
  const wide = drifted > 0 && drifted >= share * judged.length;
  return wide || labels?.verdict === "drifted" ? "drifted" : "stable";
}
