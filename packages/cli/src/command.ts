import type { ActionSpec, EveryOutput, InputsOf, Operation, OutputsOf } from "@modelyard/inputs";
import { outputValues, type ReadInput } from "@modelyard/inputs";
import type { Context } from "@modelyard/operations/context";
import { OutcomeError } from "@modelyard/operations/outcome-error";
import { type PrepareOptions, prepareInputs } from "@modelyard/operations/process/prepare-inputs";

/** An action as the command line runs it: its operation is imported only when it runs. */
export interface Command {
  readonly spec: ActionSpec;
  /** Reads the inputs, runs the operation in the context made for their working directory, and gives the outputs by their kebab-case names; so does an OutcomeError. */
  run(read: ReadInput, options: PrepareOptions, contextOf: (cwd: string) => Promise<Context>): Promise<Record<string, unknown>>;
}

/** Ties a spec to its operation; the types of both must agree. */
export function command<S extends ActionSpec, R extends OutputsOf<S>>(
  spec: S,
  load: () => Promise<Operation<S, Context, R>>,
  ..._missing: EveryOutput<S, R>
): Command {
  return {
    spec,
    async run(read, options, contextOf) {
      const { inputs, cwd }: { inputs: InputsOf<S>; cwd: string } = prepareInputs(spec, read, options);
      const operation = await load();
      const context = await contextOf(cwd);
      try {
        return outputValues(spec, await operation(inputs, context));
      } catch (thrown) {
        if (!(thrown instanceof OutcomeError)) throw thrown;
        const { code, message, hint = "" } = thrown;
        throw new OutcomeError({ code, message, hint, outputs: outputValues(spec, thrown.outputs as OutputsOf<S>) });
      }
    },
  };
}
