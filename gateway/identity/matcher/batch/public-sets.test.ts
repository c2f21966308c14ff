import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { toFeatures } from "../compare/to-features.ts";
import { HAND_SET } from "../model/hand-set.ts";
import { parseColumns } from "./columns.ts";
import { type GradedPair, gradePairs } from "./grade-pairs.ts";
import { linkPeople } from "./link-people.ts";
import { readPeople } from "./read-people.ts";
import { readTable } from "./read-table.ts";

const folder = fileURLToPath(new URL("../../../../../shared/data/identity/", import.meta.url));
const WAIT_ms = 120_000;
const TODAY = "2026-11-23";
const NAMES = {
  id: "rec_id",
  given: "given_name",
  family: "surname",
  birthDate: "date_of_birth",
  postcode: "postcode",
};
const FULL = {
  ...NAMES,
  addressLine: ["street_number", "address_1"],
  city: "suburb",
  district: "state",
  nhsNumber: "soc_sec_id",
};

function load(name: string, columns: object, personOf: (id: string) => string) {
  const table = readTable(readFileSync(`${folder}${name}`, "utf8"), name);
  const records = readPeople(table, parseColumns(JSON.stringify(columns), "columns"), { where: name, today: TODAY });
  const options = { ...HAND_SET, today: TODAY, takesDateSlips: true };
  return {
    people: records.people.map((person) => toFeatures(person, options)),
    persons: records.ids.map(personOf),
    ids: records.ids,
  };
}

type Loaded = ReturnType<typeof load>;

const ofFebrl = (id: string): string => id.split("-")[1] ?? "";
const ofGenerator = (id: string): string => id.slice(0, -1);

/** The records of several files whose ids are as asked; a person is one of its own file. */
function pick(names: readonly string[], columns: object, personOf: (id: string) => string, isAsked: RegExp): Loaded {
  const loaded = names.map((name) => load(name, columns, personOf));
  const people: Loaded["people"] = [];
  const persons: Loaded["persons"] = [];
  for (const [file, { ids, people: all, persons: told }] of loaded.entries()) {
    for (const [at, id] of ids.entries()) {
      const [person, of] = [all[at], told[at]];
      if (person === undefined || !isAsked.test(id)) continue;
      people.push(person);
      persons.push(`${file}-${of}`);
    }
  }
  return { people, persons, ids: [] };
}

const FEBRL = ["febrl/dataset1.csv", "febrl/dataset2.csv", "febrl/dataset3.csv"];
const HARD = ["febrl-dsgen/dataset_C_10000.csv"];

interface Outcome {
  readonly precision: number;
  readonly f1: number;
}

function judge(pairs: Iterable<readonly [number, number]>, left: Loaded, right: Loaded): Outcome {
  let [found, correct] = [0, 0];
  for (const [one, other] of pairs) {
    found++;
    if (left.persons[one] === right.persons[other]) correct++;
  }
  const all = countTrue(left, right);
  return { precision: correct / found, f1: (2 * correct) / (found + all) };
}

function countTrue(left: Loaded, right: Loaded): number {
  const counts = new Map<string, number>();
  for (const person of right.persons) counts.set(person, (counts.get(person) ?? 0) + 1);
  if (left === right) return [...counts.values()].reduce((sum, count) => sum + (count * (count - 1)) / 2, 0);
  return left.persons.reduce((sum, person) => sum + (counts.get(person) ?? 0), 0);
}

function link(left: Loaded, right: Loaded = left): { readonly certain: Outcome; readonly likely: Outcome } {
  const isWithin = left === right;
  const linked = linkPeople(
    { left: left.people, right: isWithin ? undefined : right.people },
    { start: HAND_SET, onProgress: () => {} },
  );
  const graded = gradePairs(linked);
  const toPlaces = (pairs: readonly GradedPair[]) => pairs.map((pair) => [pair.left, pair.right] as const);
  return {
    certain: judge(toPlaces(graded.filter(({ grade }) => grade === "certain")), left, right),
    likely: judge(toPlaces(graded.filter(({ probability }) => probability >= 0.95)), left, right),
  };
}

test.runIf(existsSync(folder)).each([
  ["FEBRL 1 to 3, originals against their first duplicates, all fields", FEBRL, ofFebrl, FULL, 0.9997, 1],
  ["FEBRL 1 to 3, originals against their first duplicates, few fields", FEBRL, ofFebrl, NAMES, 0.985, 0.9995],
  ["the hard set, originals against duplicates, all fields", HARD, ofGenerator, FULL, 0.99, 0.9995],
  ["the hard set, originals against duplicates, few fields", HARD, ofGenerator, NAMES, 0.88, 0.9995],
] as const)(
  "certain links of two files are right and found: %s",
  (_, names, personOf, columns, leastF1, leastPrecision) => {
    const [originals, duplicates] = names === HARD ? [/0$/, /[1-9]$/] : [/org/, /dup-0/];
    const { certain } = link(pick(names, columns, personOf, originals), pick(names, columns, personOf, duplicates));
    expect(certain.precision).toBeGreaterThanOrEqual(leastPrecision);
    expect(certain.f1).toBeGreaterThanOrEqual(leastF1);
  },
  WAIT_ms,
);

test.runIf(existsSync(folder)).each([
  ["FEBRL 1, all fields", "febrl/dataset1.csv", ofFebrl, FULL, 0.9985, 0.99],
  ["FEBRL 1, few fields", "febrl/dataset1.csv", ofFebrl, NAMES, 0.975, 0.88],
  ["FEBRL 3, all fields", "febrl/dataset3.csv", ofFebrl, FULL, 0.9991, 0.9939],
  ["FEBRL 3, few fields", "febrl/dataset3.csv", ofFebrl, NAMES, 0.97, 0.872],
] as const)(
  "records of one person are found in one file: %s",
  (_, name, personOf, columns, leastLikely, leastCertain) => {
    const { certain, likely } = link(load(name, columns, personOf));
    expect(certain.precision).toBe(1);
    expect(certain.f1).toBeGreaterThanOrEqual(leastCertain);
    expect(likely.f1).toBeGreaterThanOrEqual(leastLikely);
  },
  WAIT_ms,
);

test.runIf(existsSync(folder))(
  "the two files of set D are linked without a false certain link, by names, birth date and postcode",
  () => {
    const left = load("febrl-dsgen/dataset_D_org_10000.csv", NAMES, ofGenerator);
    const right = load("febrl-dsgen/dataset_D_dup_10000.csv", NAMES, ofGenerator);
    const { certain } = link(left, right);
    expect(certain.precision).toBe(1);
    expect(certain.f1).toBeGreaterThan(0.998);
  },
  WAIT_ms,
);
