import { runAction } from "@modelyard/action-kit";
import { datasetPush } from "@modelyard/operations/dataset-push";
import { spec } from "./inputs.gen.ts";

await runAction(spec, datasetPush);
