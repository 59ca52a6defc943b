/** `label-column` as `labelColumn`. */
export type CamelCase<S extends string> = S extends `${infer Head}-${infer Tail}` ? `${Head}${Capitalize<CamelCase<Tail>>}` : S;

const KEBAB = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;

export function isKebabCase(name: string): boolean {
  return KEBAB.test(name);
}

/** `label-column` as `labelColumn`: the key under which an operation sees an input or output. */
export function camelCase(name: string): string {
  return name.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
