import type { Observation, Patient } from "@medplum/fhirtypes";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { validateBase } from "#profiles/generated/validators.ts";
import { CONFIDENTIALITY, DATA_CLASS, LOINC, NHS_NUMBER, UPN } from "#profiles/systems.ts";
import type { Requester } from "../access/requester.ts";
import { resourceBytes } from "../search/pack.ts";
import type { RecordKey } from "../store/store.ts";
import {
  CONFORMANCE,
  consent,
  FHIR,
  GP,
  HEALTH,
  type House,
  OFFICER,
  observation,
  openHouse,
  provenance,
  SOURCES,
  STRANGER,
  VENDOR,
} from "./read.fixtures.ts";
import { createRecordReader, type VisiblePerson, type VisibleRecord } from "./record-reader.ts";

let house: House;
beforeEach(async () => {
  house = await openHouse();
});
afterEach(() => house.close());

const CSDS = { source: "leeds-csds" };
const EYFSP = { source: "leeds-eyfsp" };
const SHARING = { source: "leeds-sharing" };
const WRITTEN = { source: "leeds-vendor" };
const OWN = { source: "conformance-client", idSpace: "conformance" };

const AMARA = {
  identifier: [{ system: NHS_NUMBER, value: "9990000018" }],
  name: [{ family: "Okafor", given: ["Amara"] }],
  birthDate: "2021-02-03",
};
const DENIES_EDUCATION = {
  provision: { type: "deny", class: [{ system: DATA_CLASS, code: "education" }] },
};
const DENIES_ALL = { provision: { type: "deny" } };
const RESTRICTED = { meta: { security: [{ system: CONFIDENTIALITY, code: "R" }] } };

/** `Type/id` of all that a requester sees in a record; `undefined` where it sees no record. */
async function seen(key: RecordKey, who: Requester): Promise<readonly string[] | undefined> {
  const view = await house.reader.view(key, who, await house.moment());
  await expectSamePerson(key, who, view);
  if (!view) return undefined;
  const { pack, patient, patientId } = view;
  const others = pack.ids.flatMap((id, entry) => (view.isVisible(entry) ? [`${pack.types[entry]}/${id}`] : []));
  return [...(patient.size > 0 ? [`Patient/${patientId}`] : []), ...others];
}

/** Who reads the person alone, from the store, sees the Patient of the whole record, by the same rules. */
async function expectSamePerson(key: RecordKey, who: Requester, view: VisibleRecord | undefined): Promise<void> {
  const fresh = createRecordReader({ store: house.store, sources: SOURCES, fhirBase: FHIR, cache_bytes: 1_000_000 });
  const person = await fresh.person(key, who, await house.moment());
  expect(person && { ...toPlain(person), rules: person.rules }).toEqual(
    view && { ...toPlain(view), rules: view.rules },
  );
}

function toPlain({ key, patientId, patient, isMerged }: VisiblePerson): object {
  return { key, patientId, isMerged, patient: patient.size > 0 ? resourceBytes(patient, 0).toString() : undefined };
}

async function patientOf(key: RecordKey, who: Requester): Promise<Patient> {
  const view = await house.reader.view(key, who, await house.moment());
  await expectSamePerson(key, who, view);
  if (!view || view.patient.size === 0) throw new Error("no Patient is seen");
  return JSON.parse(resourceBytes(view.patient, 0).toString());
}

