import type { Consent, ConsentProvision } from "@medplum/fhirtypes";
import { describe, expect, test } from "vitest";
import { ACT_CODE, ACT_REASON, CONFIDENTIALITY, ODS_ORGANIZATION, SNOMED } from "#profiles/systems.ts";
import { checkConsentRules } from "./consent-check.ts";
import { CONSENT_ACTION, RESOURCE_TYPES } from "./consent-rules.ts";
import { type Asker, DENIES, isPermittedBy, PERMITS, SILENT, type Votes, votesOf } from "./consent-vote.ts";
import {
  ASKER,
  actor,
  actReason,
  coding,
  confidentiality,
  consent,
  dataClass,
  facts,
  labels,
  NOW_ms,
  policy,
  rules,
  sensitivity,
} from "./disclosure.fixtures.ts";
import type { ResourceFacts } from "./resource-facts.ts";

const WORDS: Readonly<Record<Votes, string>> = { [SILENT]: "silent", [PERMITS]: "permits", [DENIES]: "denies" };

interface Told {
  readonly asker?: Partial<Asker>;
  readonly of?: ResourceFacts;
  readonly change?: Partial<Consent>;
}

/** What one Consent says of one resource to one asker. */
function said(provision: ConsentProvision, { asker = {}, of = facts(), change = {} }: Told = {}): string {
  const votes = votesOf([rules(provision, change)], { ...ASKER, ...asker }, { scope: "resource", facts: of });
  return WORDS[votes] ?? "several things at once";
}

const deny = (rule: ConsentProvision): ConsentProvision => ({ type: "deny", ...rule });
const permit = (rule: ConsentProvision): ConsentProvision => ({ type: "permit", ...rule });

/** Both kinds of one rule: what a permission does not reach and what a denial hits differ where something is unknown. */
function bothOf(rule: ConsentProvision, told: Told = {}): readonly string[] {
  return [said(permit(rule), told), said(deny(rule), told)];
}

const MATCHES = ["permits", "denies"];
const NEITHER = ["silent", "silent"];
const DENIAL_ALONE = ["silent", "denies"];

describe("a rule that narrows nothing", () => {
  test("is about everything", () => {
    expect(bothOf({})).toEqual(MATCHES);
  });

  test("says nothing where neither it nor a policy says whether it permits", () => {
    expect(said({})).toBe("silent");
    expect(said({ purpose: [actReason("TREAT")] }, { change: { policy: [{ uri: "urn:policy" }] } })).toBe("silent");
  });

  test.each([
    ["OPTIN", "permits"],
    ["OPTOUT", "denies"],
    ["OPTOUTE", "denies"],
    ["OPTINR", "silent"],
  ])("under the policy %s %s", (code, expected) => {
    expect(said({}, { change: policy(code) })).toBe(expected);
  });

  test("that contradicts its policy denies", () => {
    expect(said({ type: "permit" }, { change: policy("OPTOUT") })).toBe("denies");
    expect(said({ type: "deny" }, { change: policy("OPTIN") })).toBe("denies");
  });
});

describe("period", () => {
  const at = (time: string): Told => ({ asker: { now_ms: Date.parse(time) } });
  test.each([
    ["before its first day begins, UK time", { start: "2026-09-15" }, "2026-09-14T22:59:59Z", NEITHER],
    ["when its first day begins, UK time", { start: "2026-09-15" }, "2026-09-14T23:00:00Z", MATCHES],
    ["to the end of its last day, UK time", { end: "2026-09-15" }, "2026-09-15T22:59:59Z", MATCHES],
    ["when its last day is over", { end: "2026-09-15" }, "2026-09-15T23:00:00Z", NEITHER],
    ["in winter by winter's clock", { end: "2026-12-31" }, "2026-12-31T23:59:59Z", MATCHES],
    ["in the middle of a day before its end", { end: "2026-09-15T12:00:00Z" }, "2026-09-15T12:00:00Z", MATCHES],
    ["in the middle of a day after its end", { end: "2026-09-15T12:00:00Z" }, "2026-09-15T12:00:01Z", NEITHER],
    ["by the zone in which it is written", { start: "2026-09-15T14:00:00+14:00" }, "2026-09-15T00:00:00Z", MATCHES],
    ["through a whole month", { start: "2026-02", end: "2026-02" }, "2026-02-28T23:59:00Z", MATCHES],
    ["after that month", { start: "2026-02", end: "2026-02" }, "2026-03-01T00:00:00Z", NEITHER],
    ["through a whole year", { end: "2026" }, "2026-12-31T23:00:00Z", MATCHES],
    ["when its end cannot be read", { end: "some day" }, "2026-09-15T12:00:00Z", DENIAL_ALONE],
    ["when its start cannot be read", { start: "some day" }, "2026-09-15T12:00:00Z", DENIAL_ALONE],
  ])("%s", (_, period, time, expected) => {
    expect(bothOf({ period }, at(time))).toEqual(expected);
  });
});

