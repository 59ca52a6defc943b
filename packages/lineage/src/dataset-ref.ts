import { digestSchema } from "@modelyard/content";
import { z } from "zod";

/** A dataset version as records name it. */
export const datasetRefSchema = z.strictObject({ name: z.string(), version: z.int().positive(), digest: digestSchema });
export type DatasetRef = z.infer<typeof datasetRefSchema>;
