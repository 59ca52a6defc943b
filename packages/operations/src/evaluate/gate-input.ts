import { userError } from "@modelyard/base";
import { schemaProblems } from "@modelyard/content";
import { type Gate, metricNames, type Task } from "@modelyard/evaluate";
import { z } from "zod";
import type { EvaluateInputs } from "./inputs.ts";

const gateListSchema = z.array(
  z
    .strictObject({
      metric: z.string().min(1),
      slice: z.string().optional(),
      require: z.enum(["improved", "not-regressed"]).optional(),
      margin: z.number().min(0).optional(),
      min: z.number().optional(),
      max: z.number().optional(),
    })
    .readonly(),
);

/** The metric that a task is known by. */
export function headlineMetric(task: Task): string {
  return task === "classification" ? "accuracy" : "mae";
}

/** Gates of the inputs: the one of `metric`, `require` and `margin` first, then `gates`; when nothing is said, the headline metric must not regress. Throws INPUT_INVALID. */
export function gatesOf(inputs: Pick<EvaluateInputs, "metric" | "require" | "margin" | "gates">, task: Task): Gate[] {
  const listed = inputs.gates === undefined ? [] : parseGates(inputs.gates);
  const { metric, require, margin } = inputs;
  const own = metric !== undefined || require !== undefined || margin !== undefined;
  if (margin !== undefined && !(margin >= 0))
    throw userError("INPUT_INVALID", `margin: ${margin} is not 0 or more`, "write for example margin: 0.01, in the metric's own unit");
  const first: Gate = { metric: metric ?? headlineMetric(task), require: require ?? "not-regressed", margin };
  const gates = !own && listed.length > 0 ? listed : [first, ...listed];
  const names = metricNames(task);
  const unknown = gates.find((gate) => !names.includes(gate.metric));
  if (unknown === undefined) return gates;
  const input = unknown === first ? "metric" : "gates";
  throw userError(
    "INPUT_INVALID",
    `${input}: "${unknown.metric.slice(0, 60)}" is no metric of a ${task}`,
    `the metrics of a ${task} are ${names.join(", ")}`,
  );
}

function parseGates(value: unknown): Gate[] {
  const result = gateListSchema.safeParse(value);
  if (result.success) return result.data;
  throw userError(
    "INPUT_INVALID",
    `gates: ${schemaProblems(result.error, 1)[0]}`,
    'write a list such as [{"metric": "accuracy", "require": "not-regressed", "margin": 0.01}]',
  );
}
