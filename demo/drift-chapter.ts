import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { DriftReport } from "@modelyard/drift";
import type { World } from "./world.ts";

/** Lets the monitor look at the last minutes; gives the path of its report. */
export async function watchForDrift(world: World, title: string): Promise<string> {
  let path = "";
  await world.step({
    title,
    args: ["monitor", "--window", "7s"],
    tell: ({ outputs }) => {
      path = join(world.workspace.repository, String(outputs["report"]));
      const report = JSON.parse(readFileSync(path, "utf8")) as DriftReport;
      const drifted = report.columns.filter((column) => column.verdict === "drifted").length;
      return {
        decision: `${report.verdict}: ${drifted} of ${report.columns.length} pixels drifted; retrain: ${report.retrain ? "yes" : "no"}`,
        why: report.reasons.join("; "),
        verdict: report.drifted ? "inconclusive" : "info",
        details: [
          ["issue", String(outputs["issue-url"])],
          ["rows in the window", String(report.window.rows)],
        ],
      };
    },
  });
  return path;
}
