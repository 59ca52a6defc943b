/**
 * How the runner reads what a step prints and writes, after actions/runner: ActionCommand.cs (TryParseV2 on lines that start with `::` after white space,
 * TryParse on `##[` anywhere), and FileCommandManager.cs (`name=value` lines and `name<<delimiter` blocks). .NET ends lines at CR, LF and CRLF.
 */

/** Names of the workflow commands in a text printed to standard output. */
export function commandsIn(output: string): string[] {
  return output.split(/\r\n|\r|\n/).flatMap((line) => {
    const trimmed = line.replace(/^[\s\u0085\u180e\u200b\ufeff]+/u, "");
    const modern = /^::([^:]*)::/.exec(trimmed);
    if (modern) return [modern[1]!.trim().split(" ")[0]!];
    const old = /##\[([^\]]*)\]/.exec(line);
    return old ? [`##${old[1]}`] : [];
  });
}

/** Key and value pairs of an output, state or environment file. Throws on what the runner refuses. */
export function pairsIn(file: string): [key: string, value: string][] {
  const lines = file.split("\n").map((line) => line.replace(/\r$/, ""));
  const pairs: [string, string][] = [];
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i]!;
    if (line === "") continue;
    const equals = line.indexOf("=");
    const heredoc = line.indexOf("<<");
    if (equals >= 0 && (heredoc < 0 || equals < heredoc)) {
      pairs.push([line.slice(0, equals), line.slice(equals + 1)]);
      continue;
    }
    if (heredoc < 0) throw new Error(`a line that is no pair: ${JSON.stringify(line)}`);
    const delimiter = line.slice(heredoc + 2);
    const end = lines.indexOf(delimiter, i + 1);
    if (end < 0) throw new Error(`no end of ${delimiter}`);
    pairs.push([line.slice(0, heredoc), lines.slice(i + 1, end).join("\n")]);
    i = end;
  }
  return pairs;
}
