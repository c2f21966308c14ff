import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { NHS_NUMBER } from "#profiles/systems.ts";
import { BOUND, FREE, finding, openWriting, parsed, patient, type Writing } from "./write.fixtures.ts";

let writing: Writing;

beforeEach(async () => {
  writing = await openWriting();
  for (const id of ["held", "other"]) {
    const key = await writing.house.child(id);
    await writing.house.tell(key, patient({ identifier: [{ system: NHS_NUMBER, value: "9990000018" }] }), {
      source: "leeds-csds",
    });
    await writing.house.put(key, finding(id, { id: `of-${id}` }), { source: "leeds-csds" });
  }
});
afterEach(() => writing.house.close());

const READ = [{ system: "http://terminology.hl7.org/CodeSystem/consentaction", code: "access" }];
const ACTION = [{ coding: READ }];
const OPTED_OUT = {
  policyRule: { coding: [{ system: "http://terminology.hl7.org/CodeSystem/v3-ActCode", code: "OPTOUT" }] },
};
const TREAT = [{ system: "http://terminology.hl7.org/CodeSystem/v3-ActReason", code: "TREAT" }];

function person(issuer: string) {
  return { role: { text: "who gets it" }, reference: { identifier: { system: issuer, value: "8f1c" } } };
}

function consent(provision: object | undefined, more: object = {}) {
  return {
    resourceType: "Consent",
    status: "active",
    scope: { coding: [{ system: "http://terminology.hl7.org/CodeSystem/consentscope", code: "patient-privacy" }] },
    category: [{ coding: [{ system: "http://loinc.org", code: "59284-0" }] }],
    patient: { reference: "Patient/held" },
    policyRule: { coding: [{ system: "http://terminology.hl7.org/CodeSystem/v3-ActCode", code: "OPTIN" }] },
    ...(provision && { provision }),
    ...more,
  };
}

test.each<[what: string, provision: object | undefined, expression: string | undefined]>([
  ["no rule", undefined, undefined],
  ["a first rule without a type", { period: { start: "2026-01-01" } }, undefined],
  ["a permission with an exception", { type: "permit", provision: [{ type: "deny", purpose: TREAT }] }, undefined],
  [
    "yes and no for other actions",
    {
      provision: [
        { type: "permit", action: ACTION },
        { type: "deny", purpose: TREAT },
      ],
    },
    undefined,
  ],
  [
    "yes, then no",
    {
      provision: [
        { type: "permit", period: { end: "2026-01-31" } },
        { type: "deny", period: { start: "2026-02-01" } },
      ],
    },
    undefined,
  ],
  ["a year that ends in its own month", { period: { start: "2026-05", end: "2026" } }, undefined],
  ["one day", { period: { start: "2026-05-01", end: "2026-05-01" } }, undefined],
  [
    "data of this child",
    { type: "permit", data: [{ meaning: "instance", reference: { reference: "Observation/of-held" } }] },
    undefined,
  ],
  [
    "yes and no to the same",
    {
      provision: [
        { type: "permit", purpose: TREAT, action: ACTION },
        { type: "deny", action: ACTION, purpose: TREAT },
      ],
    },
    "Consent.provision.provision[1]",
  ],
  [
    "yes and no to everything",
    { type: "permit", provision: [{ type: "permit" }, { type: "deny" }] },
    "Consent.provision.provision[1]",
  ],
  [
    "yes and no to the same, further in",
    {
      provision: [
        {
          type: "permit",
          provision: [
            { type: "deny", purpose: TREAT },
            { type: "permit", purpose: TREAT },
          ],
        },
      ],
    },
    "Consent.provision.provision[0].provision[1]",
  ],
  [
    "a rule that says neither",
    { type: "permit", provision: [{ purpose: TREAT }] },
    "Consent.provision.provision[0].type",
  ],
  [
    "data of another child",
    { type: "permit", data: [{ meaning: "instance", reference: { reference: "Observation/of-other" } }] },
    "Consent.provision.data[0].reference",
  ],
  [
    "a person whom a registered issuer knows",
    { type: "permit", provision: [{ type: "deny", actor: [person("https://signin.example")] }] },
    undefined,
  ],
  [
    "a person of an issuer that is not registered",
    { type: "permit", provision: [{ type: "deny", actor: [person("https://elsewhere.example")] }] },
    "Consent.provision.provision[0].actor[0].reference",
  ],
  [
    "data of nobody",
    { provision: [{ type: "deny", data: [{ meaning: "instance", reference: { reference: "Observation/unknown" } }] }] },
    "Consent.provision.provision[0].data[0].reference",
  ],
])("a Consent with %s", async (_, provision, expression) => {
  const reply = await writing.send(BOUND, "POST Consent", { body: consent(provision) });
  expect(reply.issues.map((issue) => issue.expression?.[0])).toEqual(expression === undefined ? [] : [expression]);
  expect(reply.status).toBe(expression === undefined ? 201 : 422);
});

