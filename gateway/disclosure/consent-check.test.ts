import { existsSync, readFileSync } from "node:fs";
import type { Consent, ConsentProvision } from "@medplum/fhirtypes";
import { describe, expect, test } from "vitest";
import {
  CONFIDENTIALITY,
  CONSENT_SCOPE,
  DEVELOPMENTAL_DOMAIN,
  HANDLING_LABEL,
  LOINC,
  ODS_ORGANIZATION,
  ODS_SITE,
  READ_V2,
} from "#profiles/systems.ts";
import { checkConsentRules } from "./consent-check.ts";
import { CONSENT_ACTION, RESOURCE_TYPES } from "./consent-rules.ts";
import {
  actor,
  actReason,
  coding,
  confidentiality,
  consent,
  dataClass,
  policy,
  sensitivity,
} from "./disclosure.fixtures.ts";

function flawed(provision: ConsentProvision | undefined, change: Partial<Consent> = {}): readonly string[] {
  return checkConsentRules(consent(provision, change)).map(({ expression }) => expression);
}

const data = (meaning: string, reference: object): NonNullable<ConsentProvision["data"]> =>
  JSON.parse(JSON.stringify([{ meaning, reference }]));
const OBSERVATION = { reference: "Observation/o" };

/** Our own of the form of UK Core's example: a policy elsewhere, a first rule that names a purpose and has no type. */
const UK_CORE: Consent = {
  resourceType: "Consent",
  status: "active",
  scope: { coding: [{ system: CONSENT_SCOPE, code: "patient-privacy" }] },
  category: [{ coding: [sensitivity("INFA")] }],
  patient: { reference: "Patient/p" },
  dateTime: "2026-02-03T09:30:00+00:00",
  policy: [{ authority: "https://authority.example", uri: "https://authority.example/policies/sharing" }],
  provision: { purpose: [actReason("GOV")] },
};

describe("a Consent is taken", () => {
  test("in the form of UK Core's own example", () => {
    expect(checkConsentRules(UK_CORE)).toEqual([]);
  });

  test.each<[string, ConsentProvision | undefined, Partial<Consent>?]>([
    ["without a rule", undefined],
    ["with a policy alone", {}, policy("OPTOUT")],
    ["with a type alone", { type: "permit" }],
    ["with a policy and a type that agree", { type: "deny" }, policy("OPTOUT")],
    ["with a policy that says neither", { type: "deny" }, policy("OPTINR")],
    ["with a time for which it holds", { period: { start: "2026-01-01" } }, policy("OPTIN")],
    [
      "with a time that had begun when it was given",
      { period: { end: "2026-05-01" } },
      { ...policy("OPTIN"), dateTime: "2026-05-01" },
    ],
    ["with purposes of a policy that permits", { purpose: [actReason("TREAT")] }, policy("OPTIN")],
    ["with everybody who holds data kept from sharing", { actor: [actor("Z1", "CST")] }, policy("OPTOUT")],
    [
      "with what it is about and a nested exception",
      { class: [dataClass("education")], provision: [{ type: "deny" }] },
      policy("OPTIN"),
    ],
    [
      "with what it is about and a nested rule, under a policy elsewhere",
      { actor: [actor("Z1")], provision: [{ type: "permit" }] },
    ],
    [
      "with two levels of exceptions",
      { type: "permit", provision: [{ type: "deny", provision: [{ type: "permit" }] }] },
    ],
    [
      "with all that can be narrowed",
      {
        type: "permit",
        action: [{ coding: [{ system: CONSENT_ACTION, code: "access" }] }],
        securityLabel: [confidentiality("R"), sensitivity("PSY")],
        class: [dataClass("education"), { system: RESOURCE_TYPES, code: "Observation" }],
        code: [{ coding: [{ system: LOINC, code: "29463-7" }] }],
        data: data("authoredby", { identifier: { system: "urn:x", value: "1" } }),
        actor: [actor("Z1")],
      },
    ],
    [
      "with an actor by reference alone",
      { type: "deny", actor: [{ role: {}, reference: { reference: "Organization/o" } }] },
    ],
    ["with data of an encounter", { type: "deny", data: data("related", { reference: "Encounter/e" }) }],
    [
      "with yes and no for different actors",
      {
        type: "permit",
        provision: [
          { type: "permit", actor: [actor("Z1")] },
          { type: "deny", actor: [actor("Z2")] },
        ],
      },
    ],
    ["with the same said twice", { type: "permit", provision: [{ type: "deny" }, { type: "deny" }] }],
    ["that has ended, whatever it says", { type: "deny", provision: [{}] }, { ...policy("OPTIN"), status: "inactive" }],
    ["with a time that ends, given nobody knows when", { period: { end: "2026-05-01" } }, policy("OPTIN")],
    ["with a scope in words", { type: "permit" }, { scope: { text: "privacy" } }],
    ["with a scope of another system", { type: "permit" }, { scope: { coding: [coding("urn:scopes")("treatment")] } }],
    [
      "with a policy of another system, which says nothing of opting in or out",
      { type: "deny" },
      { policyRule: { coding: [coding("urn:policies")("cric")] } },
    ],
    [
      "with a policy beside another that says neither",
      { type: "permit" },
      { policyRule: { coding: [coding("urn:policies")("cric"), sensitivity("OPTIN")] } },
    ],
    ["with every purpose there is", { type: "deny", purpose: [actReason("PurposeOfUse")] }],
    ["with a label on handling", { type: "deny", securityLabel: [coding(HANDLING_LABEL)("adoption-sealed")] }],
    [
      "with codes of this gateway and of any other list of codes",
      {
        type: "deny",
        code: [{ coding: [coding(DEVELOPMENTAL_DOMAIN)("gross-motor")] }, { coding: [coding(READ_V2)("13If0")] }],
      },
    ],
  ])("%s", (_, provision, change) => {
    expect(flawed(provision, change)).toEqual([]);
  });
});

