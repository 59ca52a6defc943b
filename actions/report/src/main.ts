import { runAction } from "@modelyard/action-kit";
import { report } from "@modelyard/operations/report";
import { spec } from "./inputs.gen.ts";

await runAction(spec, report);
