import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { toFeatures } from "../compare/to-features.ts";
import { HAND_SET } from "../model/hand-set.ts";
import { parseColumns } from "./columns.ts";
import { gradePairs } from "./grade-pairs.ts";
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
  };
}

const ofFebrl = (id: string): string => id.split("-")[1] ?? "";
const ofGenerator = (id: string): string => id.slice(0, -1);

test.runIf(existsSync(folder)).each([
  ["all fields", FULL, 0.995],
  ["names, birth date and postcode", NAMES, 0.975],
])(
  "FEBRL 1 is deduplicated by %s",
  (_, columns, leastF1) => {
    const { people, persons } = load("febrl/dataset1.csv", columns, ofFebrl);
    const { candidates, probability } = linkPeople(
      { left: people, right: undefined },
      { start: HAND_SET, onProgress: () => {} },
    );
    let [found, right] = [0, 0];
    for (let pair = 0; pair < candidates.size; pair++) {
      if ((probability[pair] ?? 0) < 0.95) continue;
      found++;
      if (persons[candidates.left[pair] ?? 0] === persons[candidates.right[pair] ?? 0]) right++;
    }
    expect(right / found).toBeGreaterThan(0.999);
    expect((2 * right) / (found + 500)).toBeGreaterThan(leastF1);
  },
  WAIT_ms,
);

test.runIf(existsSync(folder))(
  "the two files of set D are linked without a false certain link, by names, birth date and postcode",
  () => {
    const left = load("febrl-dsgen/dataset_D_org_10000.csv", NAMES, ofGenerator);
    const right = load("febrl-dsgen/dataset_D_dup_10000.csv", NAMES, ofGenerator);
    const linked = linkPeople({ left: left.people, right: right.people }, { start: HAND_SET, onProgress: () => {} });
    const certain = gradePairs(linked).filter(({ grade }) => grade === "certain");
    expect(certain.filter((pair) => left.persons[pair.left] !== right.persons[pair.right])).toEqual([]);
    expect(certain.length).toBeGreaterThan(4_980);
  },
);
