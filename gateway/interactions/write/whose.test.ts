import type { Patient } from "@medplum/fhirtypes";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { CONFIDENTIALITY, NHS_NUMBER, NHS_NUMBER_STATUS_EXTENSION, UPN } from "#profiles/systems.ts";
import { toIdentity } from "../../identity/identity-of-patient.ts";
import { toIdentityKey } from "../../identity/numbers.ts";
import type { RecordKey } from "../../store/store.ts";
import { GP, OFFICER, SOURCES } from "../read.fixtures.ts";
import { BOUND, FREE, finding, openWriting, parsed, type Reply, under, type Writing } from "./write.fixtures.ts";

const NHS = "9990000018";
const OTHER_NHS = "9990000026";
const PUPIL = "J383399021001";

let writing: Writing;
beforeEach(async () => {
  writing = await openWriting();
});
afterEach(() => writing.house.close());

/** Amina Example, as whoever tells of her says it. */
function amina(more: Partial<Patient> = {}): Patient {
  return {
    resourceType: "Patient",
    name: [{ family: "Example", given: ["Amina"] }],
    gender: "female",
    birthDate: "2023-04-05",
    address: [{ postalCode: "LS6 1CI" }],
    ...more,
  };
}

/** The same with nothing but what is told, and a birth date. */
function bornOnly(more: Partial<Patient>): Patient {
  return { resourceType: "Patient", birthDate: "2023-04-05", ...more };
}

function number(value = NHS, status?: string): Pick<Patient, "identifier"> {
  const coding = [
    { system: "https://fhir.hl7.org.uk/CodeSystem/UKCore-NHSNumberVerificationStatus", code: status ?? "" },
  ];
  const extension = [{ url: NHS_NUMBER_STATUS_EXTENSION, valueCodeableConcept: { coding } }];
  return { identifier: [{ ...(status && { extension }), system: NHS_NUMBER, value }] };
}

const pupil = { identifier: [{ system: UPN, value: PUPIL }] };

/** A child that a source tells of, resolved as the line of ingest does. */
async function held(patientId: string, source: string, told: Patient, into?: RecordKey): Promise<RecordKey> {
  const { house, ports } = writing;
  const record = into ?? (await house.child(patientId));
  const localId = `${patientId}-${source}`;
  const identity = toIdentity(told, localId);
  const { authority = "", dataClass = "health-visiting" } = SOURCES.get(source) ?? {};
  await house.store.write(async (transaction) => {
    await transaction.appendLink({ source, localId, record, author: "test", evidence: [], decidedAt: 1 });
    await transaction.putSourceIdentity(source, localId, identity, ports.childResolver.blockingKeysOf(identity));
    const keys = [
      ...(identity.nhsNumber === undefined ? [] : [toIdentityKey("nhs-number", identity.nhsNumber)]),
      ...(identity.upn === undefined ? [] : [toIdentityKey("upn", identity.upn)]),
    ];
    for (const key of keys) await transaction.claimIdentityKey({ key, source, localId, record, isWithheld: false });
    const body = JSON.stringify(told);
    await transaction.putContribution(record, authority, { source, localId, dataClass, lastUpdated: 1_000, body }, []);
  });
  return record;
}

/** Sees what health visitors tell, and nothing that schools do. */
const BLIND = under(BOUND, { dataClasses: ["health-visiting"], statutoryGateways: {} });
const post = (who: typeof BOUND, body: Patient): Promise<Reply> => writing.send(who, "POST Patient", { body });
const reviews = async () => (await writing.house.store.reviewItems(20)).map(({ kind }) => kind);
const familiesOf = (reply: Reply) => JSON.stringify(parsed(reply));

/** An answer without what is new in each: ids, versions, times. */
function bare({ status, headers, text }: Reply): string {
  const names = Object.keys(headers).sort().join(" ");
  const body = text.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, "ID").replace(/"(versionId|lastUpdated)":"[^"]*"/g, "");
  return `${status} ${names} ${body}`;
}

