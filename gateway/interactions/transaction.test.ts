import type { Bundle, Observation, Resource } from "@medplum/fhirtypes";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { NHS_NUMBER } from "#profiles/systems.ts";
import {
  BOUND,
  FREE,
  finding,
  openWriting,
  parsed,
  patient,
  type Reply,
  type Writing,
} from "./write/write.fixtures.ts";

let writing: Writing;

beforeEach(async () => {
  writing = await openWriting();
});
afterEach(() => writing.house.close());

const IDENTIFIER = { system: "https://example.org/id", value: "A-1" };
const CRITERIA = "identifier=https://example.org/id|A-1";
const CHILD = "urn:uuid:3fdc72f4-a11d-4a9d-9260-a9f745779e1d";
const FINDING = "urn:uuid:3fdc72f4-a11d-4a9d-9260-a9f745779e1e";

function post(resource: Resource, more: { readonly fullUrl?: string; readonly ifNoneExist?: string } = {}) {
  const { fullUrl, ...request } = more;
  return { ...(fullUrl && { fullUrl }), resource, request: { method: "POST", url: resource.resourceType, ...request } };
}

function put(resource: Resource, url = `${resource.resourceType}/${resource.id}`) {
  return { resource, request: { method: "PUT", url } };
}

function conditioned(condition: object) {
  return { resource: patient(), request: { method: "POST", url: "Patient", ...condition } };
}

function ask(method: string, url: string) {
  return { request: { method, url } };
}

async function transact(...entry: readonly object[]) {
  return writing.bundle(FREE, { type: "transaction", entry });
}

function statuses({ bundle }: { readonly bundle: Bundle }): readonly (string | undefined)[] {
  return (bundle.entry ?? []).map(({ response }) => response?.status?.slice(0, 3));
}

async function storedCount(): Promise<number> {
  const { store } = writing.house;
  const keys = [
    ...(await store.scanRecords({ authorities: ["conformance"] }, 0, 100)),
    ...(await store.sharedRecords("Observation", ["conformance"])),
    ...(await store.sharedRecords("Organization", ["conformance"])),
  ];
  const records = await Promise.all(keys.map((key) => store.record(key)));
  return records.reduce(
    (sum, record) => sum + (record?.contributions.length ?? 0) + (record?.resources.length ?? 0),
    0,
  );
}

function isObservation(resource: Resource | undefined): resource is Observation {
  return resource?.resourceType === "Observation";
}

