import { join } from "node:path";
import type { TemporaryDirectory } from "@modelyard/testkit";

/** The same directory seen from a part of it. */
export function below(home: TemporaryDirectory, part: string): TemporaryDirectory {
  return {
    ...home,
    path: home.at(part),
    at: (...parts) => home.at(part, ...parts),
    write: (relative, content) => home.write(join(part, relative), content),
    read: (relative) => home.read(join(part, relative)),
    files: async () => (await home.files()).filter((file) => file.startsWith(`${part}/`)).map((file) => file.slice(part.length + 1)),
  };
}
