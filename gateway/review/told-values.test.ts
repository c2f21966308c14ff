import { describe, expect, test } from "vitest";
import { NHS_NUMBER, UPN } from "#profiles/systems.ts";
import { toStandings, toToldValues } from "./told-values.ts";

const SIGHT = {
  isOwn: () => true,
  reaches: () => true,
  shows: (source: string) => source !== "hidden",
  showsSystem: () => true,
};

function childOf(
  told: readonly { readonly source?: string; readonly [field: string]: string | undefined }[],
  withheld: readonly string[] = [],
) {
  return {
    isRestricted: false,
    record: {
      key: 1,
      kind: "child" as const,
      idSpace: "",
      patientId: "p-1",
      version: 1,
      contributions: [
        { source: "leeds-eyfsp", localId: "L0", dataClass: "education" as const, lastUpdated: 0, body: "{}", withheld },
      ],
      pastContributions: [],
      relationships: [],
      resources: [],
      replaces: [],
      mergedBefore: [],
      disclosureDecisions: [],
      leavings: [],
    },
    told: told.map(({ source = "leeds-eyfsp", ...identity }, index) => ({
      source,
      localId: `L${index}`,
      child: index,
      record: 1,
      body: "",
      identity: { localId: `L${index}`, ...identity },
    })),
  };
}

describe("what is told of a field", () => {
  test("is each value once, with all who tell it, and nothing of a source that is not shown", () => {
    const child = childOf([
      { given: "Ada" },
      { source: "leeds-csds", given: "Ada" },
      { source: "leeds-dch", given: "Adah" },
      { source: "hidden", given: "Secret" },
    ]);
    expect(toToldValues(child, SIGHT).given).toEqual([
      { value: "Ada", sources: ["leeds-eyfsp", "leeds-csds"] },
      { value: "Adah", sources: ["leeds-dch"] },
    ]);
  });

  test("is verified when any of its sources verified it, and says when it is held back here", () => {
    const numbers = [
      { nhsNumber: "9990000018" },
      { source: "leeds-csds", nhsNumber: "9990000018", nhsNumberStatus: "01" },
    ];
    const [number] = toToldValues(childOf(numbers, [`${NHS_NUMBER}|9990000018`]), SIGHT)["nhs-number"];
    expect(number).toEqual({
      value: "9990000018",
      isVerified: true,
      isWithheld: true,
      sources: ["leeds-eyfsp", "leeds-csds"],
    });
  });

  test("is not shown where the agreement does not cover the number, nor a postcode of a restricted child", () => {
    const sight = { ...SIGHT, showsSystem: (system: string) => system !== UPN };
    const child = { ...childOf([{ upn: "J383395024001", postcode: "LS6 1CI" }]), isRestricted: true };
    const { upn, postcode } = toToldValues(child, sight);
    expect(upn).toEqual([{ notShown: "agreement", sources: ["leeds-eyfsp"] }]);
    expect(postcode).toEqual([{ notShown: "restricted", sources: ["leeds-eyfsp"] }]);
  });
});

test.each([
  { one: [{ given: "Zoë" }], other: [{ given: "ZOE" }], standing: "same" },
  { one: [{ given: "Zoë" }, { given: "Zoe-Mae" }], other: [{ given: "Zoe" }], standing: "partly" },
  { one: [{ given: "Zoë" }], other: [{ given: "Mae" }], standing: "different" },
  { one: [{ given: "Zoë" }], other: [{}], standing: "not-known" },
  { one: [{ given: "Zoë" }], other: [{ source: "hidden", given: "Zoë" }], standing: "not-known" },
])("$one beside $other stands as $standing", ({ one, other, standing }) => {
  expect(toStandings(childOf(one), childOf(other), SIGHT).given).toBe(standing);
});

test.each([
  ["postcode", "ls61ci", "LS6 1CI", "same"],
  ["nhsNumber", "999 000 0018", "9990000018", "same"],
  ["birthDate", "2020-02-03", "2020-03-02", "different"],
])("a %s as %j and %j stands as it means: %s", (name, one, other, standing) => {
  const field = name === "nhsNumber" ? "nhs-number" : name === "birthDate" ? "birth-date" : "postcode";
  expect(toStandings(childOf([{ [name]: one }]), childOf([{ [name]: other }]), SIGHT)[field]).toBe(standing);
});
