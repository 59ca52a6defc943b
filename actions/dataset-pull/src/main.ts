import { runAction } from "@modelyard/action-kit";
import { datasetPull } from "@modelyard/operations/dataset-pull";
import { spec } from "./inputs.gen.ts";

await runAction(spec, datasetPull);