describe("a transaction", () => {
  test("links what it creates, whichever entry comes first, also in a circle", async () => {
    const observation = finding(undefined, { subject: { reference: CHILD }, focus: [{ reference: FINDING }] });
    const child = patient({ extension: [{ url: "urn:e", valueReference: { reference: FINDING } }] });
    const entries = [post(observation, { fullUrl: FINDING }), post(child, { fullUrl: CHILD })];
    for (const entry of [entries, entries.toReversed()]) {
      const reply = await transact(...entry);
      expect(reply.issues).toEqual([]);
      expect([reply.status, reply.bundle.type, statuses(reply)]).toEqual([200, "transaction-response", ["201", "201"]]);
      const resources = reply.bundle.entry?.map(({ resource }) => resource) ?? [];
      const [made] = resources.filter(isObservation);
      const about = resources.find((resource) => resource?.resourceType === "Patient");
      expect(made?.subject).toEqual({ reference: `Patient/${about?.id}` });
      expect(made?.focus).toEqual([{ reference: `Observation/${made?.id}` }]);
      expect(about).toMatchObject({ extension: [{ valueReference: { reference: `Observation/${made?.id}` } }] });
      const { location, etag } = reply.bundle.entry?.[0]?.response ?? {};
      expect(location).toMatch(/\/_history\/[^/]+$/);
      expect(etag).toBe(`W/"${location?.split("/").at(-1)}"`);
      const key = await writing.house.store.locate("Patient", about?.id ?? "", "conformance");
      expect((await writing.house.store.record(key ?? 0))?.resources).toHaveLength(1);
    }
  });

  test("rewrites links of every type, and leaves canonicals, identifiers and other addresses alone", async () => {
    const div = `<div xmlns="http://www.w3.org/1999/xhtml"><a href="${CHILD}">who</a><img src='${CHILD}' alt=""/><p>${CHILD}</p></div>`;
    const observation = finding(undefined, {
      meta: { profile: [CHILD] },
      text: { status: "generated", div },
      subject: { reference: CHILD, identifier: { system: "urn:ietf:rfc:3986", value: CHILD } },
      performer: [{ reference: "https://example.org/fhir/Practitioner/1" }],
      extension: [
        { url: "urn:uri", valueUri: CHILD },
        { url: "urn:url", valueUrl: CHILD },
        { url: "urn:uuid", valueUuid: CHILD },
        { url: "urn:canonical", valueCanonical: CHILD },
        { url: "urn:string", valueString: CHILD },
        { url: "urn:attachment", valueAttachment: { url: CHILD } },
      ],
    });
    const reply = await transact(post(observation), post(patient(), { fullUrl: CHILD }));
    expect(reply.issues).toEqual([]);
    const [made, child] = reply.bundle.entry?.map(({ resource }) => resource) ?? [];
    const name = `Patient/${child?.id}`;
    expect(made).toMatchObject({
      meta: { profile: [CHILD] },
      text: { div: div.replace(`href="${CHILD}"`, `href="${name}"`).replace(`src='${CHILD}'`, `src='${name}'`) },
      subject: { reference: name, identifier: { value: CHILD } },
      performer: [{ reference: "https://example.org/fhir/Practitioner/1" }],
      extension: [
        { valueUri: name },
        { valueUrl: name },
        { valueUuid: `urn:uuid:${child?.id}` },
        { valueCanonical: CHILD },
        { valueString: CHILD },
        { valueAttachment: { url: name } },
      ],
    });
  });

  test("follows a relative reference from the address of its own entry, and keeps a version a version", async () => {
    const base = "https://example.org/fhir";
    const reply = await transact(
      post(finding("77", { hasMember: [{ reference: `${base}/Observation/79` }] }), {
        fullUrl: `${base}/Observation/78`,
      }),
      post(finding(undefined, { focus: [{ reference: `${base}/Patient/77/_history/4` }] }), {
        fullUrl: `${base}/Observation/79`,
      }),
      post(patient(), { fullUrl: `${base}/Patient/77` }),
    );
    const [first, second, child] = reply.bundle.entry ?? [];
    expect(first?.resource).toMatchObject({
      subject: { reference: `Patient/${child?.resource?.id}` },
      hasMember: [{ reference: `Observation/${second?.resource?.id}` }],
    });
    expect(second?.resource).toMatchObject({
      focus: [{ reference: `Patient/${child?.resource?.id}/_history/${child?.resource?.meta?.versionId}` }],
    });
  });

  test.each<[what: string, failing: () => object, status: number]>([
    ["an invalid resource", () => post(patient({ birthDate: "soon" })), 400],
    ["an unknown element", () => post(patient({ colour: "red" })), 400],
    ["another type", () => ({ resource: patient(), request: { method: "POST", url: "Observation" } }), 400],
    ["no request", () => ({ resource: patient() }), 400],
    ["a fullUrl that is no text", () => ({ ...post(patient()), fullUrl: 5 }), 400],
    ["a fullUrl of a version", () => ({ ...post(patient()), fullUrl: "https://a.example/Patient/1/_history/1" }), 400],
    ["a response", () => ({ ...post(patient()), response: { status: "200" } }), 400],
    ["an unknown element of the entry", () => ({ ...post(patient()), ressource: {} }), 400],
    ["a condition that is no text", () => conditioned({ ifNoneExist: 1 }), 400],
    ["a condition of another name", () => conditioned({ ifNonExist: CRITERIA }), 400],
    ["no resource", () => ask("POST", "Patient"), 400],
    ["another id", () => put(patient({ id: "a" }), "Patient/b"), 400],
    ["an unknown address", () => ask("GET", "Account/1"), 404],
    ["a read of what is not there", () => ask("GET", "Patient/unknown"), 404],
    [
      "a patch of what is not there",
      () => ({
        ...ask("PATCH", "Patient/unknown"),
        resource: {
          resourceType: "Parameters",
          parameter: [
            {
              name: "operation",
              part: [
                { name: "type", valueCode: "delete" },
                { name: "path", valueString: "Patient.gender" },
              ],
            },
          ],
        },
      }),
      404,
    ],
    [
      "an old version",
      () => ({
        resource: patient({ id: "there" }),
        request: { method: "PUT", url: "Patient/there", ifMatch: 'W/"old"' },
      }),
      412,
    ],
    [
      "a conditional reference that finds none",
      () => post(finding(undefined, { subject: { reference: "Patient?identifier=none" } })),
      412,
    ],
    [
      "a conditional reference that finds several",
      () => post(finding(undefined, { subject: { reference: "Patient?gender=female" } })),
      412,
    ],
    [
      "a conditional reference that names nothing known",
      () => post(finding(undefined, { subject: { reference: "Patient?colour=red" } })),
      400,
    ],
    ["a conditional create that finds several", () => post(patient(), { ifNoneExist: "birthdate=ge2000" }), 412],
    ["criteria that change nothing known", () => ask("DELETE", "Patient?colour=red"), 400],
    [
      "a Bundle",
      () => ({ resource: { resourceType: "Bundle", type: "batch" }, request: { method: "POST", url: "/" } }),
      400,
    ],
  ])("with %s in its third entry leaves nothing, and names that entry", async (_, failing, status) => {
    await writing.send(FREE, "PUT Patient/there", { body: patient({ id: "there" }) });
    await writing.send(FREE, "PUT Patient/there-too", { body: patient({ id: "there-too", gender: "male" }) });
    await writing.send(FREE, "PUT Observation/kept", { body: finding("there", { id: "kept" }) });
    const before = await storedCount();
    const reply = await transact(
      post(patient(), { fullUrl: CHILD }),
      ask("DELETE", "Observation/kept"),
      failing(),
      post({ resourceType: "Organization", name: "A clinic" }),
    );
    expect(reply.status).toBe(status);
    expect(reply.issues[0]?.expression?.[0]).toMatch(/^Bundle\.entry\[2\]/);
    expect(await storedCount()).toBe(before);
    expect(await writing.house.store.history("Observation", "kept", "conformance")).toHaveLength(1);
    expect((await writing.read(FREE, "Patient/there")).status).toBe(200);
  });

  test("deletes first, so that what it deletes is no match for what it creates", async () => {
    const old = await writing.send(FREE, "POST Patient", { body: patient({ identifier: [IDENTIFIER] }) });
    const reply = await transact(
      post(patient({ identifier: [IDENTIFIER] }), { ifNoneExist: CRITERIA }),
      ask("DELETE", `Patient?${CRITERIA}`),
    );
    expect(statuses(reply)).toEqual(["201", "204"]);
    expect((await writing.read(FREE, `Patient/${old.id}`)).status).toBe(410);
  });

  test("reads last, and sees what it wrote", async () => {
    await writing.send(FREE, "PUT Patient/there", { body: patient({ id: "there" }) });
    const reply = await transact(
      ask("GET", "Patient/there"),
      ask("HEAD", "Patient/there"),
      put(patient({ id: "there", language: "cy" })),
    );
    expect(statuses(reply)).toEqual(["200", "200", "200"]);
    expect(reply.bundle.entry?.[0]?.resource).toMatchObject({ language: "cy" });
    expect(reply.bundle.entry?.[1]?.resource).toBeUndefined();
  });

  test("leads references to the one that a conditional create finds", async () => {
    const { id } = await writing.send(FREE, "POST Patient", { body: patient({ identifier: [IDENTIFIER] }) });
    const reply = await transact(
      post(finding(undefined, { subject: { reference: CHILD } })),
      post(patient({ identifier: [IDENTIFIER] }), { fullUrl: CHILD, ifNoneExist: CRITERIA }),
    );
    expect(statuses(reply)).toEqual(["201", "200"]);
    expect(reply.bundle.entry?.[0]?.resource).toMatchObject({ subject: { reference: `Patient/${id}` } });
  });

  test("answers conditional references by what it made itself, and by what was there", async () => {
    const there = await writing.send(FREE, "POST Organization", {
      body: { resourceType: "Organization", identifier: [{ value: "O-1" }], name: "A clinic" },
    });
    const reply = await transact(
      post(
        finding(undefined, {
          subject: { reference: `Patient?${CRITERIA}` },
          performer: [{ reference: "Organization?identifier=O-1" }],
        }),
      ),
      post(patient({ identifier: [IDENTIFIER] })),
    );
    expect(reply.issues).toEqual([]);
    expect(reply.bundle.entry?.[0]?.resource).toMatchObject({
      subject: { reference: `Patient/${reply.bundle.entry?.[1]?.resource?.id}` },
      performer: [{ reference: `Organization/${there.id}` }],
    });
  });

  test.each<[what: string, entries: () => readonly object[]]>([
    [
      "two updates of one resource",
      () => [put(patient({ id: "there" })), put(patient({ id: "there", language: "cy" }))],
    ],
    ["an update and a delete", () => [put(patient({ id: "there" })), ask("DELETE", "Patient/there")]],
    [
      "an update by id and one by criteria",
      () => [put(patient({ id: "there" })), put(patient(), `Patient?${CRITERIA}`)],
    ],
    [
      "two creates under one criterion",
      () => [
        post(patient({ identifier: [{ value: "N" }] }), { ifNoneExist: "identifier=N" }),
        post(patient({ identifier: [{ value: "N" }] }), { ifNoneExist: "identifier=N" }),
      ],
    ],
    [
      "a create of what an update by criteria looks for",
      () => [
        post(patient({ identifier: [{ value: "N" }] })),
        put(patient({ identifier: [{ value: "N" }] }), "Patient?identifier=N"),
      ],
    ],
    ["one fullUrl twice", () => [post(patient(), { fullUrl: CHILD }), post(patient(), { fullUrl: CHILD })]],
  ])("%s: refused", async (_, entries) => {
    await writing.send(FREE, "PUT Patient/there", { body: patient({ id: "there", identifier: [IDENTIFIER] }) });
    const before = await storedCount();
    for (const entry of [entries(), entries().toReversed()]) {
      const reply = await transact(...entry);
      expect(reply.status).toBe(400);
      expect(reply.issues[0]?.expression?.[0]).toMatch(/^Bundle\.entry\[/);
    }
    expect(await storedCount()).toBe(before);
  });

  test("patches by either form", async () => {
    await writing.send(FREE, "PUT Patient/there", { body: patient({ id: "there" }) });
    await writing.send(FREE, "PUT Patient/other", { body: patient({ id: "other" }) });
    const parameters = {
      resourceType: "Parameters",
      parameter: [
        {
          name: "operation",
          part: [
            { name: "type", valueCode: "add" },
            { name: "path", valueString: "Patient" },
            { name: "name", valueString: "managingOrganization" },
            { name: "value", valueReference: { reference: FINDING } },
          ],
        },
      ],
    };
    const data = Buffer.from('[{"op":"replace","path":"/gender","value":"male"}]').toString("base64");
    const reply = await transact(
      { ...ask("PATCH", "Patient/there"), resource: parameters },
      {
        ...ask("PATCH", "Patient/other"),
        resource: { resourceType: "Binary", contentType: "application/json-patch+json", data },
      },
      post({ resourceType: "Organization", name: "A clinic" }, { fullUrl: FINDING }),
    );
    expect(reply.issues).toEqual([]);
    const organization = reply.bundle.entry?.[2]?.resource?.id;
    expect(reply.bundle.entry?.[0]?.resource).toMatchObject({
      managingOrganization: { reference: `Organization/${organization}` },
    });
    expect(reply.bundle.entry?.[1]?.resource).toMatchObject({ gender: "male" });
  });

  test("numbers keep their digits", async () => {
    const text = `{"resourceType":"Bundle","type":"transaction","entry":[{"resource":{"resourceType":"Observation","status":"final","code":{"text":"w"},"valueQuantity":{"value":1.50}},"request":{"method":"POST","url":"Observation"}}]}`;
    expect((await writing.bundle(FREE, text)).text).toContain('"value":1.50}');
  });

  test("without entries is answered without entries", async () => {
    const reply = await writing.bundle(FREE, { type: "transaction" });
    expect([reply.status, reply.text]).toEqual([200, '{"resourceType":"Bundle","type":"transaction-response"}']);
  });

  test("leaves one record that names all that it wrote", async () => {
    const reply = await transact(
      post(patient(), { fullUrl: CHILD }),
      post(finding(undefined, { subject: { reference: CHILD } })),
    );
    const names =
      reply.bundle.entry?.map(
        ({ resource }) => `${resource?.resourceType}/${resource?.id}/${resource?.meta?.versionId}`,
      ) ?? [];
    expect(writing.house.recorded).toHaveLength(1);
    const [record] = writing.house.recorded;
    expect(record).toMatchObject({ interaction: "transaction", outcome: "success" });
    expect([...(record?.written ?? [])].sort()).toEqual(names.toSorted());
    expect((record?.disclosures ?? []).flatMap(({ released }) => released).sort()).toEqual(names.toSorted());
  });

  test("answers without resources, or with outcomes, as is preferred", async () => {
    const entry = [post(patient())];
    const minimal = await writing.bundle(FREE, { type: "transaction", entry }, { prefer: "minimal" });
    expect(minimal.bundle.entry?.[0]).toEqual({ response: expect.objectContaining({ status: "201 Created" }) });
    const outcome = await writing.bundle(FREE, { type: "transaction", entry }, { prefer: "OperationOutcome" });
    expect(outcome.bundle.entry?.[0]?.response?.outcome).toMatchObject({ resourceType: "OperationOutcome" });
  });

  test("of more entries than it may hold is refused", async () => {
    expect((await transact(...Array.from({ length: 501 }, () => post(patient())))).status).toBe(413);
  });

  test("64 at once with one condition store one", async () => {
    const replies: readonly Reply[] = await Promise.all(
      Array.from({ length: 64 }, () =>
        transact(post(patient({ identifier: [IDENTIFIER] }), { fullUrl: CHILD, ifNoneExist: CRITERIA })),
      ),
    );
    expect(replies.every(({ status }) => status === 200)).toBe(true);
    expect(await storedCount()).toBe(1);
  });

  test("writes of real children what it may, and nothing of others", async () => {
    const key = await writing.house.child("held");
    await writing.house.tell(key, patient({ identifier: [{ system: NHS_NUMBER, value: "9990000018" }] }), {
      source: "leeds-csds",
    });
    const entry = [post(finding("held"))];
    expect((await writing.bundle(BOUND, { type: "transaction", entry })).status).toBe(200);
    const refused = await writing.bundle(BOUND, { type: "transaction", entry: [...entry, post(finding("unknown"))] });
    expect([refused.status, refused.issues[0]?.expression]).toEqual([422, ["Bundle.entry[1].resource.subject"]]);
    expect((await writing.house.store.record(key))?.resources).toHaveLength(1);
  });
});

describe("a batch", () => {
  test("answers each entry by itself, in order", async () => {
    await writing.send(FREE, "PUT Patient/there", { body: patient({ id: "there" }) });
    const entry = [
      ask("GET", "Patient/unknown"),
      post(patient({ birthDate: "soon" })),
      post(patient()),
      ask("GET", "Patient/there"),
      ask("HEAD", "Patient/there"),
      put(patient({ id: "there", language: "cy" })),
      ask("DELETE", "Patient/there"),
      ask("GET", "Account/1"),
      { resource: patient() },
      ask("OPTIONS", "Patient"),
      ask("POST", "Patient"),
    ];
    const reply = await writing.bundle(FREE, { type: "batch", entry });
    expect([reply.status, reply.bundle.type]).toEqual([200, "batch-response"]);
    expect(statuses(reply)).toEqual(["404", "400", "201", "200", "200", "200", "204", "404", "400", "400", "400"]);
    expect(reply.bundle.entry?.[1]?.response?.outcome).toMatchObject({
      issue: [{ expression: ["Bundle.entry[1].resource.birthDate"] }],
    });
    expect(reply.bundle.entry?.[3]?.resource).toMatchObject({ id: "there" });
    expect(reply.bundle.entry?.[4]?.resource).toBeUndefined();
  });

  test("does not resolve references between its entries", async () => {
    const entry = [post(finding(undefined, { subject: { reference: CHILD } })), post(patient(), { fullUrl: CHILD })];
    const reply = await writing.bundle(FREE, { type: "batch", entry });
    expect(reply.bundle.entry?.[0]?.resource).toMatchObject({ subject: { reference: CHILD } });
  });

  test("without a scope refuses the entry that needs it", async () => {
    const reply = await writing.bundle({ ...FREE, scopes: [] }, { type: "batch", entry: [post(patient())] });
    expect(reply.status).toBe(403);
  });

  test.each([
    ["a searchset", { type: "searchset" }],
    ["a Bundle without a type", {}],
    ["entries that are no list", { type: "batch", entry: {} }],
    ["an entry that is no object", { type: "batch", entry: [1] }],
    ["a Patient", { resourceType: "Patient", type: "batch" }],
  ])("%s is refused", async (_, bundle) => {
    expect((await writing.bundle(FREE, bundle)).status).toBe(400);
  });

  test("an own address of the gateway is as good as a relative one", async () => {
    const { id } = await writing.send(FREE, "POST Patient", { body: patient() });
    const urls = [`http://127.0.0.1:8080/fhir/R4/Patient/${id}`, `/Patient/${id}`, `Patient/${id}`];
    const reply = await writing.bundle(FREE, { type: "batch", entry: urls.map((url) => ask("GET", url)) });
    expect(statuses(reply)).toEqual(["200", "200", "200"]);
    expect(parsed(await writing.read(FREE, `Patient/${id}`))).toEqual(reply.bundle.entry?.[0]?.resource);
  });
});
