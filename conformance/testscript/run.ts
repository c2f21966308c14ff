import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createSend, type Exchange, type Send } from "../http.ts";
import { isRecord, parseJson, text } from "../json.ts";
import { Ledger } from "../ledger.ts";
import { Misuse } from "../options.ts";
import { cleared } from "../redact.ts";
import type { RunOptions } from "../runner.ts";
import { runScript, type ScriptResult, type Step } from "./script.ts";

const REQUEST_TIMEOUT_MS = 10_000;
const READING = new Set(["GET", "HEAD"]);

/** Runs every TestScript of a folder, and ends with 1 where one fails; what is not supported is never passed. */
export async function runTestScripts(directory: string, options: RunOptions, out?: string): Promise<number> {
  const scripts = await scriptsIn(directory);
  if (scripts.length === 0) throw new Misuse(`no TestScript in JSON is in ${directory}\n`);
  const ledger = new Ledger();
  const send = sendOf(options, (exchange) => ledger.note(exchange));
  const results: ScriptResult[] = [];
  for (const { file, script } of scripts) results.push(await runScript(file, script, send));
  if (options.keep !== true && options.mayWrite) await ledger.clear(send);
  process.stdout.write(cleared(results.map(toText).join("\n"), options));
  if (out !== undefined) await writeTestReports(results, options, out);
  return results.some(({ outcome }) => outcome === "fail" || outcome === "error") ? 1 : 0;
}

async function scriptsIn(directory: string): Promise<readonly { file: string; script: unknown }[]> {
  const names = await readdir(directory, { recursive: true }).catch(() => {
    throw new Misuse(`--testscript: ${directory} cannot be read\n`);
  });
  const files = names.filter((name) => name.endsWith(".json")).sort();
  const scripts = await Promise.all(
    files.map(async (name) => {
      const file = join(directory, name);
      return { file, script: parseJson(await readFile(file, "utf8")) };
    }),
  );
  return scripts.filter(({ script }) => isRecord(script) && text(script, "resourceType") === "TestScript");
}

function sendOf({ base, token, headers, mayWrite }: RunOptions, onExchange: (exchange: Exchange) => void): Send {
  const send = createSend({ base, token, headers, timeout_ms: REQUEST_TIMEOUT_MS, onExchange });
  return (method, address, sent) => {
    if (!mayWrite && !READING.has(method)) throw new Error(`${method} is not sent: this run only reads`);
    return send(method, address, sent);
  };
}

function toText({ name, outcome, parts }: ScriptResult): string {
  const lines = parts.flatMap((part) =>
    part.steps.filter((step) => step.outcome !== "pass").map((step) => `  ${toLine(part.name, step)}`),
  );
  return [`${outcome.padEnd(8)}${name}`, ...lines, ""].join("\n");
}

function toLine(part: string, { kind, said, outcome, reason }: Step): string {
  return `${outcome.padEnd(8)}${part}, ${kind} ${said}${reason === undefined ? "" : `: ${reason}`}`;
}

/** One FHIR TestReport a script. https://hl7.org/fhir/R4/testreport.html */
async function writeTestReports(results: readonly ScriptResult[], options: RunOptions, out: string): Promise<void> {
  await mkdir(out, { recursive: true });
  for (const [place, result] of results.entries()) {
    const { name, outcome, parts } = result;
    const report = {
      resourceType: "TestReport",
      name,
      status: "completed",
      testScript: { display: name },
      result: outcome === "pass" || outcome === "warning" ? "pass" : "fail",
      issued: new Date().toISOString(),
      participant: [{ type: "server", uri: options.base }],
      test: parts.map((part) => ({ name: part.name, action: part.steps.map(toAction) })),
    };
    const text = cleared(JSON.stringify(report, null, 1), options);
    await writeFile(join(out, `testreport-${place + 1}.json`), `${text}\n`);
  }
}

function toAction({ kind, outcome, reason, said }: Step) {
  return { [kind]: { result: outcome, message: reason ?? said } };
}