describe("actor", () => {
  const untold = { role: { text: "recipient" }, reference: { display: "somebody" } };
  const group = { names: new Set(["urn:groups|privileged"]) };
  const grouped = { role: {}, reference: { identifier: { system: "urn:groups", value: "privileged" } } };
  test.each([
    ["the one who asks", [actor("Z1")], {}, MATCHES],
    ["another", [actor("Z2")], {}, NEITHER],
    ["one of several", [actor("Z2"), actor("Z1")], {}, MATCHES],
    [
      "a code of another system",
      [{ role: {}, reference: { identifier: { system: "urn:x", value: "Z1" } } }],
      {},
      NEITHER,
    ],
    ["a group that the asker is in now", [grouped], group, MATCHES],
    ["a group that the asker is not in", [grouped], {}, NEITHER],
    ["an organisation of which the asker's is a part", [actor("T1")], {}, DENIAL_ALONE],
    ["somebody who cannot be told", [untold], {}, DENIAL_ALONE],
    ["another beside somebody who cannot be told", [actor("Z2"), untold], {}, DENIAL_ALONE],
    ["who holds the data", [actor("Z2", "CST")], {}, DENIAL_ALONE],
    ["who wrote the data", [actor("Z2", "AUT")], {}, DENIAL_ALONE],
    ["who holds the data, beside another recipient", [actor("Z3", "CST"), actor("Z2", "IRCP")], {}, NEITHER],
  ])("%s", (_, actors, asker, expected) => {
    expect(bothOf({ actor: actors }, { asker })).toEqual(expected);
  });

  test("a person is told by issuer and subject", () => {
    const system = "https://issuer.example";
    const person = { role: {}, reference: { identifier: { system, value: "u1" } } };
    expect(bothOf({ actor: [person] }, { asker: { names: new Set([`${system}|u1`]) } })).toEqual(MATCHES);
  });
});

describe("purpose", () => {
  const own = { system: "urn:purposes", code: "early-help" };
  test.each([
    ["the one of the request", [actReason("TREAT")], MATCHES],
    ["another", [actReason("HRESCH")], NEITHER],
    ["several with that of the request", [actReason("HRESCH"), actReason("TREAT")], MATCHES],
    ["the same code of another system", [{ system: "urn:x", code: "TREAT" }], NEITHER],
    ["the head of all purposes", [actReason("PurposeOfUse")], MATCHES],
    ["one without a system", [{ code: "HRESCH" }], DENIAL_ALONE],
  ])("%s", (_, purpose, expected) => {
    expect(bothOf({ purpose })).toEqual(expected);
  });

  test("a purpose of our own is told by its system", () => {
    expect(bothOf({ purpose: [own] }, { asker: { purpose: "urn:purposes|early-help" } })).toEqual(MATCHES);
  });

  test("one purpose is asked for: another that is permitted lets nothing in", () => {
    const told = { asker: { purpose: `${ACT_REASON}|HRESCH` } };
    expect(said(permit({ purpose: [actReason("TREAT")] }), told)).toBe("silent");
  });
});