describe("a child's record shows", () => {
  test("each requester what its agreement and relationship reach, and a stranger nothing", async () => {
    const key = await house.child("p-1");
    await house.tell(key, AMARA, CSDS);
    await house.put(key, observation("health", "p-1"), CSDS);
    await house.put(key, observation("school", "p-1"), EYFSP);
    await house.put(key, consent("c", "p-1"), SHARING);
    expect(await seen(key, GP)).toEqual(["Patient/p-1", "Observation/health", "Observation/school"]);
    expect(await seen(key, HEALTH)).toEqual(["Patient/p-1", "Observation/health"]);
    expect(await seen(key, OFFICER)).toContain("Consent/c");
    expect(await seen(key, STRANGER)).toBeUndefined();
    expect(await seen(key, CONFORMANCE)).toBeUndefined();
  });

  test.each([
    ["what is seen", "Observation/health", ["gp", "gp-health", "officer"]],
    ["the child", "Patient/p-1", ["gp", "gp-health", "officer"]],
    ["education data", "Observation/school", ["gp", "officer"]],
    ["a decision of the family", "Consent/c", ["officer"]],
    ["a Provenance of education data", "Provenance/of-school", ["gp", "officer"]],
    ["an Organization", "Organization/o", ["gp", "gp-health", "officer"]],
    ["another child", "Patient/p-2", []],
  ])("a Provenance of %s to those alone who see that", async (_, target, sees) => {
    const key = await house.child("p-1");
    await house.tell(key, AMARA, CSDS);
    await house.put(key, observation("health", "p-1"), CSDS);
    await house.put(key, observation("school", "p-1"), EYFSP);
    await house.put(key, consent("c", "p-1"), SHARING);
    await house.put(key, provenance("of-school", "Patient/p-1", "Observation/school"), CSDS);
    await house.put(key, provenance("asked", target, "Patient/p-1"), CSDS);
    const requesters = { gp: GP, "gp-health": HEALTH, officer: OFFICER };
    const found: string[] = [];
    for (const [name, who] of Object.entries(requesters)) {
      if ((await seen(key, who))?.includes("Provenance/asked")) found.push(name);
    }
    expect(found).toEqual(sees);
  });

  test("no Provenance about what is held no more, which may have been hidden from any who asks", async () => {
    const key = await house.child("p-1");
    await house.tell(key, AMARA, CSDS);
    await house.put(key, observation("school", "p-1"), EYFSP);
    await house.put(key, provenance("written", "Observation/school", "Patient/p-1"), WRITTEN);
    await house.put(key, provenance("mapped", "Observation/ended", "Patient/p-1"), CSDS);
    const before = await seen(key, HEALTH);
    await house.end("Observation/school", 2_000);
    expect(before).toEqual(["Patient/p-1"]);
    expect(await seen(key, HEALTH)).toEqual(before);
    // A finding may have been sensitive in a way that even who may see the very restricted is not told of.
    const restricted: Requester = { ...HEALTH, agreement: { ...HEALTH.agreement, id: "v", confidentiality: "V" } };
    expect(await seen(key, restricted)).toEqual(before);
  });

  test("of a restricted child neither who saw it nor any Provenance, but to officers", async () => {
    const key = await house.child("p-1");
    await house.tell(key, { ...AMARA, address: [{ city: "Leeds" }] }, CSDS);
    const places = {
      performer: [{ display: "a clinic" }],
      encounter: { display: "a clinic" },
      note: [{ text: "cheerful", authorString: "a clinic" }],
      contained: [{ resourceType: "Organization", id: "g", name: "a clinic" }],
      valueQuantity: { value: 1 },
    };
    await house.put(key, observation("health", "p-1", places), CSDS);
    await house.put(key, provenance("v", "Patient/p-1", "Observation/health"), CSDS);
    expect(await seen(key, GP)).toContain("Provenance/v");
    await house.tell(key, RESTRICTED, { ...EYFSP, at: 2_000 });
    expect(await seen(key, HEALTH)).toEqual(["Patient/p-1", "Observation/health"]);
    expect(await seen(key, OFFICER)).toContain("Provenance/v");
    const view = await house.reader.view(key, HEALTH, await house.moment());
    const text = view && resourceBytes(view.pack, 0).toString();
    expect(text).not.toContain("a clinic");
    expect(text).not.toContain("cheerful");
    expect(text).toContain('"valueQuantity":{"value":1}');
    expect(await patientOf(key, HEALTH)).not.toHaveProperty("address");
  });

  test.each<readonly [string, object]>([
    ["what it is about", { focus: [{ display: "a clinic" }] }],
    ["what it is part of", { partOf: [{ display: "a clinic" }], basedOn: [{ display: "a clinic" }] }],
    ["its specimen", { specimen: { display: "a clinic" } }],
    ["who gave it a number", { identifier: [{ value: "1", assigner: { display: "a clinic" } }] }],
    ["the name of its child", { subject: { reference: "Patient/p-1", display: "of a clinic" } }],
    ["its members", { hasMember: [{ display: "a clinic" }, { reference: "Observation/b", display: "a clinic" }] }],
    ["its tags and another's source", { meta: { source: "urn:a clinic", tag: [{ code: "a clinic" }] } }],
    [
      "whatever it contains",
      {
        contained: [{ resourceType: "Procedure", id: "p", status: "completed", location: { display: "a clinic" } }],
        derivedFrom: [{ reference: "#p" }],
      },
    ],
    ["its words", { valueString: "seen at a clinic" }],
    ["the words of a component", { component: [{ code: { coding: [{ code: "c" }] }, valueString: "at a clinic" }] }],
    ["what it calls its code", { code: { coding: [{ code: "c", display: "seen at a clinic" }], text: "a clinic" } }],
    ["what it calls its code, and nothing else", { code: { text: "seen at a clinic" } }],
    [
      "what it calls a method",
      { method: { text: "at a clinic" }, bodySite: { coding: [{ code: "b", display: "clinic" }] } },
    ],
    [
      "what it calls a value",
      { valueCodeableConcept: { coding: [{ code: "v", display: "at a clinic" }], text: "clinic" } },
    ],
    [
      "what it calls a method, beside an extension",
      { method: { text: "at a clinic", extension: [{ url: "urn:e", valueBoolean: true }] } },
    ],
    ["a category in words", { category: [{ text: "a clinic" }, { coding: [{ code: "c" }] }] }],
    ["the words of a range", { referenceRange: [{ low: { value: 1 }, text: "of a clinic" }] }],
    [
      "its narrative",
      { text: { status: "generated", div: `<div xmlns="http://www.w3.org/1999/xhtml">a clinic</div>` } },
    ],
    ["a picture", { extension: [{ url: "urn:e", valueAttachment: { title: "a clinic" } }] }],
    ["words of an extension", { extension: [{ url: "urn:e", valueString: "a clinic" }] }],
    [
      "what an extension calls a code",
      { extension: [{ url: "urn:e", valueCoding: { code: "c", display: "a clinic" } }] },
    ],
    ["its extensions", { extension: [{ url: "urn:e", valueReference: { display: "a clinic" } }] }],
    [
      "an extension within",
      {
        code: {
          text: "height",
          extension: [{ url: "urn:e", extension: [{ url: "x", valueAddress: { city: "a clinic" } }] }],
        },
      },
    ],
    ["an extension of a primitive", { _status: { extension: [{ url: "urn:e", valueUrl: "urn:a clinic" }] } }],
  ])("of a restricted child no place by %s", async (_, places) => {
    const key = await house.child("p-1");
    await house.tell(key, RESTRICTED, CSDS);
    await house.put(key, observation("o", "p-1", places), WRITTEN);
    const view = await house.reader.view(key, VENDOR, await house.moment());
    const text = view && resourceBytes(view.pack, 0).toString();
    expect(text).toContain('"code":{');
    expect(text).not.toMatch(/clinic|\{\}|\[\]/);
    expect(validateBase(JSON.parse(text ?? "{}"))).toEqual([]);
  });

  test("of a restricted child what the contract calls a code, in its own words", async () => {
    const key = await house.child("p-1");
    await house.tell(key, RESTRICTED, CSDS);
    const coding = [{ system: LOINC, code: "29463-7", display: "weighed at a clinic" }];
    await house.put(key, observation("o", "p-1", { code: { coding } }), CSDS);
    const view = await house.reader.view(key, HEALTH, await house.moment());
    const told: Observation = JSON.parse(view ? resourceBytes(view.pack, 0).toString() : "{}");
    expect(told.code.coding).toEqual([{ system: LOINC, code: "29463-7", display: "Body weight" }]);
  });

  test("of a restricted child that something changes the meaning, and not how", async () => {
    const key = await house.child("p-1");
    await house.tell(key, RESTRICTED, CSDS);
    const modifierExtension = [
      { url: "urn:m", valueReference: { display: "a clinic" } },
      { url: "urn:n", valueBoolean: true },
    ];
    await house.put(key, observation("o", "p-1", { modifierExtension }), WRITTEN);
    const view = await house.reader.view(key, HEALTH, await house.moment());
    expect(JSON.parse(view ? resourceBytes(view.pack, 0).toString() : "{}").modifierExtension).toEqual([
      {
        url: "urn:m",
        extension: [{ url: "http://hl7.org/fhir/StructureDefinition/data-absent-reason", valueCode: "masked" }],
      },
      { url: "urn:n", valueBoolean: true },
    ]);
  });

  test("neither what is withheld, nor what is made from it or refers to it", async () => {
    const key = await house.child("p-1");
    await house.tell(key, AMARA, CSDS);
    await house.put(key, observation("a", "p-1"), CSDS);
    await house.put(key, observation("b", "p-1"), CSDS);
    await house.put(key, observation("of-a", "p-1", { derivedFrom: [{ reference: "Observation/a" }] }), CSDS);
    await house.put(key, observation("panel", "p-1", { hasMember: [{ reference: "Observation/of-a" }] }), CSDS);
    const data = [{ meaning: "instance", reference: { reference: "Observation/a" } }];
    const provision = { type: "permit", provision: [{ type: "deny", data }] };
    await house.put(key, consent("c", "p-1", { provision }), WRITTEN);
    expect(await seen(key, HEALTH)).toEqual(["Patient/p-1", "Observation/b"]);
    expect(await seen(key, OFFICER)).toContain("Observation/panel");
  });

  test("no version of what is hidden, and reads no history for it, which would take time", async () => {
    const key = await house.child("p-1");
    await house.tell(key, AMARA, CSDS);
    await house.put(key, observation("school", "p-1"), EYFSP);
    await house.put(key, observation("ended", "p-1"), EYFSP);
    await house.end("Observation/ended", 2_000);
    const histories = vi.spyOn(house.store, "recordHistory");
    const at = await house.moment();
    const versionsOf = (id: string, who: Requester) =>
      house.reader.versions(key, who, at, { types: ["Observation"], id });
    expect(await versionsOf("school", HEALTH)).toEqual([]);
    expect(await versionsOf("school", STRANGER)).toEqual([]);
    expect(await versionsOf("ended", STRANGER)).toEqual([]);
    expect(histories).not.toHaveBeenCalled();
    expect(await versionsOf("ended", HEALTH)).toEqual([]);
    expect(await versionsOf("school", GP)).toHaveLength(1);
    expect(await versionsOf("ended", GP)).toHaveLength(2);
    expect(histories).toHaveBeenCalledTimes(3);
  });

  test("a written Consent to its writer and to officers, and everybody its effect", async () => {
    const key = await house.child("p-1");
    await house.tell(key, AMARA, CSDS);
    await house.put(key, observation("school", "p-1"), EYFSP);
    await house.put(key, consent("c", "p-1", DENIES_EDUCATION), WRITTEN);
    expect(await seen(key, GP)).toEqual(["Patient/p-1"]);
    expect(await seen(key, VENDOR)).toEqual(["Patient/p-1", "Consent/c"]);
    expect(await seen(key, OFFICER)).toContain("Consent/c");
  });

  test("nothing where everything is objected to, but the objection to who wrote it", async () => {
    const key = await house.child("p-1");
    await house.tell(key, AMARA, CSDS);
    await house.put(key, observation("health", "p-1"), CSDS);
    await house.put(key, consent("c", "p-1", DENIES_ALL), WRITTEN);
    expect(await seen(key, GP)).toBeUndefined();
    expect(await seen(key, VENDOR)).toEqual(["Consent/c"]);
  });
});

