import { timeSchema } from "@modelyard/content";
import { z } from "zod";
import { jsonTensorSchema } from "./tensor.ts";

export const roleSchema = z.enum(["stable", "canary", "shadow"]);
/** Which traffic a replica answered: `shadow` answers are compared and thrown away. */
export type ServingRole = z.infer<typeof roleSchema>;

/** One line of the prediction log (JSON lines); a request may hold several rows. `error` stands in place of outputs when the model failed. */
export const predictionLineSchema = z.object({
  id: z.string().min(1).max(200),
  time: timeSchema,
  model: z.string(),
  version: z.int().positive(),
  role: roleSchema,
  inputs: z.array(jsonTensorSchema),
  outputs: z.array(jsonTensorSchema),
  latencyMs: z.number().min(0),
  error: z.string().optional(),
});
export type PredictionLine = z.infer<typeof predictionLineSchema>;