describe("action", () => {
  const action = (...codes: readonly string[]) => codes.map((code) => ({ coding: [{ system: CONSENT_ACTION, code }] }));
  test.each([
    ["access", action("access"), MATCHES],
    ["access among others", action("correct", "access"), MATCHES],
    ["writing alone", action("correct", "collect"), NEITHER],
    ["disclosure", action("disclose"), DENIAL_ALONE],
    ["something untold", [{ text: "look" }], DENIAL_ALONE],
    ["access of another system", [{ coding: [{ system: "urn:x", code: "access" }] }], DENIAL_ALONE],
  ])("%s", (_, actions, expected) => {
    expect(bothOf({ action: actions })).toEqual(expected);
  });
});

describe("class and code", () => {
  const type = coding(RESOURCE_TYPES);
  const snomed = (code: string) => [{ coding: [{ system: SNOMED, code }] }];
  const weight = facts({ code: { coding: [{ system: SNOMED, code: "27113001" }] } });
  const noted = facts({ method: { coding: [{ system: SNOMED, code: "27113001" }] } });
  const profiled = facts({ meta: { profile: ["urn:profile|1.0"] } });
  test.each<[string, ConsentProvision, ResourceFacts, readonly string[]]>([
    ["its data class", { class: [dataClass("health-visiting")] }, facts(), MATCHES],
    ["another data class", { class: [dataClass("education")] }, facts(), NEITHER],
    ["its type", { class: [type("Observation")] }, facts(), MATCHES],
    ["another type", { class: [type("Condition")] }, facts(), NEITHER],
    ["one of several classes", { class: [type("Condition"), dataClass("health-visiting")] }, facts(), MATCHES],
    ["a class of another system", { class: [{ system: "urn:x", code: "all" }] }, facts(), DENIAL_ALONE],
    ["a data class that is none", { class: [dataClass("gossip")] }, facts(), DENIAL_ALONE],
    ["a profile that it claims", { class: [{ system: "urn:ietf:rfc:3986", code: "urn:profile" }] }, profiled, MATCHES],
    ["a profile that it does not", { class: [{ system: "urn:ietf:rfc:3986", code: "urn:other" }] }, profiled, NEITHER],
    ["its code", { code: snomed("27113001") }, weight, MATCHES],
    ["another code", { code: snomed("1") }, weight, NEITHER],
    ["a code that is found elsewhere in it", { code: snomed("27113001") }, noted, DENIAL_ALONE],
    ["one of several codes", { code: [...snomed("1"), ...snomed("27113001")] }, weight, MATCHES],
    ["a code in words", { code: [{ text: "weight" }] }, weight, DENIAL_ALONE],
    ["class and code", { class: [type("Observation")], code: snomed("27113001") }, weight, MATCHES],
    ["its class and another code", { class: [type("Observation")], code: snomed("1") }, weight, NEITHER],
    ["its code and another class", { class: [type("Condition")], code: snomed("27113001") }, weight, NEITHER],
  ])("%s", (_, rule, of, expected) => {
    expect(bothOf(rule, { of })).toEqual(expected);
  });
});

