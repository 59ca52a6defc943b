import { runAction } from "@modelyard/action-kit";
import { image } from "@modelyard/operations/image";
import { spec } from "./inputs.gen.ts";

await runAction(spec, image);
