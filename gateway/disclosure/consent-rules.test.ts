import type { Coding, Consent, ConsentProvision, ConsentProvisionData } from "@medplum/fhirtypes";
import { describe, expect, test } from "vitest";
import {
  ACT_CODE,
  ACT_REASON,
  CONFIDENTIALITY,
  DATA_CLASS,
  ODS_ORGANIZATION,
  READ_V2,
  SHARING_DECISION,
} from "#profiles/systems.ts";
import { isObjection, policyOf } from "./consent-policy.ts";
import { CONSENT_ACTION, type ConsentRule, RESOURCE_TYPES, toConsentRules, URIS } from "./consent-rules.ts";
import { actor, actReason, coding, consent, dataClass, policy, rules, sensitivity } from "./disclosure.fixtures.ts";

function denial(rule: ConsentProvision): ConsentRule {
  return rules({ type: "deny", ...rule }).root;
}

function permission(rule: ConsentProvision): ConsentRule {
  return rules({ type: "permit", ...rule }).root;
}

const EDUCATION = { class: [dataClass("education")] };
const identified = (identifier: object): NonNullable<ConsentProvision["actor"]>[number] =>
  JSON.parse(JSON.stringify({ role: { text: "recipient" }, reference: { identifier } }));

describe("a first rule that can be meant either way, stored before it was refused,", () => {
  test("denies what it names where its policy permits the rest", () => {
    const { root } = rules(EDUCATION, policy("OPTIN"));
    expect(root).toMatchObject({ type: "deny", classes: { dataClasses: new Set(["education"]) } });
  });

  test("denies everything where its policy denies, or stands elsewhere", () => {
    for (const change of [policy("OPTOUT"), {}]) {
      expect(rules(EDUCATION, change).root).toMatchObject({ type: "deny", classes: undefined });
    }
  });
});

describe("what a denial names and nobody understands leaves the rest of it as it is:", () => {
  const classes = { dataClasses: new Set(["education"]) };
  test.each<[string, ConsentProvision, Partial<ConsentRule>]>([
    ["a beginning", { period: { start: "some day" } }, { from_ms: Number.NEGATIVE_INFINITY }],
    ["an end", { period: { end: "some day" } }, { until_ms: Number.POSITIVE_INFINITY }],
    ["an actor without a number", { actor: [identified({ system: ODS_ORGANIZATION })] }, { actors: undefined }],
    ["an actor without a system", { actor: [identified({ value: "Z1" })] }, { actors: undefined }],
    ["a purpose without a code", { purpose: [{ system: ACT_REASON }] }, { purposes: undefined }],
    ["a code without a system", { code: [{ coding: [{ code: "13If0" }] }] }, { codes: undefined }],
    [
      "a concept in words beside a code",
      { code: [{ text: "weight" }, { coding: [coding(READ_V2)("13If0")] }] },
      { codes: undefined },
    ],
    ["a label without a code", { securityLabel: [{ system: ACT_CODE }] }, { labels: undefined }],
    ["a label of another system", { securityLabel: [coding("urn:labels")("R")] }, { labels: undefined }],
    [
      "a label of another system beside one",
      { securityLabel: [sensitivity("MH"), coding("urn:labels")("R")] },
      { labels: undefined },
    ],
  ])("%s", (_, rule, expected) => {
    expect(denial({ ...rule, ...EDUCATION })).toMatchObject({ type: "deny", classes, ...expected });
  });

  test.each<[string, Coding]>([
    ["a type without a code", { system: RESOURCE_TYPES }],
    ["a profile without an address", { system: URIS }],
    ["a class without a code", { system: DATA_CLASS }],
    ["a class of another system", coding("urn:ietf:bcp:13")("text/plain")],
  ])("%s", (_, told) => {
    expect(denial({ class: [dataClass("education"), told], action: [] })).toMatchObject({ classes: undefined });
  });
});

describe("what a permission names and nobody understands leaves what else it names:", () => {
  test("an actor without a number, or without a system", () => {
    const actors = [identified({ system: ODS_ORGANIZATION }), identified({ value: "Z2" }), actor("Z1")];
    expect(permission({ actor: actors })).toMatchObject({
      type: "permit",
      actors: new Set([`${ODS_ORGANIZATION}|Z1`]),
    });
  });

  test("a label of no system, or without a code", () => {
    const securityLabel = [{ code: "MH" }, { system: ACT_CODE }, coding("urn:labels")("MH"), sensitivity("STD")];
    expect(permission({ securityLabel }).labels).toEqual({ rank: undefined, codes: new Set([`${ACT_CODE}|STD`]) });
  });

  test("a code of confidentiality that there is not is none that it reaches", () => {
    expect(permission({ securityLabel: [coding(CONFIDENTIALITY)("X")] }).labels).toEqual({
      rank: -1,
      codes: new Set(),
    });
  });

  test("a class without a code", () => {
    const told = [{ system: RESOURCE_TYPES }, { system: URIS }, dataClass("education")];
    const expected = { dataClasses: new Set(["education"]), types: new Set(), profiles: new Set() };
    expect(permission({ class: told }).classes).toEqual(expected);
  });
});

