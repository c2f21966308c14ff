import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { baselineFrom, type KnownFailure } from "./baseline.ts";
import type { Given } from "./case.ts";
import { parseJson } from "./json.ts";
import type { Level } from "./requirements/requirement.ts";
import { privateKeyFrom, type SmartClient } from "./smart-client.ts";

/** Packed into one file it is a program of its own, and its reader has no repository. */
const CALL = import.meta.url.endsWith(".ts") ? "npm run conformance --" : "early-years-fhir-conformance";

export const USAGE = `${CALL} --base URL [options]

  --base URL           FHIR base, as http://127.0.0.1:8080/fhir/R4
  --compare A B        two bases side by side, in place of --base
  --out DIR            writes results.json, junit.xml, report.html, testreport.json, badge.svg, requests.har

  --token T            access token, sent as Bearer; TOKEN in the environment does as well; --token-b for base B
  --client-id ID       asks the token endpoint for one, together with
  --key FILE           the client's private key, a JWK; opens the cases about tokens; --token-url where discovery is wrong
  --scope TEXT         scope to ask for, system/*.cruds if it is not given
  --header 'N: V'      a header for every request; may be repeated

  --only NAME          requirement, case or group; may be repeated or joined by commas
  --level LEVEL        SHALL, SHOULD, rule or MAY alone
  --type TYPE          a resource type; may be repeated
  --list               shows the cases without running any
  --strict             a SHOULD that is not met fails
  --seconds N          how long the run may take, 50 if it is not given; cases that are left by then are errors
  --baseline FILE      known failures with their reasons: only a new one ends the run with 1, a mended one is named
  --assume FILE        plans from this CapabilityStatement instead of the server's own
  --seed TEXT          mark of the run in tags and identifiers, random if it is not given

  --read-only          sends no write, not even one that must be refused
  --i-may-write        allows writes to a base that is not on this machine
  --test-server        the server holds test data alone: also sends what a server in the wrong would answer by
                       changing others' data; a base on this machine is taken to be one
  --keep               leaves what the kit made

  --pair A,B           two addresses below the base that must be answered alike, as Patient/1,Patient/2; may be repeated
  --ingest-source URL  where a file is sent in, together with --ingest-file FILE
  --testscript DIR     runs the FHIR R4 TestScripts of a folder instead of the kit's own cases

Exit: 0 nothing failed, 1 a case failed or could not be run for an error, 2 misuse or nothing to test.
`;

const LEVELS: readonly Level[] = ["SHALL", "SHOULD", "rule", "MAY"];
export const LOOPBACK: ReadonlySet<string> = new Set(["localhost", "127.0.0.1", "[::1]"]);

/** Misuse: shown as it stands, exit 2. */
export class Misuse extends Error {}

export type Values = ReturnType<typeof parseOptions>;

export function parseOptions(args: readonly string[]) {
  const text = { type: "string" } as const;
  const many = { type: "string", multiple: true } as const;
  const flag = { type: "boolean" } as const;
  const options = {
    ...{ base: text, compare: text, token: text, "token-b": text, out: text, level: text, assume: text },
    ...{ baseline: text, seed: text, "client-id": text, key: text, scope: text, "token-url": text },
    ...{ "ingest-source": text, "ingest-file": text, testscript: text, seconds: text },
    ...{ only: many, header: many, type: many, pair: many },
    ...{ list: flag, strict: flag, keep: flag, help: flag },
    ...{ "read-only": flag, "i-may-write": flag, "test-server": flag },
  };
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
    if (positionals.length !== (values.compare === undefined ? 0 : 1))
      throw new Error(values.compare === undefined ? `${positionals[0]} is no option` : "--compare takes two bases");
    return { ...values, other: positionals[0] };
  } catch (error) {
    throw new Misuse(`${error instanceof Error ? error.message : "unreadable options"}\n\n${USAGE}`);
  }
}