describe("in an id space of its own", () => {
  test("no Consent is enforced and no mark takes anything away", async () => {
    const key = await house.child("p-1", "conformance");
    await house.tell(key, { ...AMARA, ...RESTRICTED, address: [{ city: "Leeds" }] }, OWN);
    await house.put(key, observation("o", "p-1", { performer: [{ display: "a clinic" }] }), OWN);
    await house.put(key, consent("c", "p-1", DENIES_ALL), OWN);
    await house.put(key, provenance("v", "Observation/ended", "Patient/elsewhere"), OWN);
    expect(await seen(key, CONFORMANCE)).toEqual(["Patient/p-1", "Observation/o", "Consent/c", "Provenance/v"]);
    expect(await patientOf(key, CONFORMANCE)).toMatchObject({ ...AMARA, address: [{ city: "Leeds" }] });
    expect(await seen(key, OFFICER)).toBeUndefined();
  });
});

describe("a shared record shows", () => {
  const organization = { resourceType: "Organization", id: "o", name: "a school" } as const;

  test("an Organization to whom its source may reach, and not which source that is", async () => {
    const key = await house.shared("Organization", EYFSP);
    await house.put(key, organization, EYFSP);
    expect(await seen(key, GP)).toEqual(["Organization/o"]);
    expect(await seen(key, HEALTH)).toEqual([]);
    const view = await house.reader.view(key, GP, await house.moment());
    expect(view && resourceBytes(view.pack, 0).toString()).not.toContain("eyfsp");
  });

  test("whatever source its writer named itself", async () => {
    const key = await house.shared("Organization", OWN);
    await house.put(key, { ...organization, meta: { source: "urn:their:own" } }, OWN);
    const view = await house.reader.view(key, CONFORMANCE, await house.moment());
    expect(view && resourceBytes(view.pack, 0).toString()).toContain('"source":"urn:their:own"');
  });

  test.each([
    ["Observation", observation("x", "nobody")],
    ["Consent", consent("x", "nobody")],
    ["Provenance", provenance("x", "Organization/o")],
  ] as const)("a %s of nobody who is held only to those who see a whole authority", async (type, resource) => {
    const key = await house.shared(type, WRITTEN);
    await house.put(key, resource, WRITTEN);
    expect(await seen(key, VENDOR)).toEqual([`${type}/x`]);
    expect(await seen(key, GP)).toEqual([]);
  });
});

