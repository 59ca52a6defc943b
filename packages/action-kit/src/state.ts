import * as core from "@actions/core";

/** Keeps a text for the action's post step. */
export function saveState(name: string, value: string): void {
  core.saveState(name, value);
}

/** The text that the main step kept; undefined when it kept none. */
export function readState(name: string): string | undefined {
  const value = core.getState(name);
  return value === "" ? undefined : value;
}