test("every purpose is meant by a code above all of v3, whatever stands beside it, and by none of another system", () => {
  expect(permission({ purpose: [actReason("TREAT"), actReason("PurposeOfUse")] }).purposes).toBeUndefined();
  const other = coding("urn:purposes")("PurposeOfUse");
  expect(permission({ purpose: [other] }).purposes).toEqual(new Set(["urn:purposes|PurposeOfUse"]));
});

test("collecting, in another system than FHIR's, may be anything: a denial of it is about seeing, too", () => {
  expect(denial({ action: [{ coding: [coding(CONSENT_ACTION)("collect")] }] }).isOfAccess).toBe(false);
  expect(denial({ action: [{ coding: [coding("urn:actions")("collect")] }] }).isOfAccess).toBe(true);
});

describe("data are told", () => {
  const data = (meaning: string, reference: object): ConsentProvisionData =>
    JSON.parse(JSON.stringify({ meaning, reference }));
  const identifier = { system: "urn:x", value: "1" };
  const [ELSEWHERE, HERE] = ["https://elsewhere.example/fhir/Observation/o1", "Observation/o1"];
  const both = (...told: readonly ConsentProvisionData[]) => [
    permission({ data: [...told] }).data,
    denial({ data: [...told] }).data,
  ];
  const one = (meaning: string, name: string) => [{ meaning, name }];

  test.each<[string, ConsentProvisionData, unknown, unknown]>([
    ["by the name of a resource", data("instance", { reference: HERE }), one("instance", HERE), one("instance", HERE)],
    [
      "by its address elsewhere in denials alone",
      data("instance", { reference: ELSEWHERE }),
      [],
      one("instance", HERE),
    ],
    [
      "as those of a child, of which a denial is about all there is",
      data("instance", { reference: "Patient/p" }),
      one("instance", "Patient/p"),
      undefined,
    ],
    [
      "by a child who wrote them, which is no child they are about",
      data("authoredby", { reference: "Patient/p" }),
      one("authoredby", "Patient/p"),
      one("authoredby", "Patient/p"),
    ],
    [
      "by the number of who wrote them",
      data("authoredby", { identifier }),
      one("authoredby", "urn:x|1"),
      one("authoredby", "urn:x|1"),
    ],
    ["by no number of what they are", data("instance", { identifier }), [], undefined],
    ["by no number without a system", data("authoredby", { identifier: { value: "1" } }), [], undefined],
    ["by no system without a number", data("authoredby", { identifier: { system: "urn:x" } }), [], undefined],
    ["by no name alone", data("authoredby", { display: "the practice" }), [], undefined],
    ["by nothing that depends on them", data("dependents", { reference: HERE }), [], undefined],
  ])("%s", (_, told, permitted, denied) => {
    expect(both(told)).toEqual([permitted, denied]);
  });

  test("one that cannot be told makes a denial be about all, and takes nothing from a permission", () => {
    const told = [data("instance", { reference: HERE }), data("instance", { display: "the visit" })];
    expect(both(...told)).toEqual([one("instance", HERE), undefined]);
  });
});

describe("a family objects", () => {
  const inCategory = (...codings: readonly Coding[]) => isObjection({ category: [{ coding: [...codings] }] });
  test("where a category says so", () => {
    expect(inCategory(sensitivity("INFA"), coding(SHARING_DECISION)("objection"))).toBe(true);
  });

  test("not by another decision, by the word of another system, or by words", () => {
    expect(inCategory(coding(SHARING_DECISION)("agreement"))).toBe(false);
    expect(inCategory(coding("urn:decisions")("objection"))).toBe(false);
    expect(isObjection({ category: [{ text: "objection" }] })).toBe(false);
  });
});

test("a policy that says nothing of opting in or out leaves what another beside it says", () => {
  const codings = [coding("urn:policies")("OPTIN"), sensitivity("OPTIN")];
  expect(policyOf({ policyRule: { coding: codings } })).toBe("permit");
});

test("a Consent of no category, as other registers hold them, is read like any other", () => {
  const bare: Consent = JSON.parse(JSON.stringify({ ...consent({ type: "permit" }), category: undefined }));
  expect(toConsentRules(bare)?.root.type).toBe("permit");
});
