// Child process of the tests: an action that succeeds or fails in the way its input says.
import { userError } from "@modelyard/base";
import { runAction } from "../run-action.ts";

const spec = {
  name: "example",
  description: "An example",
  inputs: {
    behaviour: {
      type: "enum",
      description: "How it ends",
      required: true,
      values: ["ok", "user-error", "defect", "many-errors", "late-error", "group-error", "leak", "job", "wait"],
    },
    "working-directory": { type: "string", description: "w" },
    "github-token": { type: "string", description: "t", secret: true },
  },
  outputs: { job: { type: "json", description: "j" } },
} as const;

const failure = (): Error => userError("LABEL_MISSING", "the label column is not there", "name another column", new Error("ENOENT"));

await runAction(spec, async ({ behaviour }, context): Promise<{ job?: unknown }> => {
  switch (behaviour) {
    case "ok":
      return {};
    case "user-error":
      throw failure();
    case "defect":
      throw new TypeError("x is undefined");
    case "many-errors":
      throw new AggregateError([failure(), new Error("second")]);
    case "late-error":
      setTimeout(() => {
        throw new Error("thrown by a timer");
      }, 1);
      return new Promise(() => setInterval(() => {}, 60_000));
    case "group-error":
      return context.log.group("Phase", () => Promise.reject(failure()));
    case "leak":
      setInterval(() => {}, 60_000);
      return {};
    case "job":
      return { job: context.job };
    case "wait":
      context.log.info("waiting");
      return new Promise((_, reject) => {
        const timer = setInterval(() => {}, 60_000);
        context.signal.addEventListener("abort", () => {
          clearInterval(timer);
          reject(context.signal.reason);
        });
      });
  }
});