describe("a Patient that is told of a child whom its writer sees", () => {
  test.each<[that: string, held: Patient, told: Patient]>([
    ["number and birth date agree", amina(number()), bornOnly(number())],
    ["all details agree", amina(), amina()],
    [
      "the number agrees, and the home is another",
      amina(number()),
      amina({ ...number(), address: [{ postalCode: "LS10 3KC" }] }),
    ],
  ])("joins it where %s", async (_, known, told) => {
    await held("held", "leeds-csds", known);
    const reply = await post(BOUND, told);
    expect([reply.status, reply.id]).toEqual([201, "held"]);
    expect(reply.headers.Location).toMatch(/\/Patient\/held\/_history\/[0-9a-f]+$/);
    expect((await writing.read(BOUND, "Patient/held")).text).toBe(reply.text);
    expect((await writing.read(GP, "Patient/held")).status).toBe(200);
    expect(await reviews()).toEqual([]);
  });

  test.each<[that: string, held: Patient, told: Patient, reviews: readonly string[]]>([
    ["a twin", amina(), amina({ name: [{ family: "Example", given: ["Bilal"] }], gender: "male" }), []],
    ["one with another verified number", amina(number(NHS, "01")), amina(number(OTHER_NHS, "01")), ["ambiguous"]],
    [
      "the number beside another birth date",
      amina(number()),
      amina({ ...number(), birthDate: "2021-07-08" }),
      ["identifier-conflict"],
    ],
  ])("stays a child of its own: %s", async (_, known, told, asked) => {
    await held("held", "leeds-csds", known);
    const reply = await post(BOUND, told);
    expect(reply.status).toBe(201);
    expect(reply.id).not.toBe("held");
    expect(await reviews()).toEqual(asked);
  });

  test.each<[that: string, who: typeof BOUND, joins: boolean]>([
    ["own-authority", under(BOUND, { matchingScope: "own-authority" }), true],
    ["its authority by name", under(BOUND, { matchingScope: ["leeds", "wirral"] }), true],
    ["other authorities alone", under(BOUND, { matchingScope: ["wirral"] }), false],
    ["none", under(BOUND, { matchingScope: "none" }), false],
  ])("is matched within the scope of the agreement: %s", async (_, who, joins) => {
    await held("held", "leeds-csds", amina(number()));
    const reply = await post(who, amina(number()));
    expect([reply.status, reply.id === "held"]).toEqual([201, joins]);
  });

  test("is matched with nobody in a space of its own, and reads back as it was sent", async () => {
    const [one, other] = [await post(FREE, amina(number())), await post(FREE, amina(number()))];
    expect(one.id).not.toBe(other.id);
    expect(parsed(one)).toMatchObject(amina(number()));
  });
});

describe("of a child that its writer does not see", () => {
  test.each<[that: string, known: Patient, told: Patient]>([
    ["number and birth date agree", amina(number()), amina(number())],
    ["all details agree", amina(), amina()],
    ["the number stands beside another birth date", amina(number()), amina({ ...number(), birthDate: "2021-07-08" })],
    ["the pupil number agrees, which it may not see", amina(pupil), amina(pupil)],
  ])("the answer is to the byte that to a child of whom nobody knows: %s", async (_, known, told) => {
    const nobody = await post(BLIND, told);
    await writing.house.close();
    writing = await openWriting();
    await held("hidden", "leeds-eyfsp", known);
    const hidden = await post(BLIND, told);
    expect(bare(hidden)).toBe(bare(nobody));
    expect(hidden.id).not.toBe("hidden");
    const read = await writing.read(BLIND, `Patient/${hidden.id}`);
    expect([read.status, read.text]).toEqual([200, hidden.text]);
    expect((await writing.read(BLIND, "Patient/hidden")).status).toBe(404);
    expect(await reviews()).toHaveLength(1);
  });

  test("a number that only a hidden source knows of a visible child leads to nobody", async () => {
    const record = await held("held", "leeds-csds", bornOnly({ name: [{ family: "Example" }] }));
    await held("held", "leeds-eyfsp", amina(number()), record);
    const reply = await post(BLIND, bornOnly(number()));
    expect(reply.id).not.toBe("held");
    expect((await post(BOUND, bornOnly(number()))).id).toBe("held");
  });

  test("a number that its agreement does not name leads to nobody", async () => {
    await held("held", "leeds-csds", bornOnly({ ...pupil, name: [{ family: "Example" }] }));
    const told = bornOnly({ ...pupil, name: [{ family: "Else", given: ["Robin"] }] });
    expect((await post(BOUND, told)).id).not.toBe("held");
  });

  test("a child whom somebody marks as restricted is joined by nobody's word, and a person sees it", async () => {
    const meta = { security: [{ system: CONFIDENTIALITY, code: "R" }] };
    await held("held", "leeds-csds", amina({ ...number(), meta }));
    const reply = await post(BOUND, amina(number()));
    expect([reply.status, reply.id === "held"]).toEqual([201, false]);
    expect(await reviews()).toEqual(["ambiguous"]);
  });
});