describe("data", () => {
  const data = (meaning: string, reference: string) =>
    JSON.parse(JSON.stringify([{ meaning, reference: { reference } }]));
  const visit = facts({ encounter: { reference: "Encounter/e1" } });
  const encounter = facts({ resourceType: "Encounter", id: "e1" });
  const authored = facts({ performer: [{ reference: "Practitioner/a" }] });
  test.each<[string, ConsentProvision["data"], ResourceFacts, readonly string[]]>([
    ["itself", data("instance", "Observation/o1"), facts(), MATCHES],
    ["a version of it", data("instance", "Observation/o1/_history/1"), facts(), MATCHES],
    ["the same under an address", data("instance", "https://a.example/fhir/Observation/o1"), facts(), DENIAL_ALONE],
    ["another", data("instance", "Observation/o2"), facts(), NEITHER],
    [
      "one of several",
      [...data("instance", "Observation/o2"), ...data("instance", "Observation/o1")],
      facts(),
      MATCHES,
    ],
    ["the child", data("instance", "Patient/p"), facts(), DENIAL_ALONE],
    ["what is no reference", data("instance", "urn:uuid:1"), facts(), DENIAL_ALONE],
    ["what is related to its encounter", data("related", "Encounter/e1"), visit, MATCHES],
    ["what is related to another encounter", data("related", "Encounter/e2"), visit, NEITHER],
    ["what is related to an encounter, of that itself", data("related", "Encounter/e1"), encounter, MATCHES],
    ["its encounter alone", data("instance", "Encounter/e1"), visit, NEITHER],
    ["what depends on it", data("dependents", "Observation/o1"), facts(), DENIAL_ALONE],
    ["what its author made", data("authoredby", "Practitioner/a"), authored, MATCHES],
    ["what another made", data("authoredby", "Practitioner/b"), authored, NEITHER],
    ["its author", data("instance", "Practitioner/a"), authored, NEITHER],
    ["what a parent said", data("authoredby", "Patient/p"), authored, NEITHER],
  ])("%s", (_, terms, of, expected) => {
    expect(bothOf({ ...(terms && { data: terms }) }, { of })).toEqual(expected);
  });
});

describe("data period", () => {
  const on = (effectiveDateTime: string) => facts({ effectiveDateTime });
  const year = { start: "2025-01-01", end: "2025-12-31" };
  test.each<[string, ConsentProvision["dataPeriod"], ResourceFacts, readonly string[]]>([
    ["data of it", year, on("2025-06-01"), MATCHES],
    ["data of its first day", year, on("2025-01-01"), MATCHES],
    ["data of its last day", year, on("2025-12-31"), MATCHES],
    ["data before it", year, on("2024-12-31"), NEITHER],
    ["data after it", year, on("2026-01-01"), NEITHER],
    ["data of a month in it", year, on("2025-12"), MATCHES],
    ["data of a year that reaches beyond its beginning", { start: "2025-06-01" }, on("2025"), DENIAL_ALONE],
    ["data of a year that reaches beyond its end", { end: "2025-06-01" }, on("2025"), DENIAL_ALONE],
    ["data of no known date", year, facts(), DENIAL_ALONE],
    ["data of a date that cannot be read", year, on("last summer"), DENIAL_ALONE],
    ["data of a time in it", year, facts({ effectivePeriod: { start: "2025-02", end: "2025-03" } }), MATCHES],
    ["data of a time that began before it", year, facts({ effectivePeriod: { end: "2025-03" } }), DENIAL_ALONE],
    ["data of a time that goes on", year, facts({ effectivePeriod: { start: "2025-03" } }), DENIAL_ALONE],
    ["data of a time without either end", year, facts({ effectivePeriod: {} }), DENIAL_ALONE],
  ])("%s", (_, dataPeriod, of, expected) => {
    expect(bothOf({ ...(dataPeriod && { dataPeriod }) }, { of })).toEqual(expected);
  });
});

