import { parseArgs } from "node:util";
import type { Profile } from "./files.ts";

export const USAGE = `npm run linkage -- [options]

  --cohort N         children of the synthetic English cohort, 100000 if neither this nor another part is asked for
  --adversarial N    pairs of different children who are hard to tell apart, 1000000 likewise
  --sets DIR         public sets below DIR: febrl/, febrl-dsgen/, splink/; what is not there is left out

  --seed TEXT        "1" if it is not given; the same seed gives the same files
  --profile NAME     full (what the sources carry; the default) or early-years (names, birth date, postcode)
  --nhs SHARE        share of the education records that have an NHS number, 0 if it is not given
  --json FILE        all figures
  --out DIR          keeps left.csv, right.csv, columns.json, truth.csv and pairs.csv there, else they are removed
  --examples N       writes up to N false links and missed pairs beside them, to look at

Exit: 0 every goal that could be judged is met, 1 one is missed, 2 misuse.
`;

export class Misuse extends Error {}

export interface Options {
  readonly cohort?: number;
  readonly adversarial?: number;
  readonly sets?: string;
  readonly seed: string;
  readonly profile: Profile;
  readonly nhsNumbers: number;
  readonly json?: string;
  readonly out?: string;
  readonly examples: number;
}

const DEFAULT_COHORT = 100_000;
const DEFAULT_ADVERSARIAL = 1_000_000;

function wholeNumber(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const number = Number(text.replaceAll("_", ""));
  if (!Number.isSafeInteger(number) || number < 1) throw new Misuse(`--${name} is not a whole number above 0\n`);
  return number;
}

function parsed(args: readonly string[]) {
  const text = { type: "string" } as const;
  try {
    return parseArgs({
      args: [...args],
      options: {
        ...{ cohort: text, adversarial: text, sets: text, seed: text, profile: text, nhs: text, json: text, out: text },
        ...{ examples: text, help: { type: "boolean" } },
      },
    }).values;
  } catch (error) {
    throw new Misuse(`${error instanceof Error ? error.message : "unknown option"}\n\n${USAGE}`);
  }
}

/** Reads the command line. Throws Misuse with what to write to standard error; undefined where help was asked for. */
export function parseOptions(args: readonly string[]): Options | undefined {
  const values = parsed(args);
  if (values.help === true) return undefined;
  const asked = values.cohort ?? values.adversarial ?? values.sets;
  const cohort = wholeNumber("cohort", values.cohort) ?? (asked === undefined ? DEFAULT_COHORT : undefined);
  const pairs =
    wholeNumber("adversarial", values.adversarial) ?? (asked === undefined ? DEFAULT_ADVERSARIAL : undefined);
  const share = values.nhs === undefined ? 0 : Number(values.nhs);
  if (!(share >= 0 && share <= 1)) throw new Misuse("--nhs is not a share between 0 and 1\n");
  const profile = values.profile ?? "full";
  if (profile !== "full" && profile !== "early-years") throw new Misuse("--profile is neither full nor early-years\n");
  return {
    ...(cohort === undefined ? {} : { cohort }),
    ...(pairs === undefined ? {} : { adversarial: pairs }),
    ...(values.sets === undefined ? {} : { sets: values.sets }),
    ...(values.json === undefined ? {} : { json: values.json }),
    ...(values.out === undefined ? {} : { out: values.out }),
    ...{
      seed: values.seed ?? "1",
      profile,
      nhsNumbers: share,
      examples: wholeNumber("examples", values.examples) ?? 0,
    },
  };
}
