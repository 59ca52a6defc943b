const HEAD_BYTES = 200;

/** What to do next, guessed from the first bytes of a file that is no ONNX model. */
export function notOnnxHint(bytes: Uint8Array): string {
  const head = String.fromCharCode(...bytes.subarray(0, HEAD_BYTES));
  if (head.startsWith("version https://git-lfs.github.com/spec/"))
    return "this is a Git LFS pointer: check the file out with `lfs: true` in actions/checkout, or run `git lfs pull`";
  if (/^\s*<(?:!doctype|html|\?xml)/i.test(head))
    return "this is a web page: a download saved an error or login page in place of the model";
  if (head.startsWith("\x80") && (head.charCodeAt(1) ?? 0) <= 5)
    return "this is a Python pickle, which is never opened: export the model to ONNX (skl2onnx, torch.onnx.export)";
  if (head.startsWith("PK\x03\x04"))
    return "this is a zip archive (a PyTorch or Keras file?): export the model to ONNX (torch.onnx.export, tf2onnx)";
  if (head.startsWith("\x89HDF")) return "this is an HDF5 file (Keras?): export the model to ONNX (tf2onnx)";
  if (head.slice(4, 8) === "TFL3") return "this is a TensorFlow Lite model: export the model to ONNX (tf2onnx --tflite)";
  if (/^.{8}\{"/s.test(head)) return "this is a safetensors file, which holds weights without a graph: export the model to ONNX";
  if (/^\s*[{[]/.test(head)) return "this is a JSON text: name the .onnx file";
  return "write a whole .onnx file; a cut download or upload is the usual cause";
}
