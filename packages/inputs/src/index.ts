export { type CamelCase, camelCase, isKebabCase } from "./names.ts";
export { editDistance, nearestName } from "./nearest.ts";
export { formatOutputs, outputValues } from "./outputs.ts";
export { inputError, type LookupConfig, parseInputs, type ReadInput } from "./parse-inputs.ts";
export { boundsText, expectedText, type ParsedValue, parseValue } from "./parse-value.ts";
export { redactor, secretForms } from "./secret-forms.ts";
export {
  type ActionSpec,
  type EveryOutput,
  INPUT_TYPES,
  type InputSpec,
  type InputsOf,
  type InputType,
  type Operation,
  type OutputSpec,
  type OutputsOf,
} from "./spec.ts";