describe("security label", () => {
  const [N, R, V] = ["N", "R", "V"].map(confidentiality);
  const [PSY, SDV] = ["PSY", "SDV"].map(sensitivity);
  const handling = { system: "urn:handling", code: "secret" };
  const of = (...codes: readonly object[]) => facts({}, { labels: labels(...codes) });
  const unlabelled = facts({}, { labels: undefined });
  test.each<[string, readonly object[], ResourceFacts, readonly string[]]>([
    ["R of what is N", [R ?? {}], of(N ?? {}), ["permits", "silent"]],
    ["R of what is R", [R ?? {}], of(R ?? {}), MATCHES],
    ["R of what is V", [R ?? {}], of(V ?? {}), DENIAL_ALONE],
    ["R of what nobody labelled", [R ?? {}], unlabelled, DENIAL_ALONE],
    ["V of what nobody labelled", [V ?? {}], unlabelled, MATCHES],
    ["N and R of what is R", [N ?? {}, R ?? {}], of(R ?? {}), MATCHES],
    ["N and R of what is N", [R ?? {}, N ?? {}], of(N ?? {}), MATCHES],
    ["R of what is R and sensitive", [R ?? {}], of(R ?? {}, PSY ?? {}), MATCHES],
    ["PSY of what is", [PSY ?? {}], of(R ?? {}, PSY ?? {}), MATCHES],
    ["PSY of what is something else", [PSY ?? {}], of(R ?? {}, SDV ?? {}), NEITHER],
    ["PSY of what is that and something else", [PSY ?? {}], of(R ?? {}, PSY ?? {}, SDV ?? {}), DENIAL_ALONE],
    ["PSY and SDV of what is both", [PSY ?? {}, SDV ?? {}], of(R ?? {}, PSY ?? {}, SDV ?? {}), MATCHES],
    ["PSY of what is not sensitive", [PSY ?? {}], of(R ?? {}), NEITHER],
    ["N and PSY of what is N and not sensitive", [N ?? {}, PSY ?? {}], of(N ?? {}), MATCHES],
    ["N and PSY of what is R and PSY", [N ?? {}, PSY ?? {}], of(R ?? {}, PSY ?? {}), DENIAL_ALONE],
    ["R and PSY of what is N and PSY", [R ?? {}, PSY ?? {}], of(N ?? {}, PSY ?? {}), MATCHES],
    ["R and PSY of what is N and SDV", [R ?? {}, PSY ?? {}], of(N ?? {}, SDV ?? {}), NEITHER],
    ["another label of what has it", [handling], of(N ?? {}, handling), DENIAL_ALONE],
    ["a confidentiality that is none", [{ system: CONFIDENTIALITY, code: "X" }], of(N ?? {}), DENIAL_ALONE],
    ["a label without a system", [{ code: "PSY" }], of(N ?? {}), DENIAL_ALONE],
  ])("%s", (_, securityLabel, told, expected) => {
    expect(bothOf({ securityLabel: [...securityLabel] }, { of: told })).toEqual(expected);
  });
});

describe("nested rules", () => {
  const other = [actReason("HRESCH")];
  test.each<[string, ConsentProvision, string]>([
    ["a matching exception beats its parent", permit({ provision: [deny({})] }), "denies"],
    ["an exception to a denial does too", deny({ provision: [permit({})] }), "permits"],
    [
      "an exception that does not match leaves its parent",
      permit({ provision: [deny({ purpose: other })] }),
      "permits",
    ],
    ["among siblings a denial beats a permission", permit({ provision: [permit({}), deny({})] }), "denies"],
    ["in whichever order", permit({ provision: [deny({}), permit({})] }), "denies"],
    [
      "a rule without a type denies, since it was meant to change something",
      permit({ provision: [{ purpose: [actReason("TREAT")] }] }),
      "denies",
    ],
    [
      "an exception matches though its parent does not",
      permit({ purpose: other, provision: [deny({ purpose: [actReason("TREAT")] })] }),
      "denies",
    ],
    ["the purpose is inherited", permit({ purpose: other, provision: [deny({})] }), "silent"],
    ["the actor is inherited", permit({ actor: [actor("Z2")], provision: [deny({})] }), "silent"],
    ["the period is inherited", permit({ period: { end: "2020" }, provision: [deny({})] }), "silent"],
    [
      "the action is inherited",
      permit({ action: [{ coding: [{ system: CONSENT_ACTION, code: "correct" }] }], provision: [deny({})] }),
      "silent",
    ],
    [
      "what is stated replaces what is inherited",
      permit({ actor: [actor("Z2")], provision: [deny({ actor: [actor("Z1")] })] }),
      "denies",
    ],
    ["a class is not inherited", permit({ class: [dataClass("education")], provision: [deny({})] }), "denies"],
    ["through two levels", permit({ purpose: other, provision: [deny({ provision: [permit({})] })] }), "silent"],
    ["an exception to an exception beats that", permit({ provision: [deny({ provision: [permit({})] })] }), "permits"],
    [
      "a permission further in is none",
      deny({ provision: [deny({ provision: [deny({ provision: [permit({})] })] })] }),
      "denies",
    ],
    [
      "a denial further in is one",
      permit({ provision: [permit({ provision: [permit({ provision: [deny({})] })] })] }),
      "denies",
    ],
  ])("%s", (_, rule, expected) => {
    expect(said(rule)).toBe(expected);
  });
});

