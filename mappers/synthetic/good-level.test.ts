import { expect, test } from "vitest";
import { EARLY_YEARS_OBSERVATION, GOOD_LEVEL_OF_DEVELOPMENT } from "#profiles/systems.ts";
import { commonTransferFile } from "../common-transfer-file/mapper.ts";
import { eyfsProfile } from "../eyfs-profile/mapper.ts";
import { mapSynthetic } from "../synthetic-mapped.fixtures.ts";
import { type GenerateOptions, generate, TRUTH_FILE } from "./generate.ts";
import { type GoodLevelCount, goodLevelsOf } from "./good-level.ts";
import { REFERENCE_DATE } from "./scenarios.ts";

const CHILDREN = Number(process.env.SYNTHETIC_CHILDREN ?? "400");

/** Whose each source record is, by source and record. */
function readTruth(options: GenerateOptions): ReadonlyMap<string, string> {
  const truth = new Map<string, string>();
  for (const { name, chunks } of generate(options)) {
    if (name !== TRUTH_FILE) continue;
    for (const row of [...chunks].join("").trim().split("\n")) {
      const [source = "", record = "", child = ""] = row.split(",");
      truth.set(`${source} ${record}`, child);
    }
  }
  return truth;
}

/** Children by area and by what came out of the mappers about their good level of development. */
function countMapped(options: GenerateOptions): ReadonlyMap<string, GoodLevelCount> {
  const truth = readTruth(options);
  const children = new Map<string, Map<string, string>>();
  for (const { source, mapped } of mapSynthetic(options, { eyfsp: eyfsProfile, ctf: commonTransferFile })) {
    for (const { record, resource } of mapped?.made ?? []) {
      if (resource.resourceType !== "Observation") continue;
      const isLevel = resource.code.coding?.some(
        ({ system, code }) => system === EARLY_YEARS_OBSERVATION && code === "good-level-of-development",
      );
      const level = resource.valueCodeableConcept?.coding?.find(
        ({ system }) => system === GOOD_LEVEL_OF_DEVELOPMENT,
      )?.code;
      if (isLevel !== true || level === undefined) continue;
      const area = source.slice(0, source.lastIndexOf("-"));
      const found = children.get(area) ?? new Map<string, string>();
      children.set(area, found.set(truth.get(`${source} ${record}`) ?? "", level));
    }
  }
  const count = (levels: ReadonlyMap<string, string>, wanted: string): number =>
    [...levels.values()].filter((level) => level === wanted).length;
  return new Map(
    [...children].map(([area, levels]) => [
      area,
      { achieved: count(levels, "achieved"), notAchieved: count(levels, "not-achieved") },
    ]),
  );
}

test.each([0, 0.05, 0.3])(
  "the good level of development of the mapped records is what the stories say, area by area, with %d of them dirty",
  (dirtRate) => {
    const options: GenerateOptions = { children: CHILDREN, seed: "good-level", dirtRate, today: REFERENCE_DATE };
    const counted = goodLevelsOf(options);
    expect([...counted.values()].reduce((sum, { achieved }) => sum + achieved, 0)).toBeGreaterThan(CHILDREN / 4);
    expect(Object.fromEntries(countMapped(options))).toEqual(Object.fromEntries(counted));
  },
);
