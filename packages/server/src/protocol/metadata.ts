import type { Signature } from "@modelyard/model";
import { DATATYPES } from "@modelyard/model";

const SERVER_VERSION = "0.1.0";

/** `GET /v2`. */
export const serverMetadata = { name: "modelyard", version: SERVER_VERSION, extensions: ["binary_tensor_data"] } as const;

/** `GET /v2/models/{name}`. */
export function modelMetadata(name: string, versions: readonly number[], signature: Signature): object {
  const port = ({ name: port, dtype, shape }: Signature["inputs"][number] | Signature["outputs"][number]): object => ({
    name: port,
    datatype: DATATYPES[dtype],
    shape,
  });
  return {
    name,
    versions: versions.map(String),
    platform: "onnxruntime_onnx",
    inputs: signature.inputs.map(port),
    outputs: signature.outputs.map(port),
  };
}
