import type {
  Consent,
  ConsentProvision,
  ConsentProvisionActor,
  ConsentProvisionData,
  Identifier,
} from "@medplum/fhirtypes";
import { describe, expect, test } from "vitest";
import { ACT_CODE, ACT_REASON, DATA_CLASS, NHS_NUMBER } from "#profiles/systems.ts";
import type { Agreement, Requester } from "../access/requester.ts";
import { type Denial, toDenials } from "./consent-rules.ts";
import { decideVisibility, type RecordFacts } from "./visibility.ts";

const ODS = "https://fhir.nhs.uk/Id/ods-organization-code";
const TODAY = "2026-09-15";

const AGREEMENT: Agreement = {
  id: "gp",
  version: 1,
  dataClasses: ["health-visiting", "education"],
  purposes: ["TREAT"],
  legalBasis: { article6: "6(1)(e)", article9: "9(2)(h)", confidence: "implied-direct-care" },
  relationship: "gp-registration",
  authorities: ["leeds"],
  matchingScope: "none",
  identifierSystems: [NHS_NUMBER],
  statutoryGateways: { "leeds-eyfsp": "a statute" },
  audit: false,
  idSpace: "",
  coverageNotice: true,
  until: "2030-01-01",
};

function requester(agreement: Partial<Agreement> = {}, value = "Z1"): Requester {
  return {
    client: "gp-demo",
    organization: { system: ODS, value, authority: "leeds" },
    agreement: { ...AGREEMENT, ...agreement },
    purpose: "TREAT",
    scopes: [],
    tokenId: "t",
  };
}

const REGISTRATION = {
  kind: "gp-registration",
  organization: { system: ODS, value: "Z1" },
  start: "2024-01-01",
} as const;
const FACTS: RecordFacts = {
  relationships: [REGISTRATION],
  sources: [
    { source: "leeds-csds", authority: "leeds", dataClass: "health-visiting" },
    { source: "leeds-eyfsp", authority: "leeds", dataClass: "education" },
    { source: "leeds-sharing", authority: "leeds", dataClass: "sharing" },
  ],
  denials: [],
};

function visible(facts: Partial<RecordFacts>, who = requester(), today = TODAY): readonly string[] | undefined {
  const visibility = decideVisibility({ ...FACTS, ...facts }, who, today);
  return visibility && [...visibility.sources];
}

const EDUCATION_DENIED = {
  consent: "Consent/c",
  dataClasses: ["education"],
  resourceIds: [],
  actors: [],
  purposes: [],
} as const;

describe("a registered practice sees", () => {
  test("both kinds of record", () => {
    expect(visible({})).toEqual(["leeds-csds", "leeds-eyfsp"]);
  });

  test("nothing when its agreement has ended", () => {
    expect(visible({}, requester({ until: "2026-09-14" }))).toBeUndefined();
  });

  test.each([
    ["another practice", { organization: { system: ODS, value: "Z2" } }],
    ["an ended registration", { end: "2026-09-14" }],
    ["a registration that has not begun", { start: "2026-09-16" }],
    ["another kind of relationship", { kind: "caseload" as const }],
  ])("nothing of a child with %s", (_, change) => {
    expect(visible({ relationships: [{ ...REGISTRATION, ...change }] })).toBeUndefined();
  });

  test("a child on the last day of its registration", () => {
    expect(visible({ relationships: [{ ...REGISTRATION, end: TODAY }] })).toEqual(["leeds-csds", "leeds-eyfsp"]);
  });

  test("no education data without a statute that names it", () => {
    expect(visible({}, requester({ statutoryGateways: {} }))).toEqual(["leeds-csds"]);
  });

  test("no data of an authority that its agreement does not reach", () => {
    const sources = FACTS.sources.map((source) => ({ ...source, authority: "wirral" }));
    expect(visible({ sources })).toBeUndefined();
  });
});

describe("an objection", () => {
  test("withholds the class it names", () => {
    expect(visible({ denials: [EDUCATION_DENIED] })).toEqual(["leeds-csds"]);
  });

  test("leaves a record that cannot be told from one without such data", () => {
    const without = FACTS.sources.filter(({ dataClass }) => dataClass !== "education");
    expect(visible({ denials: [EDUCATION_DENIED] })).toEqual(visible({ sources: without }));
  });

  test("withholds the child altogether when it names all classes", () => {
    expect(
      visible({ denials: [{ ...EDUCATION_DENIED, dataClasses: ["health-visiting", "education"] }] }),
    ).toBeUndefined();
    expect(visible({ denials: [{ ...EDUCATION_DENIED, dataClasses: [] }] })).toBeUndefined();
  });

  test.each([
    ["another organisation", { actors: [`${ODS}|Z2`] }],
    ["another purpose", { purposes: ["HRESCH"] }],
    ["a time that is over", { until: "2026-09-14" }],
    ["a time that has not come", { from: "2026-09-16" }],
  ])("to %s withholds nothing here", (_, change) => {
    expect(visible({ denials: [{ ...EDUCATION_DENIED, ...change }] })).toEqual(["leeds-csds", "leeds-eyfsp"]);
  });

  test("to all data there are leaves who the child is, as of a child of whom nothing is held", () => {
    const [health] = FACTS.sources;
    const visibility = decideVisibility(
      {
        ...FACTS,
        sources: health ? [health] : [],
        denials: [{ ...EDUCATION_DENIED, dataClasses: ["health-visiting"] }],
      },
      requester(),
      TODAY,
    );
    expect(visibility?.sources.size).toBe(0);
    expect([...(visibility?.identitySources ?? [])]).toEqual(["leeds-csds"]);
  });

  test("to single resources withholds those", () => {
    const denials = [{ ...EDUCATION_DENIED, dataClasses: [], resourceIds: ["o1"] }];
    const visibility = decideVisibility({ ...FACTS, denials }, requester(), TODAY);
    expect(visibility?.withheldIds).toEqual(new Set(["o1"]));
    expect(visibility?.sources.size).toBe(2);
  });

  test("does not keep the officers from working on it", () => {
    const officer = requester({ dataClasses: ["health-visiting", "education", "sharing"], relationship: "authority" });
    expect(visible({ denials: [EDUCATION_DENIED] }, officer)).toHaveLength(3);
  });
});

