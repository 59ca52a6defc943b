import type { CamelCase } from "./names.ts";

/** Types an input or output can have: those of action-types.yml plus `duration` (milliseconds inside) and `json`. */
export const INPUT_TYPES = ["string", "boolean", "integer", "float", "enum", "duration", "list", "json"] as const;
export type InputType = (typeof INPUT_TYPES)[number];

/** One input: the description and default of action.yml with the type of action-types.yml. Texts are as a workflow writes them. */
export interface InputSpec {
  readonly type: InputType;
  readonly description: string;
  readonly required?: true;
  /** Default that the runner fills in; may be an expression such as `${{ github.token }}`. */
  readonly default?: string;
  /** Default used when neither the input nor modelyard.yml gives a value. */
  readonly fallback?: string;
  /** Key of modelyard.yml that fills the input when it is absent. */
  readonly config?: string;
  /** Masked before anything is logged, never shown in an error. */
  readonly secret?: true;
  /** Allowed values of an enum, or of the items of a list. */
  readonly values?: readonly string[];
  /** Separator of a list; `,` when absent. A list may always be written one item a line. */
  readonly separator?: string;
  /** Bounds of a number, or of the milliseconds of a duration: at least, more than, at most. */
  readonly min?: number;
  readonly above?: number;
  readonly max?: number;
  readonly deprecated?: string;
}

export interface OutputSpec {
  readonly type: InputType;
  readonly description: string;
  readonly values?: readonly string[];
  readonly separator?: string;
}

/** An action as its generated literal describes it (`as const satisfies ActionSpec`). Keys are kebab-case. */
export interface ActionSpec {
  readonly name: string;
  readonly description: string;
  readonly inputs: Readonly<Record<string, InputSpec>>;
  readonly outputs: Readonly<Record<string, OutputSpec>>;
}

type ValueOf<I> = I extends { type: "boolean" }
  ? boolean
  : I extends { type: "integer" | "float" | "duration" }
    ? number
    : I extends { type: "enum"; values: readonly (infer V)[] }
      ? V
      : I extends { type: "list" }
        ? readonly string[]
        : I extends { type: "json" }
          ? unknown
          : string;

// A default that is an expression may evaluate to nothing, so it promises no value.
type IsPresent<I> = I extends { required: true }
  ? true
  : I extends { fallback: string }
    ? true
    : I extends { default: `${string}\${{${string}` }
      ? false
      : I extends { default: string }
        ? true
        : false;

type Flat<T> = { readonly [K in keyof T]: T[K] };

/** The parsed inputs of a spec: camelCase keys; required, defaulted and fallback inputs are always present. */
export type InputsOf<S extends ActionSpec> = Flat<
  {
    readonly [K in keyof S["inputs"] & string as IsPresent<S["inputs"][K]> extends true ? CamelCase<K> : never]: ValueOf<S["inputs"][K]>;
  } & {
    readonly [K in keyof S["inputs"] & string as IsPresent<S["inputs"][K]> extends true ? never : CamelCase<K>]?:
      | ValueOf<S["inputs"][K]>
      | undefined;
  }
>;

/** What an operation of this spec may return: camelCase keys, each of which may be absent. */
export type OutputsOf<S extends ActionSpec> = {
  readonly [K in keyof S["outputs"] & string as CamelCase<K>]?: ValueOf<S["outputs"][K]> | undefined;
};

/** A use case of this spec. `R` is its own result type: it may hold more than the declared outputs. */
export type Operation<S extends ActionSpec, C, R extends OutputsOf<S>> = (inputs: InputsOf<S>, context: C) => Promise<R>;

/** A rest parameter that is empty when `R` names every declared output, and else asks for an argument that says which one is missing. */
export type EveryOutput<S extends ActionSpec, R> = [Exclude<CamelCase<keyof S["outputs"] & string>, keyof R>] extends [never]
  ? []
  : [missing: `the operation does not return ${Exclude<CamelCase<keyof S["outputs"] & string>, keyof R>}`];
