import { runAction } from "@modelyard/action-kit";
import { record } from "@modelyard/operations/record";
import { spec } from "./inputs.gen.ts";

await runAction(spec, record);
