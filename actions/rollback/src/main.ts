import { runAction } from "@modelyard/action-kit";
import { rollback } from "@modelyard/operations/rollback";
import { spec } from "./inputs.gen.ts";

await runAction(spec, rollback);
