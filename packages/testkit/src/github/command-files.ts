import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

/** The files through which a step speaks to its runner. */
export interface CommandFiles {
  /** `GITHUB_OUTPUT` and its kin, to set for the step. */
  readonly env: Readonly<Record<string, string>>;
  /** What the step wrote. */
  read(): Promise<{
    readonly outputs: Record<string, string>;
    readonly env: Record<string, string>;
    readonly paths: string[];
    readonly summary: string;
  }>;
  remove(): Promise<void>;
}

const NAMES = ["OUTPUT", "ENV", "PATH", "STATE", "STEP_SUMMARY"] as const;

/** Empty command files for one step. */
export async function commandFiles(): Promise<CommandFiles> {
  const folder = await mkdtemp(path.join(tmpdir(), "modelyard-step-"));
  const file = (name: string): string => path.join(folder, name.toLowerCase());
  for (const name of NAMES) await writeFile(file(name), "");
  const content = (name: (typeof NAMES)[number]): Promise<string> => readFile(file(name), "utf8");
  return {
    env: Object.fromEntries(NAMES.map((name) => [`GITHUB_${name}`, file(name)])),
    async read() {
      return {
        outputs: parseCommandFile(await content("OUTPUT")),
        env: parseCommandFile(await content("ENV")),
        paths: (await content("PATH")).split("\n").filter((line) => line !== ""),
        summary: await content("STEP_SUMMARY"),
      };
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Parses `name=value` and `name<<DELIMITER` lines. Throws Error on a line that is neither, as the runner does. */
export function parseCommandFile(content: string): Record<string, string> {
  const result: Record<string, string> = {};
  const lines = content.split(/\r?\n/);
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i]!;
    if (line === "") continue;
    const equals = line.indexOf("=");
    const heredoc = line.indexOf("<<");
    if (heredoc > 0 && (equals < 0 || heredoc < equals)) {
      const delimiter = line.slice(heredoc + 2);
      const end = lines.indexOf(delimiter, i + 1);
      if (end < 0) throw new Error(`a command file lacks the delimiter ${delimiter}`);
      result[line.slice(0, heredoc)] = lines.slice(i + 1, end).join("\n");
      i = end;
    } else if (equals > 0) result[line.slice(0, equals)] = line.slice(equals + 1);
    else throw new Error(`a command file has the line "${line}", which sets nothing`);
  }
  return result;
}
