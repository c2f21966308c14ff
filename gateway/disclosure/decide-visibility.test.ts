import type { Consent, ConsentProvision } from "@medplum/fhirtypes";
import { describe, expect, test } from "vitest";
import { OBJECTION_STATE, OBJECTION_STATE_EXTENSION, SHARING_DECISION } from "#profiles/systems.ts";
import { decideVisibility } from "./decide-visibility.ts";
import {
  AT,
  actor,
  actReason,
  confidentiality,
  dataClass,
  FACTS,
  labels,
  objection,
  policy,
  REGISTRATION,
  requester,
  rules,
  sensitivity,
  TODAY,
  weighed,
} from "./disclosure.fixtures.ts";
import type { RecordFacts } from "./visibility.ts";

function visible(facts: Partial<RecordFacts>, who = requester(), today = TODAY): readonly string[] | undefined {
  const visibility = decideVisibility({ ...FACTS, ...facts }, who, { ...AT, today });
  return visibility && [...visibility.sources];
}

const EDUCATION = { class: [dataClass("education")] };
const HEALTH = { class: [dataClass("health-visiting")] };
const BOTH = { class: [dataClass("health-visiting"), dataClass("education")] };
const objected = (...denials: readonly ConsentProvision[]) => ({ consents: [rules(objection(...denials))] });

describe("a registered practice sees", () => {
  test("both kinds of record", () => {
    expect(visible({})).toEqual(["leeds-csds", "leeds-eyfsp"]);
  });

  test.each([
    ["through the last day of its agreement", TODAY, ["leeds-csds", "leeds-eyfsp"]],
    ["nothing when its agreement has ended", "2026-09-14", undefined],
  ])("%s", (_, until, expected) => {
    expect(visible({}, requester({ until }))).toEqual(expected);
  });

  test.each([
    ["another practice", { organization: { system: REGISTRATION.organization.system, value: "Z2" } }],
    ["a practice of the same code elsewhere", { organization: { system: "urn:x", value: "Z1" } }],
    ["an ended registration", { end: "2026-09-14" }],
    ["a registration that has not begun", { start: "2026-09-16" }],
    ["another kind of relationship", { kind: "caseload" as const }],
  ])("nothing of a child with %s", (_, change) => {
    expect(visible({ relationships: [{ ...REGISTRATION, ...change }] })).toBeUndefined();
  });

  test.each([
    ["last", { end: TODAY }],
    ["first", { start: TODAY }],
  ])("a child on the %s day of its registration", (_, change) => {
    expect(visible({ relationships: [{ ...REGISTRATION, ...change }] })).toEqual(["leeds-csds", "leeds-eyfsp"]);
  });

  test("no education data without a statute that names it", () => {
    expect(visible({}, requester({ statutoryGateways: {} }))).toEqual(["leeds-csds"]);
  });

  test("no class that its agreement does not name", () => {
    expect(visible({}, requester({ dataClasses: ["education"] }))).toEqual(["leeds-eyfsp"]);
  });

  test("no data of an authority that its agreement does not reach", () => {
    const sources = FACTS.sources.map((source) => ({ ...source, authority: "wirral" }));
    expect(visible({ sources })).toBeUndefined();
  });
});

describe("whoever is responsible for an authority sees", () => {
  const officer = requester({ relationship: "authority" });

  test("every child of whom a source of the authority tells", () => {
    expect(visible({ relationships: [] }, officer)).toEqual(["leeds-csds", "leeds-eyfsp"]);
  });

  test("no child of another authority, also where the child is related to the organisation", () => {
    const sources = FACTS.sources.map((source) => ({ ...source, authority: "wirral" }));
    expect(visible({ sources }, officer)).toBeUndefined();
  });
});