describe("all that a rule names must hold", () => {
  const matching: ConsentProvision = {
    actor: [actor("Z1")],
    purpose: [actReason("TREAT")],
    period: { start: "2026-01-01" },
    class: [dataClass("health-visiting")],
    securityLabel: [confidentiality("N")],
  };
  const failing: readonly ConsentProvision[] = [
    { actor: [actor("Z2")] },
    { purpose: [actReason("HRESCH")] },
    { period: { end: "2026-01-01" } },
    { class: [dataClass("education")] },
    { code: [{ coding: [{ system: SNOMED, code: "1" }] }] },
    { dataPeriod: { end: "2000" } },
    { data: [{ meaning: "instance", reference: { reference: "Observation/o2" } }] },
  ];
  const of = facts({ effectiveDateTime: "2026-05-01" });

  test("and does", () => {
    expect(bothOf(matching, { of })).toEqual(MATCHES);
  });

  test.each(failing.map((change) => [Object.keys(change)[0], change]))("but not where its %s does not", (_, change) => {
    expect(bothOf({ ...matching, ...change }, { of })).toEqual(NEITHER);
  });
});

test("only an active Consent is read", () => {
  for (const status of ["draft", "proposed", "rejected", "inactive", "entered-in-error"] as const) {
    expect(() => rules({ type: "deny" }, { status })).toThrow("not an active Consent");
  }
});

test("a Consent that cannot be read denies everything", () => {
  expect(said(JSON.parse('{"type":"permit","actor":"somebody"}'))).toBe("denies");
});

test("what several say together does not depend on their dates", () => {
  const older = rules(deny({}), { dateTime: "2020-01-01" });
  const newer = rules(permit({}), { dateTime: "2026-01-01" });
  for (const consents of [
    [older, newer],
    [newer, older],
  ]) {
    expect(votesOf(consents, { ...ASKER, now_ms: NOW_ms }, { scope: "resource", facts: facts() })).toBe(DENIES);
  }
});

test.each([
  [SILENT, "permit", true],
  [SILENT, "deny", false],
  [PERMITS, "deny", true],
  [PERMITS, "permit", true],
  [DENIES, "permit", false],
  [DENIES, "deny", false],
  [PERMITS | DENIES, "permit", false],
  [PERMITS | SILENT, "permit", false],
] as const)("votes %i under an implicit %s let it be released: %s", (votes, implicit, expected) => {
  expect(isPermittedBy(votes, implicit)).toBe(expected);
});

describe("of a data class as a whole", () => {
  const ofClass = (provision: ConsentProvision, scope: "any-of-class" | "whole-class") =>
    votesOf([rules(provision)], ASKER, { scope, dataClass: "health-visiting" });
  const one = { data: [{ meaning: "instance" as const, reference: { reference: "Observation/o1" } }] };
  const types = { class: [{ system: RESOURCE_TYPES, code: "Observation" }] };
  const profiles = { class: [{ system: "urn:ietf:rfc:3986", code: "urn:profile" }] };
  test.each<[string, ConsentProvision, Votes, Votes]>([
    ["a rule on the class holds for all of it", deny({ class: [dataClass("health-visiting")] }), DENIES, DENIES],
    ["a rule on another class says nothing", deny({ class: [dataClass("education")] }), SILENT, SILENT],
    ["a rule on one resource holds for a part", deny(one), DENIES | SILENT, SILENT],
    ["an exception to a permission does too", permit({ provision: [deny(one)] }), DENIES | PERMITS, PERMITS],
    ["and to a denial", deny({ provision: [permit(one)] }), PERMITS | DENIES, DENIES],
    ["a rule on a type holds for a part", deny(types), DENIES | SILENT, SILENT],
    ["a rule on a profile holds for a part", deny(profiles), DENIES | SILENT, SILENT],
    ["a rule on labels holds for a part", permit({ securityLabel: [confidentiality("N")] }), PERMITS | SILENT, SILENT],
    [
      "a rule on codes holds for a part",
      deny({ code: [{ coding: [{ system: SNOMED, code: "1" }] }] }),
      DENIES | SILENT,
      SILENT,
    ],
    ["a rule on dates holds for a part", deny({ dataPeriod: { end: "2020" } }), DENIES | SILENT, SILENT],
  ])("%s", (_, rule, any, whole) => {
    expect([ofClass(rule, "any-of-class"), ofClass(rule, "whole-class")]).toEqual([any, whole]);
  });

  test("nothing is taken for certain that depends on a resource", () => {
    const votes = votesOf([rules(deny(one)), rules(permit(types))], ASKER, {
      scope: "any-of-class",
      dataClass: "health-visiting",
    });
    expect(votes).toBe(DENIES | PERMITS | SILENT);
  });
});