test("where nobody is real every valid Consent is stored, also one about nobody", async () => {
  const provision = {
    type: "permit",
    provision: [{ type: "permit" }, { type: "deny" }],
  };
  expect((await writing.send(FREE, "POST Consent", { body: consent(provision) })).status).toBe(201);
});

test("a decision that withholds the child from its own writer can be taken back by it", async () => {
  const body = consent({ type: "deny" }, OPTED_OUT);
  const reply = await writing.send(BOUND, "POST Consent", { body });
  expect(reply.status).toBe(201);
  expect((await writing.read(BOUND, "Patient/held")).status).toBe(404);
  expect((await writing.send(BOUND, "POST Observation", { body: finding("held") })).status).toBe(422);
  const revoked = await writing.send(BOUND, `PUT Consent/${reply.id}`, {
    body: { ...body, id: reply.id, status: "inactive" },
  });
  expect([revoked.status, parsed(revoked)]).toMatchObject([200, { status: "inactive" }]);
  expect((await writing.read(BOUND, "Patient/held")).status).toBe(200);
});

describe("an actor", () => {
  const toActor = (reference: object) => ({ type: "deny", actor: [{ role: { text: "recipient" }, reference }] });
  const ODS = "https://fhir.nhs.uk/Id/ods-organization-code";

  async function sendPractice(identifier: object[]): Promise<string> {
    const body = { resourceType: "Organization", name: "A practice", identifier };
    const { status, id } = await writing.send(BOUND, "POST Organization", { body });
    expect(status).toBe(201);
    return id;
  }

  test("who is named by a reference is told by the number of the Organization, however deep", async () => {
    const id = await sendPractice([
      { system: "urn:x", value: "1" },
      { system: ODS, value: "Z9" },
    ]);
    const reference = { reference: `Organization/${id}` };
    const provision = { type: "permit", provision: [toActor(reference)] };
    const { status, ...reply } = await writing.send(BOUND, "POST Consent", { body: consent(provision) });
    expect(status).toBe(201);
    const named = { ...reference, identifier: { system: ODS, value: "Z9" } };
    expect(parsed(await writing.read(BOUND, `Consent/${reply.id}`))).toMatchObject({
      provision: { provision: [{ actor: [{ reference: named }] }] },
    });
  });

  test.each([
    ["who is not held", { reference: "Organization/unknown" }],
    ["who is a child", { reference: "Patient/held" }],
    ["who is somewhere else", { reference: "https://elsewhere.example/Organization/o" }],
    ["who is named by words", { display: "the practice" }],
  ])("%s is sent back", async (_, reference) => {
    const reply = await writing.send(BOUND, "POST Consent", { body: consent(toActor(reference), OPTED_OUT) });
    expect([reply.status, reply.issues[0]?.expression]).toEqual([422, ["Consent.provision.actor[0].reference"]]);
  });

  test("who has no number that is known here is sent back", async () => {
    const reference = { reference: `Organization/${await sendPractice([{ system: "urn:x", value: "1" }])}` };
    const reply = await writing.send(BOUND, "POST Consent", { body: consent(toActor(reference), OPTED_OUT) });
    expect(reply.status).toBe(422);
  });
});

test("a decision that has ended is stored whatever it says, and says nothing", async () => {
  const provision = {
    type: "deny",
    provision: [{ purpose: TREAT }],
    actor: [{ role: { text: "recipient" }, reference: { reference: "Organization/x" } }],
  };
  const { status } = await writing.send(BOUND, "POST Consent", { body: consent(provision, { status: "inactive" }) });
  expect(status).toBe(201);
  expect((await writing.read(BOUND, "Patient/held")).status).toBe(200);
});
