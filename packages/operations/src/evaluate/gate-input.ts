import { userError } from "@modelyard/base";
import type { Gate, Task } from "@modelyard/evaluate";
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
  if (!own && listed.length > 0) return listed;
  return [{ metric: metric ?? headlineMetric(task), require: require ?? "not-regressed", margin }, ...listed];
}

function parseGates(value: unknown): Gate[] {
  const result = gateListSchema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  throw userError(
    "INPUT_INVALID",
    `gates: ${issue.path.join(".") || "(top)"}: ${issue.message}`,
    'write a list such as [{"metric": "accuracy", "require": "not-regressed", "margin": 0.01}]',
  );
}