describe("a number that another child holds", () => {
  test("is shown to nobody but to the client that told it, who finds its Patient by it", async () => {
    const seesSchools = under(BOUND, { dataClasses: ["education", "health-visiting"] });
    await held("hidden", "leeds-eyfsp", amina({ ...number(), birthDate: "2021-07-08" }));
    await held("held", "leeds-csds", amina());
    const reply = await post(BLIND, amina(number()));
    expect([reply.status, reply.id, reply.text.includes(NHS)]).toEqual([201, "held", true]);
    expect((await writing.read(BLIND, "Patient/held")).text).toBe(reply.text);
    expect((await writing.read(GP, "Patient/held")).text).not.toContain(NHS);
    expect((await writing.read(seesSchools, "Patient/held")).text).toContain(NHS);
    const sending = { body: amina(number()), ifNoneExist: `identifier=${NHS_NUMBER}|${NHS}` };
    expect((await writing.send(BLIND, "POST Patient", sending)).id).toBe("held");
    expect(await reviews()).toEqual(["identifier-conflict"]);
  });
});

describe("what a writer tells of a child that others tell of too", () => {
  test("is changed and taken back by itself alone", async () => {
    await held("held", "leeds-csds", amina(number()));
    await post(BOUND, amina({ ...number(), telecom: [{ system: "phone", value: "0113 496 0001" }] }));
    const body = { ...amina(), id: "held", telecom: [{ system: "phone", value: "0113 496 0002" }] };
    const updated = await writing.send(BOUND, "PUT Patient/held", { body });
    expect([updated.status, familiesOf(updated).includes("0002")]).toEqual([200, true]);
    const patch = { op: "replace", path: "/telecom/0/value", value: "0113 496 0003" };
    const patched = await writing.send(BOUND, "PATCH Patient/held", {
      body: [patch],
      contentType: "application/json-patch+json",
    });
    expect([patched.status, familiesOf(patched).includes("0003")]).toEqual([200, true]);
    expect((await writing.send(BOUND, "DELETE Patient/held")).status).toBe(204);
    const left = await writing.read(BOUND, "Patient/held");
    expect([left.status, left.text.includes("0113"), left.text.includes(NHS)]).toEqual([200, false, true]);
    expect((await writing.send(BOUND, "DELETE Patient/held")).status).toBe(204);
    const back = await writing.send(BOUND, "PUT Patient/held", { body });
    expect([back.status < 300, (await writing.read(BOUND, "Patient/held")).text.includes("0002")]).toEqual([
      true,
      true,
    ]);
    const record = (await writing.house.store.locate("Patient", "held", "")) ?? 0;
    const children = await writing.house.store.sourceChildrenOf(record);
    expect(children.map(({ source }) => source).sort()).toEqual(["leeds-csds", "leeds-vendor"]);
  });

  test("stays where it is when it is certain of another child later, and a person sees both", async () => {
    await held("held", "leeds-csds", amina(number()));
    const own = await post(BOUND, amina({ name: [{ family: "Else", given: ["Robin"] }], birthDate: "2021-01-02" }));
    const updated = await writing.send(BOUND, `PUT Patient/${own.id}`, { body: { ...amina(number()), id: own.id } });
    expect([updated.status, updated.id]).toEqual([200, own.id]);
    expect(await reviews()).toEqual(["ambiguous"]);
  });

  test("does not keep the child's own source from its number", async () => {
    const record = await held("held", "leeds-csds", amina());
    expect((await post(BOUND, amina(number(OTHER_NHS)))).id).toBe("held");
    const told = toIdentity(amina(number()), "held-leeds-csds");
    const { store } = writing.house;
    const resolution = await writing.ports.childResolver.resolve(store, "leeds-csds", told);
    expect([resolution.record, resolution.decision.withheld]).toEqual([record, []]);
  });
});

