import { runAction } from "@modelyard/action-kit";
import { evaluate } from "@modelyard/operations/evaluate";
import { spec } from "./inputs.gen.ts";

await runAction(spec, evaluate);
