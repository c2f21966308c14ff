import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { CASES } from "./cases/all.ts";
import { MUTANTS } from "./mutants/mutants.ts";
import { REQUIREMENTS } from "./requirements/all.ts";
import { NOT_TESTED } from "./requirements/not-tested.ts";

/** The tables kept in the repository, by file; `node conformance/tables.ts` writes them, a test holds them fresh. */
export const TABLES: Readonly<Record<string, () => string>> = {
  "REQUIREMENTS.md": requirementTable,
  "MUTANTS.md": mutantTable,
};

const HERE = fileURLToPath(new URL(".", import.meta.url));

function requirementTable(): string {
  const reasons = new Map(NOT_TESTED.flatMap(({ ids, reason }) => ids.map((id) => [id, reason])));
  const rows = REQUIREMENTS.map(({ id, level, core, rule, anchor }) => {
    const cases = CASES.filter(({ requirements }) => requirements.includes(id)).map((each) => each.id);
    const covered = cases.length === 0 ? `not tested: ${reasons.get(id)}` : cases.join("<br>");
    return `| [${id}](${anchor}) | ${level} | ${core ? "core" : ""} | ${cell(rule)} | ${covered} |`;
  });
  return table("Requirements and the cases that cover them", ["Rule", "Level", "", "In words", "Cases"], rows);
}

function mutantTable(): string {
  const rows = MUTANTS.map(({ name, requirement, caughtBy }) => `| ${cell(name)} | ${requirement} | ${caughtBy} |`);
  return table("Servers that break one rule each", ["What is broken", "Rule", "Caught by"], rows);
}

function table(title: string, columns: readonly string[], rows: readonly string[]): string {
  const head = `| ${columns.join(" | ")} |`;
  const line = `| ${columns.map(() => "---").join(" | ")} |`;
  return `# ${title}\n\nWritten by \`node conformance/tables.ts\`.\n\n${[head, line, ...rows].join("\n")}\n`;
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}

if (import.meta.main) for (const [name, make] of Object.entries(TABLES)) await writeFile(`${HERE}${name}`, make());
