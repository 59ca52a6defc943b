export type Env = Readonly<Record<string, string | undefined>>;

/** How the runner names the variable of an input: `github-token` is INPUT_GITHUB-TOKEN. */
export function inputVariable(name: string): string {
  return `INPUT_${name.replace(/ /g, "_").toUpperCase()}`;
}

/** Reads inputs as the runner hands them over. */
export function readInput(env: Env): (name: string) => string | undefined {
  return (name) => env[inputVariable(name)];
}

/** Names of all inputs that the step's `with:` gave, known or not; the runner hands over unknown ones too. */
export function givenInputs(env: Env): string[] {
  return Object.keys(env)
    .filter((variable) => variable.startsWith("INPUT_") && variable.length > "INPUT_".length && env[variable] !== "")
    .map((variable) => variable.slice("INPUT_".length).toLowerCase());
}