test("an organisation's code is no other organisation's", () => {
  expect(ASKER.names.has(`${ODS_ORGANIZATION}|Z1`)).toBe(true);
  expect(said(deny({ actor: [actor("Z1")] }), { asker: { names: new Set(), ancestors: [] } })).toBe("silent");
});

describe("what is refused when it is written", () => {
  const opting = (...codes: readonly [system: string, code: string][]): Partial<Consent> => ({
    policyRule: { coding: codes.map(([system, code]) => ({ system, code })) },
  });
  const modified = { modifierExtension: [{ url: "https://example.org/not", valueBoolean: true }] };

  test.each<[string, ConsentProvision, Partial<Consent>]>([
    ["a nested rule without a type", permit({ provision: [{}] }), {}],
    ["a nested rule without a type under a denial", deny({ provision: [{}] }), policy("OPTOUT")],
    ["an exception in the first rule", { class: [dataClass("health-visiting")] }, policy("OPTIN")],
    ["an exception to a denial in the first rule", { class: [dataClass("health-visiting")] }, policy("OPTOUT")],
    ["both policies", {}, opting([ACT_CODE, "OPTIN"], [ACT_CODE, "OPTOUT"])],
    ["opting out under another system", {}, opting(["https://example.org", "OPTOUT"])],
    ["a permission that something modifies", permit(modified), {}],
    ["a nested permission that something modifies", deny({ provision: [permit(modified)] }), policy("OPTOUT")],
    ["a Consent that something modifies", permit({}), modified],
    [
      "a label of another system",
      permit({ provision: [deny({ securityLabel: [{ system: "https://x", code: "V" }] })] }),
      {},
    ],
  ])("and had been stored before denies: %s", (_, provision, change) => {
    expect(said(provision, { change })).toBe("denies");
    expect(checkConsentRules(consent(provision, change))).not.toEqual([]);
  });

  test("and had been stored before says nothing: opting in under another system", () => {
    expect(said({}, { change: opting(["https://example.org", "OPTIN"]) })).toBe("silent");
  });

  test("and has a type that there is not denies, at every level", () => {
    const forbid: ConsentProvision = JSON.parse('{ "type": "forbid" }');
    expect([said(forbid), said(permit({ provision: [forbid] }))]).toEqual(["denies", "denies"]);
  });
});

test("a denial of the Patient is one of all there is, and a permission for it is not", () => {
  expect(bothOf({ class: [{ system: RESOURCE_TYPES, code: "Patient" }] })).toEqual(DENIAL_ALONE);
});

test("a code of an organisation counts in small letters and with space around it, too", () => {
  const rule = { actor: [{ ...actor("Z1"), reference: { identifier: { system: ODS_ORGANIZATION, value: " z1 " } } }] };
  const asker = { names: new Set([`${ODS_ORGANIZATION}|Z1`]) };
  expect(said(deny(rule), { asker })).toBe("denies");
});