describe("a Consent is sent back", () => {
  test.each<[string, ConsentProvision, string, Partial<Consent>?]>([
    [
      "about treatment",
      { type: "permit" },
      "Consent.scope",
      { scope: { coding: [{ system: CONSENT_SCOPE, code: "treatment" }] } },
    ],
    ["whose policy permits what its rule denies", { type: "deny" }, "Consent.provision.type", policy("OPTIN")],
    ["whose policy denies what its rule permits", { type: "permit" }, "Consent.provision.type", policy("OPTOUT")],
    [
      "whose first rule may be the exception: actors",
      { actor: [actor("Z1")] },
      "Consent.provision.actor",
      policy("OPTIN"),
    ],
    [
      "whose first rule may be the exception: who holds data",
      { actor: [actor("Z1", "CST")] },
      "Consent.provision.actor",
      policy("OPTIN"),
    ],
    [
      "whose first rule may be the exception: recipients",
      { actor: [actor("Z1", "CST"), actor("Z2")] },
      "Consent.provision.actor",
      policy("OPTOUT"),
    ],
    [
      "whose first rule may be the exception: a purpose",
      { purpose: [actReason("ETREAT")] },
      "Consent.provision.purpose",
      policy("OPTOUT"),
    ],
    [
      "whose first rule may be the exception: data",
      { data: data("instance", OBSERVATION) },
      "Consent.provision.data",
      policy("OPTIN"),
    ],
    [
      "whose first rule may be the exception: data of a time",
      { dataPeriod: { end: "2020" } },
      "Consent.provision.dataPeriod",
      policy("OPTIN"),
    ],
    [
      "whose first rule may be the exception: labels",
      { securityLabel: [confidentiality("R")] },
      "Consent.provision.securityLabel",
      policy("OPTIN"),
    ],
    ["whose first rule may be the exception: classes", { class: [dataClass("education")] }, "Consent.provision.class"],
    [
      "whose first rule may be the exception: codes",
      { code: [{ coding: [{ system: LOINC, code: "29463-7" }] }] },
      "Consent.provision.code",
      policy("OPTIN"),
    ],
    [
      "whose time was over when it was given",
      { period: { end: "2026-04-30" } },
      "Consent.provision.period",
      { ...policy("OPTIN"), dateTime: "2026-05-01" },
    ],
    [
      "whose nested rule makes no exception to an open first",
      { actor: [actor("Z1")], provision: [{ type: "permit" }] },
      "Consent.provision.actor",
      policy("OPTIN"),
    ],
    [
      "with a nested rule that says neither",
      { type: "permit", provision: [{ purpose: [actReason("TREAT")] }] },
      "Consent.provision.provision[0].type",
    ],
    [
      "with yes and no to the same",
      { type: "permit", provision: [{ type: "deny" }, { type: "permit" }] },
      "Consent.provision.provision[1]",
    ],
    [
      "with three levels of exceptions",
      { type: "permit", provision: [{ type: "deny", provision: [{ type: "permit", provision: [{ type: "deny" }] }] }] },
      "Consent.provision.provision[0].provision[0].provision",
    ],
    [
      "with an action that is not access",
      { type: "deny", action: [{ coding: [{ system: CONSENT_ACTION, code: "correct" }] }] },
      "Consent.provision.action[0]",
    ],
    ["with an action in words", { type: "deny", action: [{ text: "look" }] }, "Consent.provision.action[0]"],
    [
      "with a label that is none",
      { type: "deny", securityLabel: [confidentiality("X")] },
      "Consent.provision.securityLabel[0]",
    ],
    [
      "with a sensitivity that is none",
      { type: "deny", securityLabel: [sensitivity("NOPE")] },
      "Consent.provision.securityLabel[0]",
    ],
    [
      "with a value set in place of a code system",
      {
        type: "deny",
        securityLabel: [{ system: "http://terminology.hl7.org/ValueSet/v3-Confidentiality", code: "R" }],
      },
      "Consent.provision.securityLabel[0]",
    ],
    ["with a code without a system", { type: "deny", purpose: [{ code: "TREAT" }] }, "Consent.provision.purpose[0]"],
    [
      "with a purpose that is none",
      { type: "deny", purpose: [actReason("CURIOSITY")] },
      "Consent.provision.purpose[0]",
    ],
    [
      "with a code system that ends in a slash",
      { type: "deny", code: [{ coding: [{ system: "http://loinc.org/", code: "29463-7" }] }] },
      "Consent.provision.code[0]",
    ],
    ["with a code in words", { type: "deny", code: [{ text: "weight" }] }, "Consent.provision.code[0]"],
    ["with a data class that is none", { type: "deny", class: [dataClass("gossip")] }, "Consent.provision.class[0]"],
    [
      "with a class of another system",
      { type: "deny", class: [coding("urn:ietf:bcp:13")("text/plain")] },
      "Consent.provision.class[0]",
    ],
    [
      "with an actor by name alone",
      { type: "deny", actor: [{ role: {}, reference: { display: "the practice" } }] },
      "Consent.provision.actor[0].reference",
    ],
    [
      "with an actor by a number that nobody knows",
      { type: "deny", actor: [{ role: {}, reference: { identifier: { system: "urn:x", value: "1" } } }] },
      "Consent.provision.actor[0].reference",
    ],
    [
      "with an actor by half a number, whatever else",
      { type: "deny", actor: [{ role: {}, reference: { reference: "Organization/o", identifier: { value: "1" } } }] },
      "Consent.provision.actor[0].reference",
    ],
    [
      "with what depends on data",
      { type: "deny", data: data("dependents", OBSERVATION) },
      "Consent.provision.data[0].meaning",
    ],
    [
      "with what is related to no encounter",
      { type: "deny", data: data("related", OBSERVATION) },
      "Consent.provision.data[0].reference",
    ],
    [
      "with data by no reference",
      { type: "deny", data: data("instance", { display: "the visit" }) },
      "Consent.provision.data[0].reference",
    ],
    [
      "with an actor by a system alone",
      { type: "deny", actor: [{ role: {}, reference: { identifier: { system: ODS_ORGANIZATION } } }] },
      "Consent.provision.actor[0].reference",
    ],
    [
      "with data by an identifier",
      { type: "deny", data: data("instance", { identifier: { system: "urn:x", value: "1" } }) },
      "Consent.provision.data[0].reference",
    ],
    [
      "with an author by name alone",
      { type: "deny", data: data("authoredby", { display: "the practice" }) },
      "Consent.provision.data[0].reference",
    ],
    [
      "with a handling that is none",
      { type: "deny", securityLabel: [coding(HANDLING_LABEL)("hide")] },
      "Consent.provision.securityLabel[0]",
    ],
    [
      "with a system without a code",
      { type: "deny", code: [{ coding: [{ system: READ_V2 }] }] },
      "Consent.provision.code[0]",
    ],
    [
      "with a class of a list of codes of this gateway that names none",
      { type: "deny", class: [coding(DEVELOPMENTAL_DOMAIN)("gross-motor")] },
      "Consent.provision.class[0]",
    ],
    [
      "with a flaw further in",
      { type: "permit", provision: [{ type: "deny", purpose: [actReason("X")] }] },
      "Consent.provision.provision[0].purpose[0]",
    ],
  ])("%s", (_, provision, expression, change) => {
    expect(flawed(provision, change)).toEqual([expression]);
  });

  test("with a sentence that says why", () => {
    const [flaw] = checkConsentRules(
      consent({ type: "deny", securityLabel: [{ system: `${CONFIDENTIALITY}/ValueSet/x`, code: "R" }] }),
    );
    expect(flaw?.message).toMatch(/names a value set.*Expected one of: .*v3-Confidentiality/s);
  });
});