function consent(change: Partial<Consent>): Consent {
  return {
    resourceType: "Consent",
    id: "c",
    status: "active",
    scope: { text: "privacy" },
    category: [{ text: "sharing" }],
    ...change,
  };
}

const EDUCATION = [{ system: DATA_CLASS, code: "education" }];
const TREAT = { system: ACT_REASON, code: "TREAT" };

function data(reference: string): ConsentProvisionData {
  return { meaning: "instance", reference: { reference } };
}

function actor(identifier?: Identifier): ConsentProvisionActor {
  return { role: { text: "recipient" }, reference: identifier ? { identifier } : { reference: "Organization/x" } };
}

describe("a Consent denies", () => {
  test("what its nested deny names, with what that inherits", () => {
    const provision: Consent["provision"] = {
      type: "permit",
      period: { start: "2026-01-01" },
      purpose: [{ system: ACT_REASON, code: "TREAT" }],
      provision: [{ type: "deny", class: EDUCATION }],
    };
    expect(toDenials(consent({ provision }))).toEqual([
      { ...EDUCATION_DENIED, purposes: ["TREAT"], from: "2026-01-01" },
    ]);
  });

  test("what its root names when that denies", () => {
    expect(toDenials(consent({ provision: { type: "deny", class: EDUCATION } }))).toEqual([EDUCATION_DENIED]);
  });

  const ALL = { consent: "Consent/c", dataClasses: [], resourceIds: [], actors: [], purposes: [] };
  const OPT_OUT = { coding: [{ system: ACT_CODE, code: "OPTOUT" }] };
  const THE_SCHOOL = { system: ODS, value: "Z9" };
  const told = (...deny: readonly ConsentProvision[]): Partial<Consent> => ({
    provision: { type: "permit", provision: deny.map((rule) => ({ type: "deny", ...rule })) },
  });

  test.each<readonly [string, Partial<Consent>, Partial<Denial>]>([
    ["opts out and says no more", { policyRule: OPT_OUT }, {}],
    [
      "opts out of what a root without a type names",
      { policyRule: OPT_OUT, provision: { class: EDUCATION } },
      { dataClasses: ["education"] },
    ],
    [
      "denies in what it permits",
      {
        provision: { type: "permit", provision: [{ type: "permit", provision: [{ type: "deny", class: EDUCATION }] }] },
      },
      { dataClasses: ["education"] },
    ],
    ["names the child as its data", told({ data: [data("Observation/o"), data("Patient/p")] }), {}],
    ["names an encounter, of which nothing is held", told({ data: [data("Encounter/e")] }), {}],
    ["names data by who wrote them", told({ data: [{ ...data("Practitioner/d"), meaning: "authoredby" }] }), {}],
    ["names data by what is no reference here", told({ data: [data("urn:uuid:1")] }), {}],
    [
      "names a version of a resource",
      told({ data: [data("https://a.example/fhir/Observation/o/_history/1")] }),
      { resourceIds: ["o"] },
    ],
    ["names an actor that cannot be told beside one that can", told({ actor: [actor(THE_SCHOOL), actor()] }), {}],
    ["names a class of another system", told({ class: [...EDUCATION, { system: "urn:x", code: "all" }] }), {}],
    ["names a purpose of another system", told({ purpose: [{ system: "urn:x", code: "TREAT" }, TREAT] }), {}],
    ["names the head of all purposes", told({ purpose: [{ system: ACT_REASON, code: "PurposeOfUse" }, TREAT] }), {}],
    ["runs through a year", told({ period: { start: "2026", end: "2026" } }), { from: "2026", until: "2026-12-31" }],
    ["runs to the end of a month", told({ period: { end: "2026-02" } }), { until: "2026-02-31" }],
    [
      "ends on another day elsewhere than here",
      told({ period: { start: "2026-06-01T00:30:00+14:00", end: "2026-06-30T23:30:00Z" } }),
      { from: "2026-05-31", until: "2026-07-01" },
    ],
  ])("as much as it may mean when it %s", (_, change, denial) => {
    expect(toDenials(consent(change))).toEqual([{ ...ALL, ...denial }]);
  });

  test("all that its root names, whatever the nested rules say", () => {
    const provision: ConsentProvision = {
      type: "deny",
      provision: [
        { type: "deny", class: EDUCATION },
        { type: "permit", class: EDUCATION },
      ],
    };
    expect(toDenials(consent({ provision }))).toEqual([ALL, EDUCATION_DENIED]);
  });

  test.each([
    ["it is not active", { status: "rejected", policyRule: OPT_OUT, provision: { type: "deny" } }],
    ["it permits", { provision: { type: "permit", class: EDUCATION } }],
    ["it has no provision", {}],
  ] as const)("nothing when %s", (_, change) => {
    expect(toDenials(consent(change))).toEqual([]);
  });
});
