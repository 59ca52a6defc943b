import { runAction } from "@modelyard/action-kit";
import { promote } from "@modelyard/operations/promote";
import { spec } from "./inputs.gen.ts";

await runAction(spec, promote);