describe("two rules of one level contradict each other", () => {
  const SYSTEM = ODS_ORGANIZATION;
  type Actors = NonNullable<ConsentProvision["actor"]>;
  const said = (identifier: object, more = {}): Actors =>
    JSON.parse(JSON.stringify([{ role: { text: "recipient" }, reference: { identifier, ...more } }]));
  const [one, other] = [actor("Z1"), actor("Z2")];
  const told = said({ system: SYSTEM, value: "Z1" });
  test.each<[string, Actors, Actors]>([
    ["in whatever order they name actors", [one, other], [other, one]],
    ["in whatever order an identifier stands", told, said({ value: "Z1", system: SYSTEM })],
    ["by whatever name an actor goes", told, said({ system: SYSTEM, value: "Z1" }, { display: "the practice" })],
    ["by whatever name the part of an actor goes", [{ ...one, role: { text: "reader" } }], [one]],
    [
      "with a name in an extension of which nothing is told",
      said({}, { extension: [{ url: "u", valueHumanName: { given: [null] } }] }),
      said({}, { extension: [{ url: "u", valueHumanName: { given: [null] } }] }),
    ],
  ])("%s", (_, denied, permitted) => {
    const found = flawed({
      type: "permit",
      provision: [
        { type: "deny", actor: denied },
        { type: "permit", actor: permitted },
      ],
    });
    expect(found).toContain("Consent.provision.provision[1]");
  });

  test.each<[string, ConsentProvision[], string]>([
    ["before it", [{}, { type: "deny" }], "Consent.provision.provision[0].type"],
    ["after it", [{ type: "deny" }, {}], "Consent.provision.provision[1].type"],
  ])("but not where one %s says neither", (_, provision, expected) => {
    expect(flawed({ type: "permit", provision })).toEqual([expected]);
  });

  test("but not where their identifiers are of two systems", () => {
    const provision: ConsentProvision[] = [
      { type: "deny", actor: told },
      { type: "permit", actor: said({ system: ODS_SITE, value: "Z1" }) },
    ];
    expect(flawed({ type: "permit", provision })).toEqual([]);
  });
});

