import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { NHS_NUMBER } from "#profiles/systems.ts";
import { STRANGER } from "./read.fixtures.ts";
import { BOUND, FREE, finding, openWriting, parsed, patient, under, type Writing } from "./write/write.fixtures.ts";

let writing: Writing;

beforeEach(async () => {
  writing = await openWriting();
});
afterEach(() => writing.house.close());

describe("where people are real", () => {
  async function heldChild(source: string): Promise<void> {
    const key = await writing.house.child("held");
    await writing.house.tell(key, patient({ identifier: [{ system: NHS_NUMBER, value: "9990000018" }] }), { source });
    await writing.house.store.write((transaction) =>
      transaction.claimIdentityKey({
        key: "nhs-number|9990000018",
        source,
        localId: "held",
        record: key,
        isWithheld: false,
      }),
    );
  }

  test.each<[what: string, more: object | undefined, status: number]>([
    ["a visible child by reference", { subject: { reference: "Patient/held" } }, 201],
    [
      "a visible child by an address of this gateway",
      { subject: { reference: "http://127.0.0.1:8080/fhir/R4/Patient/held" } },
      201,
    ],
    ["nobody", undefined, 422],
    ["an unknown child", { subject: { reference: "Patient/unknown" } }, 422],
    ["a child of another server", { subject: { reference: "https://example.org/Patient/held" } }, 422],
    ["an identifier that nobody has", { subject: { identifier: { system: NHS_NUMBER, value: "9990000026" } } }, 422],
    ["a group", { subject: { reference: "Group/1" } }, 422],
  ])("an Observation of %s: its status", async (_, more, status) => {
    await heldChild("leeds-csds");
    const reply = await writing.send(BOUND, "POST Observation", { body: finding(undefined, more) });
    expect(reply.status).toBe(status);
    if (status === 422) expect(reply.issues[0]?.expression).toEqual(["Observation.subject"]);
    else expect(parsed(await writing.read(BOUND, `Observation/${reply.id}`))).toMatchObject(more ?? {});
  });

  test("a child that is hidden is as unknown as one that is not there", async () => {
    await heldChild("leeds-eyfsp");
    const blind = under(BOUND, { dataClasses: ["health-visiting"], statutoryGateways: {} });
    const hidden = await writing.send(blind, "POST Observation", { body: finding("held") });
    const unknown = await writing.send(blind, "POST Observation", { body: finding("unknown") });
    expect([hidden.status, hidden.text]).toEqual([422, unknown.text]);
  });

  test("a finding about a child whose objection came in the same transaction does not make the child seen", async () => {
    await heldChild("leeds-csds");
    const consent = {
      resourceType: "Consent",
      status: "active",
      scope: { text: "s" },
      category: [{ text: "c" }],
      patient: { reference: "Patient/held" },
      policyRule: { text: "p" },
      provision: { type: "deny" },
    };
    const entry = [finding("held"), consent].map((resource) => ({
      resource,
      request: { method: "POST", url: resource.resourceType },
    }));
    expect((await writing.bundle(BOUND, { type: "transaction", entry })).status).toBe(200);
    expect((await writing.send(BOUND, "POST Observation", { body: finding("held") })).status).toBe(422);
  });

  test.each([
    ["a source of ours", "https://early-years-gateway.example/fhir/source/leeds-csds", "leeds-vendor"],
    ["one written otherwise", "HTTPS://Early-Years-Gateway.example/fhir/source/leeds-csds#1", "leeds-vendor"],
    ["a system of its own", "urn:example:system", undefined],
  ])(
    "where people are real, what a client says was told by %s reads as told by whom it was",
    async (_, source, told) => {
      await heldChild("leeds-csds");
      const body = finding("held", { meta: { source } });
      const reply = await writing.send(BOUND, "POST Observation", { body });
      const expected = told === undefined ? source : `https://early-years-gateway.example/fhir/source/${told}`;
      expect(parsed(await writing.read(BOUND, `Observation/${reply.id}`)).meta?.source).toBe(expected);
      const free = await writing.send(FREE, "POST Observation", { body });
      expect(parsed(free).meta?.source).toBe(source);
    },
  );

  test("criteria in the place of a reference are refused where they stand", async () => {
    const body = finding(undefined, { performer: [{ display: "d" }, { reference: "Practitioner?identifier=a|b" }] });
    const reply = await writing.send(FREE, "POST Observation", { body });
    expect([reply.status, reply.issues[0]?.expression]).toEqual([400, ["Observation.performer[1].reference"]]);
  });

  test("a child seen once is not taken as seen once an objection withholds it", async () => {
    await heldChild("leeds-csds");
    expect((await writing.send(BOUND, "POST Observation", { body: finding("held") })).status).toBe(201);
    expect((await writing.send(BOUND, "POST Observation", { body: finding("held") })).status).toBe(201);
    const key = (await writing.house.store.locate("Patient", "held", "")) ?? 0;
    await writing.house.retract(key, { source: "leeds-csds", at: 2_000 });
    expect((await writing.send(BOUND, "POST Observation", { body: finding("held") })).status).toBe(422);
  });

  test("a number that another child holds beside another birth date is for a person to look at", async () => {
    await heldChild("leeds-csds");
    const { store } = writing.house;
    const record = (await store.locate("Patient", "held", "")) ?? 0;
    await store.write(async (transaction) => {
      const [source, localId] = ["leeds-csds", "held"];
      await transaction.appendLink({ source, localId, record, author: "test", evidence: [], decidedAt: 1 });
      const identity = { localId, nhsNumber: "9990000018", birthDate: "2021-07-08" };
      await transaction.putSourceIdentity(source, localId, identity, []);
    });
    const reply = await writing.send(BOUND, "POST Patient", {
      body: patient({ identifier: [{ system: NHS_NUMBER, value: "9990000018" }] }),
    });
    expect(reply.status).toBe(201);
    expect(reply.id).not.toBe("held");
    expect(await writing.house.store.reviewItems(10)).toMatchObject([
      {
        kind: "identifier-conflict",
        source: "leeds-vendor",
        localId: reply.id,
        evidence: expect.arrayContaining(["NHS number is that of another record"]),
      },
    ]);
    expect((await writing.read(STRANGER, `Patient/${reply.id}`)).status).toBe(404);
  });

  test.each([
    ["a child", "POST Patient", "identifier=urn:vendor|777"],
    ["a child, among others", "POST Patient", `identifier=${NHS_NUMBER}|9990000018,urn:vendor|777`],
    ["whose a finding is", "POST Observation", "patient.identifier=urn:vendor|777"],
  ])(
    "criteria that name %s by a system which the agreement does not show are refused: each try would make one more",
    async (_, at, ifNoneExist) => {
      await heldChild("leeds-csds");
      const writer = under(BOUND, { identifierSystems: [NHS_NUMBER] });
      const body = at === "POST Patient" ? patient() : finding("held");
      const reply = await writing.send(writer, at, { body, ifNoneExist });
      expect([reply.status, reply.issues[0]?.diagnostics]).toEqual([400, expect.stringContaining("agreement names")]);
      expect(reply.text).not.toContain("777");
      const named = ifNoneExist.replaceAll("urn:vendor|777", `${NHS_NUMBER}|9990000026`);
      expect((await writing.send(writer, at, { body, ifNoneExist: named })).status).toBeLessThan(300);
    },
  );

  test("criteria that two children meet, one of them hidden or both seen, make no third", async () => {
    const body = patient({ identifier: [{ system: NHS_NUMBER, value: "9990000018" }] });
    const blind = under(BOUND, { dataClasses: ["health-visiting"], statutoryGateways: {} });
    const sending = { body, ifNoneExist: `identifier=${NHS_NUMBER}|9990000018` };
    const key = await writing.house.child("hidden");
    await writing.house.store.write((transaction) =>
      transaction.putContribution(
        key,
        "leeds",
        { source: "leeds-eyfsp", localId: "h", dataClass: "education", lastUpdated: 1, body: JSON.stringify(body) },
        [{ code: "identifier", value: `${NHS_NUMBER}|9990000018` }],
      ),
    );
    const own = await writing.send(blind, "POST Patient", sending);
    expect(own.status).toBe(201);
    const again = await writing.send(blind, "POST Patient", sending);
    expect([again.status, again.id]).toEqual([200, own.id]);
    await writing.send(blind, "POST Patient", { body: { ...body, birthDate: "2021-07-08" } });
    expect((await writing.send(blind, "POST Patient", sending)).status).toBe(412);
  });

  test("a child who is named by an identifier of its own alone gets the reference too", async () => {
    const subject = { identifier: { system: NHS_NUMBER, value: "9990000018" } };
    const child = await writing.send(BOUND, "POST Patient", { body: patient({ identifier: [subject.identifier] }) });
    const reply = await writing.send(BOUND, "POST Observation", { body: finding(undefined, { subject }) });
    expect(parsed(reply)).toMatchObject({ subject: { ...subject, reference: `Patient/${child.id}` } });
    const key = await writing.house.store.locate("Patient", child.id, "");
    expect(await writing.house.store.locate("Observation", reply.id, "")).toBe(key);
    const other = patient({ identifier: [subject.identifier], birthDate: "2021-07-08" });
    await writing.send(BOUND, "POST Patient", { body: other });
    expect((await writing.send(BOUND, "POST Observation", { body: finding(undefined, { subject }) })).status).toBe(422);
  });

  test("a record that could not be written leaves the outcome of the write open", async () => {
    await writing.house.close();
    writing = await openWriting({ append: () => Promise.reject(new Error("no disk")), close: async () => undefined });
    const reply = await writing.send(FREE, "POST Patient", { body: patient() });
    expect([reply.status, reply.issues[0]?.diagnostics]).toEqual([
      503,
      expect.stringContaining("unknown to you until you read"),
    ]);
  });
});
