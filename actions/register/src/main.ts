import { runAction } from "@modelyard/action-kit";
import { register } from "@modelyard/operations/register";
import { spec } from "./inputs.gen.ts";

await runAction(spec, register);