describe("one Patient, told more than once", () => {
  test("by 64 creates at a time is one child", async () => {
    const replies = await Promise.all(Array.from({ length: 64 }, () => post(BOUND, amina())));
    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([201]));
    expect(new Set(replies.map(({ id }) => id)).size).toBe(1);
  });

  test("is joined by the source that describes it later, and its client sees no change", async () => {
    const own = await post(BLIND, amina(number()));
    const { store } = writing.house;
    const told = toIdentity(amina(number()), "P1");
    const { record } = await writing.ports.childResolver.resolve(store, "leeds-eyfsp", told);
    expect(record).toBe(await store.locate("Patient", own.id, ""));
    await held("P1", "leeds-eyfsp", amina(number()), record);
    expect((await writing.read(BLIND, `Patient/${own.id}`)).text).toBe(own.text);
    expect((await writing.read(OFFICER, `Patient/${own.id}`)).status).toBe(200);
  });
});

describe("in a transaction", () => {
  const entry = (resource: object, fullUrl: string) => ({
    fullUrl,
    resource,
    request: { method: "POST", url: "resourceType" in resource ? String(resource.resourceType) : "" },
  });

  test("what is told of a Patient that joins a child stands with that child", async () => {
    const record = await held("held", "leeds-csds", amina(number()));
    const uuid = "urn:uuid:6a1d3c2e-3b0f-4d6c-9a44-0d1f5e7a9b01";
    const subject = { subject: { reference: uuid } };
    const { status, bundle } = await writing.bundle(BOUND, {
      type: "transaction",
      entry: [
        entry(finding(undefined, subject), "urn:uuid:6a1d3c2e-3b0f-4d6c-9a44-0d1f5e7a9b02"),
        entry(amina(number()), uuid),
      ],
    });
    expect(status).toBe(200);
    const [observation, patient] = (bundle.entry ?? []).map(({ response }) => response?.location ?? "");
    expect(patient).toContain("/Patient/held/_history/");
    const id = /Observation\/([^/]+)/.exec(observation ?? "")?.[1] ?? "";
    expect(await writing.house.store.locate("Observation", id, "")).toBe(record);
  });

  test("two entries that tell of one child are both answered with it; one that changes it besides is refused", async () => {
    await held("held", "leeds-csds", amina(number()));
    const [one, two] = ["1", "2"].map((n) => `urn:uuid:6a1d3c2e-3b0f-4d6c-9a44-0d1f5e7a9b0${n}`);
    const creates = [entry(amina(number()), one ?? ""), entry(amina(number()), two ?? "")];
    const both = await writing.bundle(BOUND, { type: "transaction", entry: creates });
    expect(both.bundle.entry?.map(({ response }) => response?.location?.includes("/Patient/held/"))).toEqual([
      true,
      true,
    ]);
    const update = { resource: { ...amina(), id: "held" }, request: { method: "PUT", url: "Patient/held" } };
    const mixed = await writing.bundle(BOUND, { type: "transaction", entry: [...creates, update] });
    expect(mixed.status).toBeGreaterThanOrEqual(400);
  });
});