describe("a Patient", () => {
  const written = `{"resourceType":"Patient","meta":{"profile":["urn:p"],"tag":[{"code":"t"}]},"contained":[{"resourceType":"Organization","id":"g"}],"extension":[{"url":"urn:e","valueDecimal":1.500}],"identifier":[{"value":"no system"}],"birthDate":"2021-02-03","_birthDate":{"extension":[{"url":"urn:t","valueTime":"07:00:00"}]}}`;

  test("that one client told is released as it was written, to the digit", async () => {
    const key = await house.child("p-1", "conformance");
    await house.tell(key, written, OWN);
    const view = await house.reader.view(key, CONFORMANCE, await house.moment());
    const text = view && resourceBytes(view.patient, 0).toString();
    const version = view?.patient.versions[0];
    const head = `{"resourceType":"Patient","id":"p-1","meta":{"versionId":"${version}","lastUpdated":"1970-01-01T00:00:01.000Z",`;
    expect(text).toBe(written.replace('{"resourceType":"Patient","meta":{', head));
  });

  test("that one client told shows others no identifier that their agreement does not name, wherever it stands", async () => {
    const key = await house.child("p-1");
    const upn = { system: UPN, value: "a upn" };
    await house.tell(key, { ...AMARA, identifier: [...AMARA.identifier, upn], extension: [{ url: "urn:e" }] }, WRITTEN);
    expect(await patientOf(key, GP)).toMatchObject({ ...AMARA, extension: [{ url: "urn:e" }] });
    expect(await patientOf(key, OFFICER)).toMatchObject({ identifier: [{ system: NHS_NUMBER }, upn] });
    const contained = [{ resourceType: "Patient", id: "twin", identifier: [upn] }];
    await house.tell(key, { ...AMARA, contained }, { ...WRITTEN, at: 2_000 });
    expect(JSON.stringify(await patientOf(key, GP))).not.toContain("a upn");
  });

  test("of several sources is folded, and its form begins with the last change that it shows", async () => {
    const key = await house.child("p-1");
    await house.tell(key, AMARA, { ...CSDS, at: 1_000 });
    const before = await patientOf(key, HEALTH);
    await house.tell(key, { ...AMARA, gender: "female" }, { ...EYFSP, at: 2_000 });
    expect(await patientOf(key, HEALTH)).toEqual(before);
    expect((await patientOf(key, GP)).meta?.lastUpdated).toBe("1970-01-01T00:00:02.000Z");
    // The same child again says nothing new.
    await house.tell(key, AMARA, { ...CSDS, at: 3_000 });
    expect((await patientOf(key, GP)).meta?.lastUpdated).toBe("1970-01-01T00:00:02.000Z");
    expect(await patientOf(key, HEALTH)).toEqual(before);
  });

  test("that becomes restricted becomes so for all, at that time", async () => {
    const key = await house.child("p-1");
    await house.tell(key, AMARA, CSDS);
    await house.tell(key, RESTRICTED, { ...EYFSP, at: 2_000 });
    expect((await patientOf(key, HEALTH)).meta).toMatchObject({
      lastUpdated: "1970-01-01T00:00:02.000Z",
      security: [{ code: "R" }],
    });
  });
});

describe("within a transaction", () => {
  test("a reader sees what was written there, and nobody else does before it is committed", async () => {
    const key = await house.child("p-1");
    await house.tell(key, AMARA, CSDS);
    expect(await seen(key, GP)).toEqual(["Patient/p-1"]);
    const at = await house.moment();
    const rolledBack = house.store.write(async (transaction) => {
      const reader = house.reader.within(transaction);
      expect((await reader.view(key, GP, at))?.pack.size).toBe(0);
      const changed = { ...AMARA, resourceType: "Patient", gender: "female" };
      await transaction.putContribution(
        key,
        "leeds",
        {
          source: "leeds-csds",
          localId: "A1",
          dataClass: "health-visiting",
          lastUpdated: 5_000,
          body: JSON.stringify(changed),
        },
        [],
      );
      const view = await reader.view(key, GP, at);
      expect(view && resourceBytes(view.patient, 0).toString()).toContain("female");
      expect((await reader.versions(key, GP, at)).map(({ type }) => type)).toEqual(["Patient", "Patient"]);
      throw new Error("undone");
    });
    await expect(rolledBack).rejects.toThrow("undone");
    expect(await patientOf(key, GP)).not.toHaveProperty("gender");
  });
});
