import { ModelyardError } from "@modelyard/base";

/** The work is done and its answer is no (a gate failed): the step fails with this error, and its outputs are set all the same. */
export class OutcomeError extends ModelyardError {
  /** The operation's outputs, by their camelCase names. */
  readonly outputs: object;

  constructor(options: { readonly code: string; readonly message: string; readonly hint: string; readonly outputs: object }) {
    super({ code: options.code, kind: "user", message: options.message, hint: options.hint });
    this.outputs = options.outputs;
  }
}
