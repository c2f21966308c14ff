import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { CANONICAL_BASE, canonical } from "./canonical.ts";
import { staleFiles } from "./generate.ts";
import { ARTEFACTS } from "./generated/artefacts.ts";
import {
  ASQ3,
  ASQSE2,
  DEVELOPMENTAL_DOMAINS,
  displayOf,
  EARLY_LEARNING_GOALS,
  FORMER_EARLY_LEARNING_GOALS,
} from "./generated/codes.ts";
import { readArtefacts, urlOf } from "./generator/artefacts.ts";
import * as systems from "./systems.ts";

const files = readArtefacts();

interface Publication {
  readonly version?: string;
  readonly status?: string;
  readonly title?: string;
  readonly description?: string;
  readonly publisher?: string;
  readonly copyright?: string;
  readonly usage?: string;
  readonly purpose?: string;
}

/** Where the licence stands in types to which R4 gives no `copyright`; they have no title either. */
const LICENCE_ELEMENT = new Map<string, "usage" | "purpose">([
  ["NamingSystem", "usage"],
  ["SearchParameter", "purpose"],
  ["OperationDefinition", "purpose"],
]);

/** Whether the last digit of a SNOMED CT identifier is right: Verhoeff's dihedral check. */
function hasCheckDigit(identifier: string): boolean {
  const dihedral = (a: number, b: number) => {
    if (a < 5) return b < 5 ? (a + b) % 5 : 5 + ((a + b - 5) % 5);
    return b < 5 ? 5 + ((a - b) % 5) : (a - b + 5) % 5;
  };
  const step = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];
  const permuted = (digit: number, times: number) => {
    let value = digit;
    for (let round = 0; round < times % 8; round++) value = step[value] ?? 0;
    return value;
  };
  const digits = [...identifier].reverse().map(Number);
  return digits.reduce((sum, digit, index) => dihedral(sum, permuted(digit, index)), 0) === 0;
}

