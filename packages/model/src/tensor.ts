import { z } from "zod";
import { dtypeSchema, shapeSchema } from "./signature.ts";

/** A tensor as JSON: flat row-major data; 64-bit integers past 2^53 as decimal texts, NaN and infinities as "NaN", "Infinity", "-Infinity". */
export const jsonTensorSchema = z.strictObject({
  name: z.string().min(1),
  dtype: dtypeSchema,
  shape: z.array(z.int().min(0)).max(8),
  data: z.array(z.union([z.number(), z.string(), z.boolean()])),
});
export type JsonTensor = z.infer<typeof jsonTensorSchema>;
export { shapeSchema };

/** `golden.json`: inputs with the outputs that the training framework gave; replayed by image, server and staging. */
export const goldenSchema = z.strictObject({
  format: z.literal(1),
  /** Largest allowed absolute plus relative difference of a floating output: |a-b| <= tolerance * (1 + |b|). */
  tolerance: z.number().positive(),
  cases: z.array(z.strictObject({ inputs: z.array(jsonTensorSchema).min(1), outputs: z.array(jsonTensorSchema).min(1) })).min(20),
});
export type Golden = z.infer<typeof goldenSchema>;