describe("an objection", () => {
  test("withholds the class it names, and leaves who the child is where nobody else says it", () => {
    const visibility = decideVisibility({ ...FACTS, ...objected(EDUCATION) }, requester(), AT);
    expect([...(visibility?.sources ?? [])]).toEqual(["leeds-csds"]);
    expect([...(visibility?.identitySources ?? [])]).toEqual(["leeds-eyfsp"]);
    expect(visibility?.releases(weighed("leeds-eyfsp", { dataClass: "education" }))).toBe(false);
    expect(visibility?.releases(weighed("leeds-csds"))).toBe(true);
    expect(visibility?.rules).toEqual(["agreement/gp/1", "Consent/c"]);
  });

  test("leaves a record that cannot be told from one without such data", () => {
    const without = FACTS.sources.filter((source) => source.dataClass !== "education");
    expect(visible(objected(EDUCATION))).toEqual(visible({ sources: without }));
  });

  test.each([
    ["names all classes", BOTH],
    ["names none", {}],
  ])("withholds the child altogether when it %s", (_, denial) => {
    expect(visible(objected(denial))).toBeUndefined();
  });

  test("withholds the child altogether also when each class has an objection of its own", () => {
    expect(visible({ consents: [rules(objection(HEALTH)), rules(objection(EDUCATION))] })).toBeUndefined();
  });

  test("to all data there are leaves who the child is, as of a child of whom nothing is held", () => {
    const sources = FACTS.sources.slice(0, 1);
    const visibility = decideVisibility({ ...FACTS, sources, ...objected(HEALTH) }, requester(), AT);
    expect(visibility?.sources.size).toBe(0);
    expect([...(visibility?.identitySources ?? [])]).toEqual(["leeds-csds"]);
  });

  test("to single resources withholds those, and leaves the source", () => {
    const data = [{ meaning: "instance" as const, reference: { reference: "Observation/o1" } }];
    const visibility = decideVisibility({ ...FACTS, ...objected({ data }) }, requester(), AT);
    expect(visibility?.sources.size).toBe(2);
    expect(visibility?.releases(weighed("leeds-csds"))).toBe(false);
    expect(visibility?.releases(weighed("leeds-csds", {}, { id: "o2" }))).toBe(true);
  });

  test.each([
    ["another organisation", { ...EDUCATION, actor: [actor("Z2")] }],
    ["another purpose", { ...EDUCATION, purpose: [actReason("HRESCH")] }],
    ["a time that is over", { ...EDUCATION, period: { end: "2026-09-14" } }],
    ["a time that has not come", { ...EDUCATION, period: { start: "2026-09-16" } }],
  ])("to %s withholds nothing here", (_, denial) => {
    expect(visible(objected(denial))).toEqual(["leeds-csds", "leeds-eyfsp"]);
  });

  test("does not keep the officers from working on it", () => {
    const officer = requester({ dataClasses: ["health-visiting", "education", "sharing"], relationship: "authority" });
    const visibility = decideVisibility({ ...FACTS, ...objected({}) }, officer, AT);
    expect(visibility?.sources.size).toBe(3);
    expect(visibility?.rules).toEqual(["agreement/gp/1"]);
  });

  test("to everything leaves its writer the decision itself, and nothing else", () => {
    const writes = { source: "leeds-csds", updateCreate: false, unknownSubjects: false };
    const visibility = decideVisibility({ ...FACTS, ...objected({}) }, requester({ writes }), AT);
    expect(visibility).toMatchObject({ ownSource: "leeds-csds", sources: new Set(), identitySources: new Set() });
    expect(visibility?.releases(weighed("leeds-csds"))).toBe(false);
  });
});

