import { DATATYPES, formatShape, type Signature, type SignatureInput, type Tensor } from "@modelyard/model";
import { tooLarge, unfit } from "./http-problem.ts";

/** The inputs in the signature's order, and their rows. Throws HttpProblem 422 when they are not what the model takes, 413 for too many rows. */
export function checkInputs(signature: Signature, given: readonly Tensor[], maxRows: number): { inputs: Tensor[]; rows: number } {
  const known = signature.inputs.map((input) => input.name);
  const unknown = given.find((tensor) => !known.includes(tensor.name));
  if (unknown) throw unfit(`the model has no input "${unknown.name.slice(0, 60)}"; it has ${known.join(", ")}`);
  const inputs = signature.inputs.map((input) =>
    checkInput(
      input,
      given.find((tensor) => tensor.name === input.name),
    ),
  );
  const rows = inputs[0]!.shape[0]!;
  for (const [i, input] of signature.inputs.entries()) {
    if (input.shape[0] === -1 && inputs[i]!.shape[0] !== rows)
      throw unfit(`input ${input.name} has ${inputs[i]!.shape[0]} rows, ${known[0]} has ${rows}`);
  }
  if (rows === 0) throw unfit("the batch is empty: give one row at least");
  if (rows > maxRows) throw tooLarge(`${rows} rows are given; ${maxRows} are allowed in one request`);
  return { inputs, rows };
}

function checkInput(input: SignatureInput, tensor: Tensor | undefined): Tensor {
  if (!tensor) throw unfit(`the input ${input.name} is missing`);
  if (tensor.dtype !== input.dtype)
    throw unfit(`input ${input.name} is ${DATATYPES[tensor.dtype]}; the model takes ${DATATYPES[input.dtype]}`);
  const fits = tensor.shape.length === input.shape.length && input.shape.every((extent, i) => extent === -1 || extent === tensor.shape[i]);
  if (!fits)
    throw unfit(`input ${input.name} has the shape ${formatShape(tensor.shape)}; the model takes ${formatShape(input.shape)} (-1 is any)`);
  // The runtime's binding would cut the text there without a word.
  if (Array.isArray(tensor.data) && tensor.data.some((text) => text.includes("\0")))
    throw unfit(`input ${input.name} holds a text with a NUL character`);
  return tensor;
}
