import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { NHS_NUMBER } from "#profiles/systems.ts";
import { HEALTH } from "./read.fixtures.ts";
import {
  BOUND,
  FREE,
  finding,
  openWriting,
  parsed,
  patient,
  type Sending,
  under,
  type Writing,
} from "./write/write.fixtures.ts";

let writing: Writing;

beforeEach(async () => {
  writing = await openWriting();
});
afterEach(() => writing.house.close());

const IDENTIFIER = { system: "https://example.org/id", value: "A-1" };

describe("create", () => {
  test("a resource gets an id, a version and a time of the server's, and reads back as it was answered", async () => {
    const created = await writing.send(FREE, "POST Observation", {
      body: finding(undefined, {
        id: "mine",
        meta: { versionId: "9", lastUpdated: "1999-01-01T00:00:00Z", tag: [{ code: "t" }] },
      }),
    });
    expect(created.status).toBe(201);
    const resource = parsed(created);
    expect(created.headers.Location).toBe(
      `http://127.0.0.1:8080/fhir/R4/Observation/${resource.id}/_history/${resource.meta?.versionId}`,
    );
    expect(resource.id).not.toBe("mine");
    expect(resource.meta).toMatchObject({ versionId: "1", tag: [{ code: "t" }] });
    expect(resource.meta?.lastUpdated).not.toBe("1999-01-01T00:00:00Z");
    expect(created.headers.ETag).toBe('W/"1"');
    const read = await writing.read(FREE, `Observation/${created.id}`);
    expect(read.text).toBe(created.text);
    expect(read.headers["Last-Modified"]).toBe(created.headers["Last-Modified"]);
  });

  test.each([
    ["Patient", patient({ meta: { source: "urn:x", profile: ["https://example.org/p"] }, multipleBirthInteger: 2 })],
    [
      "Organization",
      { resourceType: "Organization", name: "A clinic", _name: { extension: [{ url: "urn:e", valueCode: "x" }] } },
    ],
    ["Practitioner", { resourceType: "Practitioner", name: [{ family: "Birch" }] }],
    ["PractitionerRole", { resourceType: "PractitionerRole", active: true }],
    [
      "Observation",
      finding("nobody", { contained: [{ resourceType: "Patient", id: "c" }], focus: [{ reference: "#c" }] }),
    ],
    [
      "Consent",
      {
        resourceType: "Consent",
        status: "active",
        scope: { text: "s" },
        category: [{ text: "c" }],
        policyRule: { text: "p" },
      },
    ],
    [
      "Provenance",
      {
        resourceType: "Provenance",
        target: [{ reference: "Patient/x" }],
        recorded: "2026-01-01T00:00:00Z",
        agent: [{ who: { display: "w" } }],
      },
    ],
  ])("a %s reads back with all that was sent", async (type, body) => {
    const created = await writing.send(FREE, `POST ${type}`, { body });
    expect(created.issues).toEqual([]);
    const read = await writing.read(FREE, `${type}/${created.id}`);
    expect(created.text).toBe(read.text);
    const { id: _, meta, ...rest } = parsed(read);
    const { meta: sentMeta, ...sent } = Object.assign({ meta: {} }, body);
    expect(rest).toEqual(sent);
    expect(meta).toMatchObject(sentMeta);
  });

  test("decimals keep their digits in the answer, in a read and in a version", async () => {
    const body =
      '{"resourceType":"Observation","status":"final","code":{"text":"w"},"valueQuantity":{"value":3.10,"unit":"kg"},"component":[{"code":{"text":"c"},"valueQuantity":{"value":1.0E+2}},{"code":{"text":"d"},"valueQuantity":{"value":0.00000000000000000010}}]}';
    const created = await writing.send(FREE, "POST Observation", { body });
    for (const { text } of [
      created,
      await writing.read(FREE, `Observation/${created.id}`),
      await writing.read(FREE, `Observation/${created.id}/_history/1`),
    ]) {
      expect(text).toContain('"value":3.10,');
      expect(text).toContain('"value":1.0E+2}');
      expect(text).toContain('"value":0.00000000000000000010}');
    }
  });

  test.each<[what: string, sending: Sending, status: number]>([
    ["no body", {}, 415],
    ["an empty body", { body: "" }, 400],
    ["broken JSON", { body: '{"resourceType":"Patient"' }, 400],
    ["an array", { body: "[]" }, 400],
    ["another type", { body: finding(undefined) }, 400],
    ["an unknown element", { body: patient({ colour: "red" }) }, 400],
    ["a date that is none", { body: patient({ birthDate: "2023-13-01" }) }, 400],
    ["plain text", { body: patient(), contentType: "text/plain" }, 415],
    ["a form", { body: "a=b", contentType: "application/x-www-form-urlencoded" }, 415],
    ["a conditional reference", { body: patient({ managingOrganization: { reference: "Organization?name=x" } }) }, 400],
    ["criteria with an unknown parameter", { body: patient(), ifNoneExist: "colour=red" }, 400],
    ["criteria of another type", { body: patient(), ifNoneExist: "Observation?identifier=x" }, 400],
    ["criteria at another server", { body: patient(), ifNoneExist: "http://b.example/Patient?identifier=x" }, 400],
    ["criteria without a value", { body: patient(), ifNoneExist: "identifier=" }, 400],
    ["criteria that only shape the answer", { body: patient(), ifNoneExist: "_count=1" }, 400],
  ])("%s is refused, and nothing is stored", async (_, sending, status) => {
    const reply = await writing.send(FREE, "POST Patient", sending);
    expect(reply.status).toBe(status);
    expect(await writing.house.store.scanRecords({ authorities: ["conformance"] }, 0, 10)).toEqual([]);
  });

  test.each(["application/json", "text/json", "application/json+fhir"])(
    "%s is JSON of FHIR too",
    async (contentType) => {
      expect((await writing.send(FREE, "POST Patient", { body: patient(), contentType })).status).toBe(201);
    },
  );

  test("an unknown parameter among criteria is not said to be ignored under any preference", async () => {
    const { text } = await writing.send(FREE, "POST Patient", { body: patient(), ifNoneExist: "colour=red" });
    expect(text).toContain("of criteria none is ignored");
    expect(text).not.toContain("lenient");
  });

  test.each([
    ["minimal", ""],
    ["OperationOutcome", "informational"],
  ] as const)("return=%s answers with that and the same headers", async (prefer, text) => {
    const reply = await writing.send(FREE, "POST Patient", { body: patient(), prefer });
    expect(reply.status).toBe(201);
    expect(text === "" ? reply.text : JSON.parse(reply.text).issue[0].code).toBe(text);
    expect(Object.keys(reply.headers).sort()).toEqual(["ETag", "Last-Modified", "Location"]);
  });

  test("the record of a create names what was written and what was shown", async () => {
    const shown = await writing.send(FREE, "POST Patient", { body: patient() });
    const silent = await writing.send(FREE, "POST Patient", {
      body: patient(),
      prefer: "minimal",
      ifNoneExist: "_id=none",
    });
    const name = ({ id, version }: typeof shown) => `Patient/${id}/${version}`;
    expect(writing.house.recorded).toMatchObject([
      {
        interaction: "create",
        outcome: "success",
        query: "POST Patient",
        written: [name(shown)],
        disclosures: [{ patient: shown.id, released: [name(shown)] }],
      },
      {
        query: "POST Patient If-None-Exist: _id=none",
        written: [name(silent)],
        disclosures: [{ patient: silent.id, released: [] }],
      },
    ]);
  });

  test("a client without terms to write is refused", async () => {
    expect((await writing.send(HEALTH, "POST Patient", { body: patient() })).status).toBe(403);
  });
});

