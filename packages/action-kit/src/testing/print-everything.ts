// Child process of the tests: sends hostile texts through every way out of an action and prints nothing else.
import { readFileSync } from "node:fs";
import { runAction } from "../run-action.ts";
import { saveState } from "../state.ts";

const spec = {
  name: "example",
  description: "An example",
  inputs: {
    texts: { type: "string", description: "File of texts", required: true },
    token: { type: "string", description: "A secret", secret: true },
  },
  outputs: {
    result: { type: "string", description: "r" },
    items: { type: "list", description: "i" },
    document: { type: "json", description: "d" },
  },
} as const;

await runAction(spec, async (inputs, context) => {
  const texts = JSON.parse(readFileSync(inputs.texts, "utf8")) as string[];
  for (const text of texts) {
    context.log.info(text);
    context.log.debug(text);
    context.log.notice(text);
    context.log.warning(text);
    await context.log.group(text, async () => context.log.group(text, async () => context.log.info(text)));
    saveState("kept", text);
  }
  await context.summary(texts.join("\n\n"));
  return { result: texts.join("\n"), items: texts, document: texts };
});
