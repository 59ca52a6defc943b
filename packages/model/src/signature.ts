import { z } from "zod";

/** Element types of a tensor, by their NumPy names. */
export const dtypeSchema = z.enum([
  "float32",
  "float64",
  "float16",
  "int8",
  "int16",
  "int32",
  "int64",
  "uint8",
  "uint16",
  "uint32",
  "uint64",
  "bool",
  "string",
]);
export type Dtype = z.infer<typeof dtypeSchema>;

/** Extents of a tensor; -1 is an extent that a call chooses. The first extent of every input and output is the batch. */
export const shapeSchema = z.array(z.int().min(-1)).min(1).max(8);

const inputSchema = z.strictObject({
  name: z.string().min(1),
  dtype: dtypeSchema,
  shape: shapeSchema,
  /** Dataset columns that fill one row of the tensor, in order; for several values a row. */
  columns: z.array(z.string()).optional(),
  /** The one dataset column that fills the tensor; for one value (a text, a number) a row. */
  column: z.string().optional(),
});

const outputSchema = z.strictObject({
  name: z.string().min(1),
  dtype: dtypeSchema,
  shape: shapeSchema,
  role: z.enum(["label", "probabilities", "value", "embedding"]),
  /** Class names in the order of the tensor's columns (probabilities), or that an integer label indexes. Absent: a label is its own name. */
  labels: z.array(z.string()).optional(),
});

/** `signature.json`: how a model is called. Written at training; read by evaluate, server, promote and monitor. */
export const signatureSchema = z.strictObject({
  format: z.literal(1),
  task: z.enum(["classification", "regression"]),
  inputs: z.array(inputSchema).min(1),
  outputs: z.array(outputSchema).min(1),
});
export type Signature = z.infer<typeof signatureSchema>;
export type SignatureInput = z.infer<typeof inputSchema>;
export type SignatureOutput = z.infer<typeof outputSchema>;
