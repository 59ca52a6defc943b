import { runAction } from "@modelyard/action-kit";
import { monitor } from "@modelyard/operations/monitor";
import { spec } from "./inputs.gen.ts";

await runAction(spec, monitor);
