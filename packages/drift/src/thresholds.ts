/** What it takes to call a column or a window drifted. */
export interface DriftThresholds {
  /** Rows with a value that window and reference need; below it a column is `insufficient`, never drifted. */
  readonly minRows: number;
  /** Smallest PSI. */
  readonly psi: number;
  /** Largest p-value after Holm's correction over the columns. */
  readonly alpha: number;
  /** Smallest KS distance or Cramer's V: with many rows any trifle is significant. */
  readonly distance: number;
  /** Share of the judged columns that must drift for the window to be drifted. */
  readonly share: number;
}

/** PSI 0.2 is the customary mark of a large shift; a distance of 0.1 moves a tenth of the rows; at 200 rows chance alone brings a PSI near 0.05. */
export const DEFAULT_THRESHOLDS: DriftThresholds = { minRows: 200, psi: 0.2, alpha: 0.01, distance: 0.1, share: 0.2 };