describe("generated files", () => {
  test("are what would be written now", () => {
    expect(staleFiles()).toEqual([]);
  });

  test("read no JSON and no definitions at run time", () => {
    for (const name of ["artefacts", "codes", "compartment", "datatypes", "search-parameters", "validators"]) {
      const text = readFileSync(new URL(`./generated/${name}.ts`, import.meta.url), "utf8");
      const imported = [...text.matchAll(/from "([^"]+)"/g)].map(([, from]) => from ?? "");
      expect(imported.filter((from) => !/^\.\.?\/.*\.ts$/.test(from))).toEqual([]);
      expect(text).not.toMatch(/readFile|JSON\.parse|import\(/);
    }
  });

  test("list every artefact with the file that holds it", () => {
    expect(ARTEFACTS.map(({ path }) => path)).toEqual(files.map(({ path }) => path));
    expect(ARTEFACTS.filter(({ path }) => !existsSync(new URL(path, import.meta.url)))).toEqual([]);
    expect(new Set(ARTEFACTS.map(({ url }) => url)).size).toBe(ARTEFACTS.length);
  });
});

describe("artefacts", () => {
  test.each(files)("$path is named, addressed and published as every artefact is", ({ path, artefact }) => {
    const { resourceType, id } = artefact;
    expect(path).toBe(`${resourceType}/${resourceType}-${id}.json`);
    expect(urlOf(artefact)).toBe(canonical(resourceType, id));
    const publication: Publication = JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8"));
    const licence = LICENCE_ELEMENT.get(resourceType);
    expect(publication.status).toBe("active");
    expect(publication.publisher).toBe("Early Years FHIR Gateway");
    expect(publication.description).toMatch(/\S/);
    expect(publication[licence ?? "copyright"]).toContain("Apache License, Version 2.0");
    // R4 gives a NamingSystem no version.
    expect(resourceType === "NamingSystem" || publication.version).toBeTruthy();
    expect(licence ?? publication.title).toBeTruthy();
  });

  test("stand behind every system and extension of our own", () => {
    const ours = Object.values(systems).filter((system) => system.startsWith(CANONICAL_BASE));
    const published = ARTEFACTS.map(({ url }) => url);
    expect(ours.filter((system) => !published.includes(system))).toEqual([]);
  });

  test("refer to one another by URLs that exist", () => {
    const published = new Set(ARTEFACTS.map(({ url }) => url));
    const dangling = files.flatMap(({ path }) => {
      const text = readFileSync(new URL(path, import.meta.url), "utf8");
      return [...text.matchAll(/"(https:\/\/early-years-gateway\.example\/fhir\/[A-Za-z]+\/[a-z0-9-]+)"/g)].flatMap(
        ([, url = ""]) => (published.has(url) ? [] : [`${path} ${url}`]),
      );
    });
    expect(dangling).toEqual([]);
  });

  test("define no code system of others", () => {
    const defined = ARTEFACTS.filter(({ type }) => type === "CodeSystem").map(({ url }) => url);
    expect(defined.filter((url) => !url.startsWith(CANONICAL_BASE))).toEqual([]);
  });
});

describe("codes", () => {
  test("are 105 scores of ASQ-3: five domains in each of 21 questionnaires", () => {
    expect(ASQ3.size).toBe(105);
    const months = Map.groupBy(ASQ3.values(), (score) => score.months);
    expect([...months.keys()]).toEqual([2, 4, 6, 8, 9, 10, 12, 14, 16, 18, 20, 22, 24, 27, 30, 33, 36, 42, 48, 54, 60]);
    for (const scores of months.values()) {
      expect(scores.map(({ domain }) => domain).sort()).toEqual([
        "communication-and-language",
        "fine-motor",
        "gross-motor",
        "personal-social-and-emotional",
        "problem-solving",
      ]);
    }
  });

  test("are 9 scores of ASQ:SE-2", () => {
    expect([...ASQSE2.values()].map(({ months }) => months)).toEqual([2, 6, 12, 18, 24, 30, 36, 48, 60]);
  });

  test("of SNOMED CT have a right check digit", () => {
    const codes = files.flatMap(({ artefact }) =>
      (artefact.compose?.include ?? [])
        .filter(({ system }) => system === systems.SNOMED)
        .flatMap(({ concept = [] }) => concept.map(({ code }) => code)),
    );
    expect(codes.length).toBeGreaterThan(120);
    expect(codes.filter((code) => !hasCheckDigit(code))).toEqual([]);
    // The check itself can fail: a code that a published example carries with one digit too many.
    expect(hasCheckDigit("71078501000000104")).toBe(false);
    expect(hasCheckDigit("1078501000000104")).toBe(true);
  });

  test.each([
    ["952611000000105", 2, "communication-and-language"],
    ["953281000000107", 27, "gross-motor"],
    ["953321000000104", 30, "fine-motor"],
    ["953641000000102", 60, "problem-solving"],
    ["953251000000101", 24, "personal-social-and-emotional"],
  ])("name score %s for month %i and domain %s", (code, months, domain) => {
    expect(ASQ3.get(code)).toMatchObject({ months, domain });
    expect(displayOf(systems.SNOMED, code)).toContain(` ${months} month questionnaire - `);
  });

  test("are 17 goals in force, of which twelve count to a good level of development", () => {
    expect(EARLY_LEARNING_GOALS.map(({ subject }) => subject).join(" ")).toBe(
      "COM COM PSE PSE PSE PHY PHY LIT LIT LIT MAT MAT UTW UTW UTW EXP EXP",
    );
    const counting = EARLY_LEARNING_GOALS.filter(({ countsToGoodLevel }) => countsToGoodLevel);
    expect(counting.map(({ code }) => code).join(" ")).toBe("E01 E02 E03 E04 E05 E06 E07 E08 E09 E10 E11 E12");
    const domains = DEVELOPMENTAL_DOMAINS.map(({ code }) => code);
    expect(EARLY_LEARNING_GOALS.filter(({ domain }) => !domains.includes(domain))).toEqual([]);
    expect(EARLY_LEARNING_GOALS.find(({ code }) => code === "E06")?.domain).toBe("gross-motor");
    expect(EARLY_LEARNING_GOALS.find(({ code }) => code === "E07")?.domain).toBe("fine-motor");
  });

  test("are 17 former goals in their own order", () => {
    expect(FORMER_EARLY_LEARNING_GOALS.map(({ subject }) => subject).join(" ")).toBe(
      "COM COM COM PHY PHY PSE PSE PSE LIT LIT MAT MAT UTW UTW UTW EXP EXP",
    );
    expect(FORMER_EARLY_LEARNING_GOALS.map(({ code }) => code)).toEqual(
      Array.from({ length: 17 }, (_, index) => `G${String(index + 1).padStart(2, "0")}`),
    );
  });

  test.each([
    [systems.EARLY_LEARNING_GOAL, "E15", "The Natural World"],
    [systems.FORMER_EARLY_LEARNING_GOAL, "G15", "Technology"],
    [systems.GOAL_OUTCOME, "2", "Expected"],
    [systems.GOAL_OUTCOME, "3", undefined],
    [systems.FORMER_GOAL_OUTCOME, "3", "Exceeding"],
    [systems.CSDS_ACTIVITY_TYPE, "08", "Health Visitor New Birth Visit"],
    [systems.BREASTFEEDING_STATUS, "03", "No breast milk feeding at all"],
    [systems.DCH_PARENTAL_CONSENT, "Y", "Parental consent obtained"],
    [systems.DCH_ENCOUNTER_TYPE, "0019", "2-2 ½ Year Early Years Progress"],
    [systems.NHS_NUMBER_STATUS, "08", "Trace postponed (baby under six weeks old)"],
    [systems.DATA_CLASS, "education", "Education"],
    ["https://example.org/unknown", "E01", undefined],
  ])("of %s show %s as %s", (system, code, display) => {
    expect(displayOf(system, code)).toBe(display);
  });
});