describe("where nothing is released without a Consent that permits", () => {
  const school = requester({ implicitPolicy: { "health-visiting": "deny" } });
  const agreed = (permit: ConsentProvision) => ({ consents: [rules({ type: "permit", ...permit })] });

  test("a class of which no Consent speaks stays out, who the child is included", () => {
    const visibility = decideVisibility(FACTS, school, AT);
    expect([...(visibility?.sources ?? [])]).toEqual(["leeds-eyfsp"]);
    expect(visibility?.identitySources.size).toBe(0);
    expect(visibility?.releases(weighed("leeds-csds"))).toBe(false);
    expect(visibility?.rules).toEqual(["agreement/gp/1", "implicit/health-visiting/deny"]);
  });

  test("a family's agreement to the class opens it", () => {
    expect(visible(agreed(HEALTH), school)).toEqual(["leeds-csds", "leeds-eyfsp"]);
    const visibility = decideVisibility({ ...FACTS, ...agreed(HEALTH) }, school, AT);
    expect(visibility?.rules).toEqual(["agreement/gp/1", "implicit/health-visiting/deny", "Consent/c"]);
  });

  test("an agreement to one finding opens that, and of its source no more than who the child is", () => {
    const data = [{ meaning: "instance" as const, reference: { reference: "Observation/o1" } }];
    const visibility = decideVisibility({ ...FACTS, ...agreed({ data }) }, school, AT);
    expect([...(visibility?.identitySources ?? [])]).toEqual(["leeds-csds"]);
    expect(visibility?.releases(weighed("leeds-csds"))).toBe(true);
    expect(visibility?.releases(weighed("leeds-csds", {}, { id: "o2" }))).toBe(false);
  });

  test.each<[string, Partial<Consent>]>([
    ["by its category", { category: [{ coding: [{ system: SHARING_DECISION, code: "objection" }] }] }],
    [
      "by its state",
      { extension: [{ url: OBJECTION_STATE_EXTENSION, valueCoding: { system: OBJECTION_STATE, code: "received" } }] },
    ],
  ])("an objection to something else, known %s, is no agreement to it", (_, change) => {
    const objecting = rules(objection(EDUCATION), { ...change, ...policy("OPTIN") });
    const visibility = decideVisibility({ ...FACTS, consents: [objecting] }, school, AT);
    expect(visibility?.releases(weighed("leeds-csds"))).toBe(false);
    expect(visibility?.sources.size).toBe(0);
  });

  test("an objection beats an agreement, in whichever order they came", () => {
    const [permit, deny] = [rules({ type: "permit", ...HEALTH }), rules(objection(HEALTH))];
    expect(visible({ consents: [permit, deny] }, school)).toEqual(["leeds-eyfsp"]);
    expect(visible({ consents: [deny, permit] }, school)).toEqual(["leeds-eyfsp"]);
  });

  test("nothing is asked of records of nobody", () => {
    expect(visible({ isInvented: true }, school)).toEqual(["leeds-csds", "leeds-eyfsp"]);
  });

  test("nothing is left of a child of whom only such data are held", () => {
    expect(visible({ sources: FACTS.sources.slice(0, 1) }, school)).toBeUndefined();
  });
});

describe("labels", () => {
  const writes = { source: "leeds-csds", updateCreate: false, unknownSubjects: false };
  const [low, normal, restricted] = ["L", "N", "R"].map((code) => labels(confidentiality(code)));
  const psychiatric = labels(confidentiality("N"), sensitivity("PSY"));

  test.each([
    ["low", {}, low, true],
    ["normal", {}, normal, true],
    ["restricted", {}, restricted, false],
    ["restricted, where the agreement reaches that", { confidentiality: "R" as const }, restricted, true],
    ["unknown to every list", { confidentiality: "R" as const }, undefined, false],
    ["unknown to every list, where the agreement reaches all", { confidentiality: "V" as const }, undefined, true],
    [
      "without a confidentiality",
      { confidentiality: "R" as const, sensitivities: ["PSY"] },
      labels(sensitivity("PSY")),
      false,
    ],
    ["sensitive", {}, psychiatric, false],
    ["sensitive in a way that the agreement names", { sensitivities: ["PSY"] }, psychiatric, true],
    ["sensitive in another way", { sensitivities: ["SDV"] }, psychiatric, false],
    ["the requester's own word", { writes }, restricted, true],
    ["somebody else's word to a writer", { writes: { ...writes, source: "leeds-eyfsp" } }, restricted, false],
  ])("of a resource that is %s", (_, agreement, told, expected) => {
    const visibility = decideVisibility(FACTS, requester(agreement), AT);
    expect(visibility?.releases(weighed("leeds-csds", { labels: told }))).toBe(expected);
  });

  test("count nothing where nobody is real", () => {
    const visibility = decideVisibility({ ...FACTS, isInvented: true }, requester(), AT);
    expect(visibility?.releases(weighed("leeds-csds", { labels: undefined }))).toBe(true);
  });
});

test("a resource of a source that is not of the record, or beyond the agreement, is not released", () => {
  const visibility = decideVisibility(FACTS, requester(), AT);
  expect(visibility?.releases(weighed("leeds-vendor"))).toBe(false);
  expect(visibility?.releases(weighed("leeds-sharing", { dataClass: "sharing" }))).toBe(false);
});