/** What is wrong with an option that is there and says nothing, as `--token "$TOKEN"` where what should have filled TOKEN failed. */
export function emptyOption(values: Readonly<Record<string, unknown>>): string | undefined {
  const empty = Object.entries(values).find(([, value]) => [value].flat().includes(""))?.[0];
  return empty === undefined ? undefined : `--${empty} is empty: give it its value, or leave it out`;
}

export function levelFrom(name: string | undefined): Level | undefined {
  if (name === undefined) return undefined;
  const level = LEVELS.find((each) => each.toLowerCase() === name.toLowerCase());
  if (level === undefined) throw new Misuse(`--level is one of ${LEVELS.join(", ")}\n`);
  return level;
}

export function budgetFrom(seconds: string | undefined): number | undefined {
  if (seconds === undefined) return undefined;
  if (!/^[1-9]\d{0,5}$/.test(seconds)) throw new Misuse("--seconds is a whole number of seconds\n");
  return Number(seconds) * 1000;
}

export function baseFrom(address: string | undefined, name = "--base"): string {
  if (address === undefined || address === "") throw new Misuse(`${name} is missing\n\n${USAGE}`);
  if (!URL.canParse(address) || !/^https?:$/.test(new URL(address).protocol))
    throw new Misuse(`${name} is no http address\n`);
  return address.replace(/\/+$/, "");
}

export function headersFrom(lines: readonly string[] | undefined): Readonly<Record<string, string>> | undefined {
  const pairs = lines?.map((line): [string, string] => {
    const [, name, value] = /^([\w-]+):\s*(.*)$/.exec(line) ?? [];
    if (name === undefined || value === undefined) throw new Misuse("--header is written 'Name: value'\n");
    return [name, value];
  });
  return pairs === undefined ? undefined : Object.fromEntries(pairs);
}

async function jsonOf(file: string, option: string): Promise<unknown> {
  const content = parseJson(await readFile(file, "utf8").catch(() => ""));
  if (content === undefined) throw new Misuse(`${option} names no file with JSON\n`);
  return content;
}

export async function statementFrom(file: string | undefined): Promise<unknown> {
  return file === undefined ? undefined : jsonOf(file, "--assume");
}

export async function knownFrom(file: string | undefined): Promise<readonly KnownFailure[]> {
  if (file === undefined) return [];
  const known = baselineFrom(await jsonOf(file, "--baseline"));
  if (known === undefined)
    throw new Misuse('--baseline is written { "known": [{ "id": "case or case[Type]", "reason": "…" }] }\n');
  return known;
}

export async function clientFrom(values: Values): Promise<SmartClient | undefined> {
  const [id, file] = [values["client-id"], values.key];
  if (id === undefined && file === undefined) return undefined;
  if (id === undefined || file === undefined) throw new Misuse("--client-id and --key go together\n");
  const key = privateKeyFrom(await jsonOf(file, "--key"));
  if (key === undefined) throw new Misuse("--key holds no private JWK\n");
  return { id, key, scope: values.scope ?? "system/*.cruds", tokenUrl: values["token-url"] };
}

export async function givenFrom(values: Values, client: SmartClient | undefined): Promise<Given> {
  const pairs = values.pair?.map((pair): readonly [string, string] => {
    const [one, other, more] = pair.split(",");
    if (!one || !other || more !== undefined) throw new Misuse("--pair is written HIDDEN,UNKNOWN\n");
    return [one, other];
  });
  const [url, file] = [values["ingest-source"], values["ingest-file"]];
  if ((url === undefined) !== (file === undefined)) throw new Misuse("--ingest-source and --ingest-file go together\n");
  const ingest = url === undefined || file === undefined ? undefined : { url, file, body: await textOf(file) };
  return { client, pairs, ingest };
}

async function textOf(file: string): Promise<string> {
  return readFile(file, "utf8").catch(() => {
    throw new Misuse("--ingest-file names no file\n");
  });
}
