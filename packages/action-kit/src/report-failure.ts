import * as core from "@actions/core";
import { type Log, plainText } from "@modelyard/base";
import { failureOf, failureText, stackText } from "@modelyard/operations/process/failure-text";

/** Fails the step with the error's message and next step; a defect, or debugging, shows the stack too. */
export function reportFailure(thrown: unknown, log: Log, redact: (text: string) => string): void {
  const { error, others } = failureOf(thrown);
  core.setFailed(plainText(redact(failureText(error, others))));
  if (error.kind === "defect" || core.isDebug()) log.info(stackText(error));
}
