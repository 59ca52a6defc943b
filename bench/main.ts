// npm run -s bench -- <area> [--quick] [--json]: our figures beside those of peers on the same input, taken in one run.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { messageOf } from "@modelyard/base";
import { nearestName } from "@modelyard/inputs";
import { markdownTable } from "markdown-table";
import type { Bench, Figure } from "./figure.ts";

const AREAS = ["dataset", "evaluate", "serve", "promote", "image", "drift", "start"] as const;

const options = process.argv.slice(2);
const areas = options.filter((option) => !option.startsWith("--"));
const unknownOption = options.find((option) => option.startsWith("--") && option !== "--quick" && option !== "--json");
process.exitCode = await main();

async function main(): Promise<number> {
  const [area] = areas;
  if (areas.length !== 1 || area === undefined || unknownOption !== undefined)
    return refuse(unknownOption === undefined ? "one area is expected" : `${unknownOption} is not an option`);
  if (!(AREAS as readonly string[]).includes(area)) {
    const near = nearestName(area, AREAS);
    return refuse(`there is no area ${JSON.stringify(area)}${near === undefined ? "" : `; did you mean ${near}?`}`);
  }
  if (!existsSync(join(import.meta.dirname, `${area}.ts`)))
    return refuse(
      `the area ${area} is not measured yet; measured are ${AREAS.filter((name) => existsSync(join(import.meta.dirname, `${name}.ts`))).join(", ")}`,
    );
  try {
    const { bench } = (await import(`./${area}.ts`)) as { bench: Bench };
    const figures = await bench({ quick: options.includes("--quick"), note: (message) => process.stderr.write(`${message}\n`) });
    process.stdout.write(options.includes("--json") ? `${JSON.stringify({ figures }, withNulls)}\n` : tableOf(figures));
    return 0;
  } catch (error) {
    process.stderr.write(`bench ${area}: ${messageOf(error)}\n`);
    return 1;
  }
}

/** A missing peer is said, not left out. */
function withNulls(_key: string, value: unknown): unknown {
  return value === undefined ? null : value;
}

function refuse(problem: string): number {
  process.stderr.write(`bench: ${problem}\nUsage: npm run -s bench -- <${AREAS.join("|")}> [--quick] [--json]\n`);
  return 1;
}

function tableOf(figures: readonly Figure[]): string {
  const rows = figures.map(({ name, ours, peer, unit, ratio, goal, ok }) => [
    name,
    String(ours),
    peer === undefined ? "not there" : String(peer),
    unit,
    ratio === undefined ? "" : String(ratio),
    goal,
    goal === "" ? "" : ok ? "yes" : "NO",
  ]);
  return `${markdownTable([["Figure", "Ours", "Peer", "Unit", "Ratio", "Goal", "Met"], ...rows], { align: ["l", "r", "r", "l", "r", "l", "l"] })}\n`;
}
