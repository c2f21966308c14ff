import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { parseJson } from "./json.ts";
import { toConsole } from "./reports/console.ts";
import { writeReports } from "./reports/write.ts";
import type { Level } from "./requirements/requirement.ts";
import type { RunReport } from "./result.ts";
import { runConformance, selectTasks } from "./runner.ts";

const USAGE = `npm run conformance -- --base URL [options]

  --base URL       FHIR base, as http://127.0.0.1:8080/fhir/R4
  --token T        access token, sent as Bearer; TOKEN in the environment does as well
  --header 'N: V'  a header for every request; may be repeated
  --out DIR        writes results.json, junit.xml, report.html, testreport.json, badge.svg, requests.har
  --only NAME      requirement, case or group; may be repeated or joined by commas
  --level LEVEL    SHALL, SHOULD, rule or MAY alone
  --type TYPE      a resource type; may be repeated; else Patient, Observation, Consent, Organization
  --strict         a SHOULD that is not met fails
  --read-only      sends no write, not even one that must be refused
  --i-may-write    allows writes to a base that is not on this machine
  --assume FILE    plans from this CapabilityStatement instead of the server's own
  --list           shows the cases without running any

Exit: 0 nothing failed, 1 a case failed or could not be run for an error, 2 misuse or nothing to test.
`;

const LEVELS: readonly Level[] = ["SHALL", "SHOULD", "rule", "MAY"];
const LOOPBACK = new Set(["localhost", "127.0.0.1", "[::1]"]);

/** Misuse: shown as it stands, exit 2. */
class Misuse extends Error {}

function parseOptions(args: readonly string[]) {
  const text = { type: "string" } as const;
  const many = { type: "string", multiple: true } as const;
  const flag = { type: "boolean" } as const;
  const options = {
    ...{ base: text, token: text, out: text, level: text, assume: text, only: many, header: many, type: many },
    ...{ list: flag, strict: flag, "read-only": flag, "i-may-write": flag, help: flag },
  };
  try {
    return parseArgs({ args: [...args], options, allowPositionals: false }).values;
  } catch (error) {
    throw new Misuse(`${error instanceof Error ? error.message : "unreadable options"}\n\n${USAGE}`);
  }
}

function levelFrom(name: string | undefined): Level | undefined {
  if (name === undefined) return undefined;
  const level = LEVELS.find((each) => each.toLowerCase() === name.toLowerCase());
  if (level === undefined) throw new Misuse(`--level is one of ${LEVELS.join(", ")}\n`);
  return level;
}

function baseFrom(address: string | undefined): string {
  if (address === undefined || address === "") throw new Misuse(`--base is missing\n\n${USAGE}`);
  if (!URL.canParse(address) || !/^https?:$/.test(new URL(address).protocol))
    throw new Misuse("--base is no http address\n");
  return address.replace(/\/+$/, "");
}

function headersFrom(lines: readonly string[] | undefined): Readonly<Record<string, string>> | undefined {
  const pairs = lines?.map((line): [string, string] => {
    const [, name, value] = /^([\w-]+):\s*(.*)$/.exec(line) ?? [];
    if (name === undefined || value === undefined) throw new Misuse("--header is written 'Name: value'\n");
    return [name, value];
  });
  return pairs === undefined ? undefined : Object.fromEntries(pairs);
}

async function statementFrom(file: string | undefined): Promise<unknown> {
  if (file === undefined) return undefined;
  const statement = parseJson(await readFile(file, "utf8").catch(() => ""));
  if (statement === undefined) throw new Misuse("--assume names no file with JSON\n");
  return statement;
}

/** A run in which the server let the kit see nothing says nothing, whatever its counts. */
function lockedOut({ exchanges, base }: RunReport): string | undefined {
  const judged = exchanges.filter(({ request }) => request.method === "GET" && !request.url.includes("/metadata"));
  if (judged.length === 0 || judged.some(({ response }) => ![401, 403].includes(response.status))) return undefined;
  const loopback = LOOPBACK.has(new URL(base).hostname);
  const hint = "  npm run -s token -- --client conformance-demo";
  return [
    "The server answers 401 or 403 to everything but metadata: it wants a valid token, as --token or in TOKEN.",
    ...(loopback ? ["If it is this gateway with its demonstration clients, this prints one:", hint] : []),
    "",
  ].join("\n");
}

async function main(args: readonly string[]): Promise<number> {
  const values = parseOptions(args);
  if (values.help === true) {
    process.stdout.write(USAGE);
    return 0;
  }
  const only = values.only?.flatMap((each) => each.split(",")).filter((each) => each !== "");
  const selection = {
    only,
    level: levelFrom(values.level),
    ...(values.type === undefined ? {} : { types: values.type }),
  };
  const tasks = selectTasks(selection);
  const unused = only?.find((name) => selectTasks({ ...selection, only: [name] }).length === 0);
  if (unused !== undefined) throw new Misuse(`--only ${unused} selects no case; --list shows them all\n`);
  if (tasks.length === 0) throw new Misuse("nothing is selected; --list shows all cases\n");
  if (values.list === true) {
    const lines = tasks.map(
      ({ id, requirement, test }) => `${id}\t${requirement.level}\t${test.requirements}\t${test.title}\n`,
    );
    process.stdout.write(lines.join(""));
    return 0;
  }
  const base = baseFrom(values.base);
  const mayWrite =
    values["read-only"] !== true && (LOOPBACK.has(new URL(base).hostname) || values["i-may-write"] === true);
  const token = values.token ?? (process.env.TOKEN === "" ? undefined : process.env.TOKEN);
  const rest = {
    headers: headersFrom(values.header),
    strict: values.strict === true,
    assume: await statementFrom(values.assume),
  };
  const report = await runConformance({ base, token, mayWrite, ...selection, ...rest });
  process.stdout.write(toConsole(report));
  if (values.out !== undefined) await writeReports(report, values.out);
  const locked = lockedOut(report);
  if (locked !== undefined) throw new Misuse(locked);
  return report.counts.fail + report.counts.error > 0 ? 1 : 0;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof Misuse)) throw error;
  process.stderr.write(error.message);
  process.exitCode = 2;
}