test.each<[string, ConsentProvision, RegExp]>([
  ["an action", { type: "deny", action: [{ coding: [coding(CONSENT_ACTION)("correct")] }] }, /^Only access can be/],
  ["a purpose", { type: "deny", purpose: [actReason("CURIOSITY")] }, /^This code is not one of .*v3-ActReason/],
  ["a code system", { type: "deny", purpose: [coding("urn:x")("TREAT")] }, /^No code system that is understood here/],
])("a sentence of its own says why %s is not taken", (_, provision, expected) => {
  expect(checkConsentRules(consent(provision)).map(({ message }) => message)).toEqual([
    expect.stringMatching(expected),
  ]);
});

const EXAMPLES = new URL("../../../shared/data/consent/hl7-r4-examples/", import.meta.url);

/** Of HL7's examples: what tells of each that it is sent back, and of the rest that nothing stands against them. */
test.runIf(existsSync(EXAMPLES)).each([
  ["Emergency", ["Consent.provision.purpose"]],
  ["notAuthor", ["Consent.provision.actor"]],
  ["notOrg", ["Consent.provision.type", "Consent.provision.action[1]"]],
  ["notThem", ["Consent.provision.actor", "Consent.provision.action[1]"]],
  ["notThis", ["Consent.provision.data", "Consent.provision.data[0].reference"]],
  ["notTime", ["Consent.provision.period"]],
  // Nothing but its dates tells it from the one before, so it is sent back too.
  ["basic", ["Consent.provision.period"]],
  ["grantor", ["Consent.provision.actor"]],
  ["signature", ["Consent.provision.actor", "Consent.provision.provision[0].class[0]"]],
  // Withholds from all, as its policy says; its time is over, as its rule says.
  ["Out", []],
  ["smartonfhir", []],
])("HL7's example %s", (name, expressions) => {
  const example: Consent = JSON.parse(readFileSync(new URL(`Consent-consent-example-${name}.json`, EXAMPLES), "utf8"));
  expect(checkConsentRules(example).map(({ expression }) => expression)).toEqual(expressions);
});

test.runIf(existsSync(EXAMPLES))("HL7's example of many nested rules has a type in none", () => {
  const example: Consent = JSON.parse(readFileSync(new URL("Consent-consent-example-pkb.json", EXAMPLES), "utf8"));
  const told = checkConsentRules(example).map(({ expression }) => expression);
  expect(told.filter((expression) => expression.endsWith("].type"))).toHaveLength(11);
});

test("an exception without a type states none, so that the first rule may be meant as the exception", () => {
  expect(flawed({ class: [dataClass("education")], provision: [{}] }, policy("OPTIN"))).toEqual([
    "Consent.provision.class",
    "Consent.provision.provision[0].type",
  ]);
});

test("a part of another system is no holder's: who has it may be meant to get nothing", () => {
  const held = { ...actor("Z1"), role: { coding: [{ system: "https://example.org", code: "CST" }] } };
  expect(flawed({ actor: [held] }, policy("OPTOUT"))).toEqual(["Consent.provision.actor"]);
});

test("a class that is no type of R4 is sent back, since no data would ever be of it", () => {
  expect(
    flawed({
      type: "deny",
      class: [
        { system: RESOURCE_TYPES, code: "Observation" },
        { system: RESOURCE_TYPES, code: "Banana" },
      ],
    }),
  ).toEqual(["Consent.provision.class[1]"]);
});
