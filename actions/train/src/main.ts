import { runAction } from "@modelyard/action-kit";
import { train } from "@modelyard/operations/train";
import { spec } from "./inputs.gen.ts";

await runAction(spec, train);
