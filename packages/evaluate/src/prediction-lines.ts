import { parseJson, userError } from "@modelyard/base";
import { schemaProblems } from "@modelyard/content";
import { type Prediction, predictionSchema } from "./document.ts";

/** Predictions as JSON lines, each ended by a line feed; the stored form. */
export function formatPredictionLines(predictions: readonly Prediction[]): string {
  let text = "";
  for (const { id, label, prediction, scores } of predictions) text += `${JSON.stringify({ id, label, prediction, scores })}\n`;
  return text;
}

/** Stored predictions from their JSON lines. Throws EVALUATE_PREDICTIONS_INVALID naming the line. */
export function parsePredictionLines(text: string, what: string): Prediction[] {
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines.map((line, i) => {
    const result = predictionSchema.safeParse(parseJson(line, `${what}, line ${i + 1}`));
    if (result.success) return result.data;
    throw userError(
      "EVALUATE_PREDICTIONS_INVALID",
      `${what}, line ${i + 1}: ${schemaProblems(result.error, 1)[0]}`,
      "each line is {id, label, prediction, scores}",
    );
  });
}
