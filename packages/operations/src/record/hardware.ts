import { cpus, totalmem } from "node:os";
import type { Hardware } from "@modelyard/lineage";
import type { RunProgram } from "../run-program.ts";

const GPU_QUERY = ["--query-gpu=name,memory.total,driver_version", "--format=csv,noheader,nounits"];
const BYTES_PER_MIB = 1024 * 1024;

/** Processor, memory and NVIDIA GPUs of this machine; no GPUs where `nvidia-smi` is not there. */
export async function collectHardware(run: RunProgram): Promise<Hardware> {
  const processors = cpus();
  const gpus = await run("nvidia-smi", GPU_QUERY);
  return {
    cpu: processors[0]?.model.trim() || "unknown",
    cores: processors.length,
    memoryBytes: totalmem(),
    gpus: gpus === undefined ? [] : parseGpus(gpus),
  };
}

/** GPUs of the lines `name, memory in MiB, driver version` that nvidia-smi prints; a line of another form is left out. */
export function parseGpus(text: string): Hardware["gpus"] {
  return text.split("\n").flatMap((line) => {
    const match = /^(\S.*), (\d{1,9}), ([0-9.]{1,30})$/.exec(line.trim());
    return match ? [{ name: match[1]!.slice(0, 100), memoryBytes: Number(match[2]) * BYTES_PER_MIB, driver: match[3]! }] : [];
  });
}