describe("a conditional create", () => {
  const body = patient({ identifier: [IDENTIFIER] });
  const ifNoneExist = "identifier=https://example.org/id|A-1";

  test("creates where nothing matches, answers with the one that does, and refuses where several do", async () => {
    const first = await writing.send(FREE, "POST Patient", { body, ifNoneExist });
    expect(first.status).toBe(201);
    const second = await writing.send(FREE, "POST Patient", { body, ifNoneExist });
    expect([second.status, second.headers, second.text]).toEqual([200, first.headers, first.text]);
    const minimal = await writing.send(FREE, "POST Patient", { body, ifNoneExist, prefer: "minimal" });
    expect([minimal.status, minimal.text]).toEqual([200, ""]);
    await writing.send(FREE, "POST Patient", { body });
    expect((await writing.send(FREE, "POST Patient", { body, ifNoneExist })).status).toBe(412);
  });

  test.each(["?", "Patient?", "http://127.0.0.1:8080/fhir/R4/Patient?", ""])(
    "criteria may stand behind %j",
    async (before) => {
      const first = await writing.send(FREE, "POST Patient", { body });
      const again = await writing.send(FREE, "POST Patient", { body, ifNoneExist: `${before}${ifNoneExist}` });
      expect([again.status, again.id]).toEqual([200, first.id]);
    },
  );

  test("a question mark in a value is part of it", async () => {
    const odd = patient({ identifier: [{ system: "https://example.org/id?a=b", value: "1" }] });
    const sending = { body: odd, ifNoneExist: "identifier=https://example.org/id?a=b|1" };
    const first = await writing.send(FREE, "POST Patient", sending);
    expect([first.status, (await writing.send(FREE, "POST Patient", sending)).id]).toEqual([201, first.id]);
  });

  test("64 equal requests at once store exactly one", async () => {
    const replies = await Promise.all(
      Array.from({ length: 64 }, () => writing.send(FREE, "POST Patient", { body, ifNoneExist })),
    );
    expect(replies.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(63);
    expect(new Set(replies.map(({ id }) => id)).size).toBe(1);
    expect(await writing.house.store.scanRecords({ authorities: ["conformance"] }, 0, 10)).toHaveLength(1);
  });

  test("64 equal requests for an Organization store exactly one", async () => {
    const organization = { resourceType: "Organization", identifier: [IDENTIFIER], name: "A clinic" };
    const replies = await Promise.all(
      Array.from({ length: 64 }, () => writing.send(FREE, "POST Organization", { body: organization, ifNoneExist })),
    );
    expect(replies.map(({ status }) => status).sort()).toEqual([...Array.from({ length: 63 }, () => 200), 201]);
  });

  test("what is hidden is no match, so both copies are kept", async () => {
    const key = await writing.house.child("hidden");
    await writing.house.tell(key, patient({ identifier: [{ system: NHS_NUMBER, value: "9990000018" }] }), {
      source: "leeds-eyfsp",
    });
    const blind = under(BOUND, { dataClasses: ["health-visiting"], statutoryGateways: {} });
    const sending = {
      body: patient({ identifier: [{ system: NHS_NUMBER, value: "9990000018" }] }),
      ifNoneExist: `identifier=${NHS_NUMBER}|9990000018`,
    };
    const first = await writing.send(blind, "POST Patient", sending);
    expect(first.status).toBe(201);
    expect((await writing.send(blind, "POST Patient", sending)).id).toBe(first.id);
    expect(await writing.house.store.record(key)).toMatchObject({
      patientId: "hidden",
      contributions: [{ source: "leeds-eyfsp" }],
    });
  });

  test("needs the scope to search, since it tells what is there", async () => {
    const blind = { ...FREE, scopes: [{ context: "system", type: "Patient", interactions: "c" }] as const };
    const reply = await writing.send(blind, "POST Patient", { body, ifNoneExist });
    expect([reply.status, reply.issues[0]?.diagnostics]).toEqual([403, expect.stringContaining("system/Patient.s")]);
  });
});
