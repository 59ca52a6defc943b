import type { Digest } from "@modelyard/base";
import type { DriftReport } from "@modelyard/drift";

/** A drift report whose first column drifted; every text in it is `name`. */
export function sampleDrift(name: string, columns = 3): DriftReport {
  const column = (index: number, verdict: "drifted" | "stable" | "insufficient") => ({
    name: columns === 3 ? name : `${name} ${index}`,
    kind: "numeric" as const,
    n: 900,
    psi: verdict === "insufficient" ? null : 0.41,
    test: { name: "ks" as const, distance: 0.212, p: 0.000_001, threshold: 0.001 },
    verdict,
    reason: `PSI 0.41 is above 0.2: ${name}`,
  });
  return {
    format: 1,
    kind: "drift",
    model: name,
    version: 3,
    reference: { dataset: name, version: 2, digest: `sha256:${"a".repeat(64)}` as Digest, rows: 1_200 },
    window: { from: "2026-03-02T10:00:00.000Z", to: "2026-03-02T11:00:00.000Z", requests: 900, rows: 900, errors: 1 },
    columns: Array.from({ length: columns }, (_, index) =>
      column(index, index === 0 ? "drifted" : index === 1 ? "insufficient" : "stable"),
    ),
    labels: null,
    drifted: true,
    verdict: "drifted",
    retrain: true,
    reasons: [name],
    created: "2026-03-02T11:00:01.000Z",
  };
}
