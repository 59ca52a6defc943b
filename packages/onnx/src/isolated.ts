export interface IsolationOptions {
  readonly memoryBytes?: number;
  readonly timeoutMs?: number;
}
export { openModel as openIsolatedModel } from "./session.ts";
