#!/usr/bin/env node
import { applyBaseline, newFailures } from "./baseline.ts";
import { compareRuns, comparisonToConsole, writeComparison } from "./compare.ts";
import { NoToken, requestAccessToken } from "./credentials.ts";
import {
  baseFrom,
  budgetFrom,
  clientFrom,
  emptyOption,
  givenFrom,
  headersFrom,
  knownFrom,
  LOOPBACK,
  levelFrom,
  Misuse,
  parseOptions,
  statementFrom,
  USAGE,
  type Values,
} from "./options.ts";
import { toConsole } from "./reports/console.ts";
import { writeReports } from "./reports/write.ts";
import type { RunReport } from "./result.ts";
import { type RunOptions, runConformance } from "./runner.ts";
import { type Selection, selectTasks } from "./select.ts";
import type { SmartClient } from "./smart-client.ts";
import { runTestScripts } from "./testscript/run.ts";

/** A run in which the server let the kit see nothing says nothing, whatever its counts. */
function lockedOut({ exchanges, base }: RunReport): string | undefined {
  const judged = exchanges.filter(
    ({ request }) => request.method === "GET" && !/\/(metadata|\.well-known)/.test(request.url),
  );
  if (judged.length === 0 || judged.some(({ response }) => ![401, 403].includes(response.status))) return undefined;
  const loopback = LOOPBACK.has(new URL(base).hostname);
  const hint = "  npm run -s token -- --client conformance-demo";
  return [
    "The server answers 401 or 403 to everything but metadata: it wants a valid token, as --token or in TOKEN.",
    ...(loopback ? ["If it is this gateway with its demonstration clients, this prints one:", hint] : []),
    "",
  ].join("\n");
}

function selectionFrom(values: Values): Selection {
  const only = values.only?.flatMap((each) => each.split(",")).filter((each) => each !== "");
  const selection = {
    only,
    level: levelFrom(values.level),
    ...(values.type === undefined ? {} : { types: values.type }),
  };
  const unused = only?.find((name) => selectTasks({ ...selection, only: [name] }).length === 0);
  if (unused !== undefined) throw new Misuse(`--only ${unused} selects no case; --list shows them all\n`);
  if (selectTasks(selection).length === 0) throw new Misuse("nothing is selected; --list shows all cases\n");
  return selection;
}

function listed(selection: Selection): string {
  const lines = selectTasks(selection).map(
    ({ id, requirement, test }) =>
      `${id}\t${requirement.level}\t${test.requirements}\t${requirement.anchor}\t${test.title}\n`,
  );
  return lines.join("");
}

async function tokenFor(base: string, given: string | undefined, client: SmartClient | undefined) {
  if (given !== undefined && given !== "") return given;
  return client === undefined ? undefined : requestAccessToken(base, client);
}

async function optionsFor(base: string, values: Values, selection: Selection, token?: string): Promise<RunOptions> {
  const client = await clientFrom(values);
  const loopback = LOOPBACK.has(new URL(base).hostname);
  const mayWrite = values["read-only"] !== true && (loopback || values["i-may-write"] === true);
  return {
    ...{ base, mayWrite, ...selection, run: values.seed, budget_ms: budgetFrom(values.seconds) },
    token: await tokenFor(base, token ?? values.token ?? process.env.TOKEN, client),
    headers: headersFrom(values.header),
    strict: values.strict === true,
    keep: values.keep === true,
    disposable: loopback || values["test-server"] === true,
    assume: await statementFrom(values.assume),
    given: await givenFrom(values, client),
  };
}

async function compare(values: Values, selection: Selection): Promise<number> {
  const bases = [baseFrom(values.compare, "--compare"), baseFrom(values.other, "--compare")] as const;
  const one = await runConformance(await optionsFor(bases[0], values, selection));
  const other = await runConformance(await optionsFor(bases[1], values, selection, values["token-b"]));
  const comparison = compareRuns(one, other);
  process.stdout.write(comparisonToConsole(comparison));
  if (values.out !== undefined) await writeComparison(comparison, [one, other], values.out);
  return [one, other].some(({ counts }) => counts.error > 0) ? 1 : 0;
}

async function main(args: readonly string[]): Promise<number> {
  const values = parseOptions(args);
  if (values.help === true) {
    process.stdout.write(USAGE);
    return 0;
  }
  const empty = emptyOption(values);
  if (empty !== undefined) throw new Misuse(empty);
  if (values.testscript !== undefined) {
    const options = await optionsFor(baseFrom(values.base), values, {});
    return runTestScripts(values.testscript, options, values.out);
  }
  const selection = selectionFrom(values);
  if (values.list === true) {
    process.stdout.write(listed(selection));
    return 0;
  }
  if (values.compare !== undefined) return compare(values, selection);
  const options = await optionsFor(baseFrom(values.base), values, selection);
  const known = await knownFrom(values.baseline);
  const { report, mended } = applyBaseline(await runConformance(options), known);
  process.stdout.write(toConsole(report, mended));
  if (values.out !== undefined) await writeReports(report, values.out);
  const locked = lockedOut(report);
  if (locked !== undefined) throw new Misuse(locked);
  return newFailures(report).length > 0 ? 1 : 0;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof Misuse) && !(error instanceof NoToken)) throw error;
  process.stderr.write(`${error.message.trimEnd()}\n`);
  process.exitCode = 2;
}
