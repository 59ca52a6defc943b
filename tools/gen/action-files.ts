import { z } from "zod";

const scalar = z.union([z.string(), z.number(), z.boolean()]);
const text = z.string().trim().min(1, "a text expected");

/** The parts of action.yml that the generator reads; GitHub allows more. */
export const actionYmlSchema = z.object({
  name: text,
  description: text,
  inputs: z
    .record(
      z.string(),
      z.strictObject({
        description: text,
        required: z.boolean().optional(),
        default: scalar.optional(),
        deprecationMessage: z.string().optional(),
      }),
    )
    .optional(),
  outputs: z.record(z.string(), z.strictObject({ description: text })).optional(),
  runs: z.object({ using: z.literal("node24"), main: z.literal("dist/index.cjs"), post: z.string().optional() }),
});
export type ActionYml = z.infer<typeof actionYmlSchema>;

const type = z.enum(["string", "boolean", "integer", "float", "enum", "duration", "list", "json"]);
const values = z.array(scalar).min(1);

/** action-types.yml: the github-actions-typing format with the keys `required`, `config`, `fallback`, `secret`, `min`, `above`, `max` and the types `duration` and `json` added. */
export const actionTypesSchema = z.strictObject({
  inputs: z
    .record(
      z.string(),
      z.strictObject({
        type,
        "allowed-values": values.optional(),
        separator: z.string().optional(),
        "list-item": z.strictObject({ type: z.enum(["string", "enum"]), "allowed-values": values.optional() }).optional(),
        // Must have a value, which modelyard.yml may give; action.yml's own `required` would make every workflow repeat it.
        required: z.literal(true).optional(),
        config: z.string().optional(),
        fallback: z.union([scalar, z.array(scalar), z.record(z.string(), z.unknown())]).optional(),
        secret: z.boolean().optional(),
        // Bounds of a number, or of the milliseconds of a duration.
        min: z.number().optional(),
        above: z.number().optional(),
        max: z.number().optional(),
      }),
    )
    .nullish(),
  outputs: z.record(z.string(), z.strictObject({ type, "allowed-values": values.optional(), separator: z.string().optional() })).nullish(),
});
export type ActionTypes = z.infer<typeof actionTypesSchema>;
export type InputTypeEntry = NonNullable<ActionTypes["inputs"]>[string];
