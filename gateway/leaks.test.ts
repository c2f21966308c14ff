import { randomUUID } from "node:crypto";
import type { Bundle, Consent, Observation, Patient, Provenance, Resource } from "@medplum/fhirtypes";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SCENARIOS } from "#mappers/synthetic/scenarios.ts";
import { ACT_CODE, CONSENT_SCOPE, DATA_CLASS, NHS_NUMBER } from "#profiles/systems.ts";
import { FORM, jsonOf, startTestGateway, type TestGateway } from "./gateway.fixtures.ts";

/**
 * Pairs that must not differ: the same request about what is hidden and about what never was. Status, headers and bytes
 * are equal but for ids and times, and so is what the audit log says of both.
 */

/** Valid, and nobody's. */
const NOBODY = "9990999996";
const ABSENT = "00000000-0000-4000-8000-000000000000";

let started: TestGateway;
/** What one client does not see, by what it is. */
let hidden: Readonly<Record<HiddenKind, string>>;
let oscar: string;
/** Number of a child of another area. */
let strangersNumber: string;

type HiddenKind = "Patient" | "Observation" | "withheld Observation" | "Consent" | "Provenance" | "withheld Provenance";

const numberOf = (scenario: string): string => SCENARIOS.find(({ id }) => id === scenario)?.nhsNumber ?? "";

async function search(client: string, path: string): Promise<readonly Resource[]> {
  const response = await started.ask(client, path);
  expect(response.status, path).toBe(200);
  const { entry = [] } = await jsonOf<Bundle>(response);
  return entry.flatMap(({ resource, search: mode }) => (resource && mode?.mode === "match" ? [resource] : []));
}

/** The first of what officers find and another client does not. */
async function hiddenFrom(client: string, path: string): Promise<Resource> {
  const seen = new Set((await search(client, `${path}&_count=100`)).map(({ id }) => id));
  const found = (await search("officer-demo", `${path}&_count=100`)).find(({ id }) => !seen.has(id));
  if (!found) throw new Error(`${client} sees all that ${path} finds`);
  return found;
}

function idOf({ id = "" }: Resource): string {
  return id;
}

beforeAll(async () => {
  started = await startTestGateway(40);
  const [child] = await search("vendor-demo", `Patient?identifier=${NHS_NUMBER}|${numberOf("objection-upheld")}`);
  oscar = child ? idOf(child) : "";
  const stranger = await hiddenFrom("vendor-demo", "Patient?identifier:missing=false");
  strangersNumber =
    (stranger.resourceType === "Patient" && stranger.identifier?.find(({ system }) => system === NHS_NUMBER)?.value) ||
    "";
  const withheld = idOf(await hiddenFrom("vendor-demo", `Observation?patient=${oscar}`));
  const ofStranger = idOf(await hiddenFrom("vendor-demo", `Observation?patient=${idOf(stranger)}`));
  hidden = {
    Patient: idOf(stranger),
    Observation: ofStranger,
    "withheld Observation": withheld,
    Consent: idOf(await hiddenFrom("vendor-demo", `Consent?patient=${oscar}`)),
    Provenance: idOf(await hiddenFrom("vendor-demo", `Provenance?target=Observation/${ofStranger}`)),
    "withheld Provenance": idOf(await hiddenFrom("vendor-demo", `Provenance?target=Observation/${withheld}`)),
  };
}, 60_000);

afterAll(() => started[Symbol.asyncDispose]());

interface Asking {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: object | string;
}

/** Ids, versions and times that are made anew, and page links, which are encrypted. */
const MADE = [
  /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g,
  /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g,
  /(?<=_page=)[\w-]+/g,
  /\b[0-9a-f]{16}\b/g,
];

function masked(text: string, names: readonly string[]): string {
  const anonymous = names.reduce((rest, name) => rest.replaceAll(name, "…"), text);
  return MADE.reduce((rest, made) => rest.replace(made, "…"), anonymous);
}

/** Whatever a caller can tell one answer from another by. */
async function answerTo(client: string, { method = "GET", path, headers = {}, body }: Asking, name: string) {
  const requestId = randomUUID();
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const response = await started.ask(client, path, {
    method,
    headers: {
      "X-Request-ID": requestId,
      ...(text !== undefined && { "Content-Type": "application/fhir+json" }),
      ...headers,
    },
    ...(text !== undefined && { body: text }),
  });
  const { "last-modified": lastModified, ...told } = Object.fromEntries(response.headers);
  const answer = {
    status: response.status,
    headers: masked(JSON.stringify({ ...told, hasLastModified: lastModified !== undefined }), [name]),
    body: masked(await response.text(), [name]),
  };
  return { requestId, answer };
}

/** What the audit log says of each of the last requests, in any order: their queries in plain text. */
async function auditedOf(
  requestIds: readonly string[],
  client: string,
  name: string,
): Promise<readonly (readonly string[])[]> {
  // Each authority reads what its own clients did.
  const auditor = client === "conformance-demo" ? client : "officer-demo";
  const events = (await search(auditor, "AuditEvent?_sort=-date&_count=100")).map((event) => {
    if (event.resourceType !== "AuditEvent") return "";
    const { id: _, meta: __, entity = [], ...rest } = event;
    const asked = entity.map(({ query = "", ...more }) => ({
      ...more,
      query: Buffer.from(query, "base64").toString(),
    }));
    return JSON.stringify({ ...rest, entity: asked });
  });
  return requestIds.map((requestId) =>
    events
      .flatMap((event) => (event.includes(requestId) ? [masked(event, [name, encodeURIComponent(name)])] : []))
      .sort(),
  );
}

const PATCH = { "Content-Type": "application/json-patch+json" };
const CHANGE = [{ op: "add", path: "/language", value: "en" }];

function observation(more: Partial<Observation>): Observation {
  return { resourceType: "Observation", status: "final", code: { text: "a finding" }, ...more };
}

function consent(more: Partial<Consent> = {}): Consent {
  return {
    resourceType: "Consent",
    status: "active",
    scope: { coding: [{ system: CONSENT_SCOPE, code: "patient-privacy" }] },
    category: [{ coding: [{ system: ACT_CODE, code: "INFA" }] }],
    patient: { reference: `Patient/${oscar}` },
    policyRule: { coding: [{ system: ACT_CODE, code: "OPTIN" }] },
    ...more,
  };
}

function provenance(...targets: readonly string[]): Provenance {
  return {
    resourceType: "Provenance",
    target: targets.map((reference) => ({ reference })),
    recorded: "2026-09-01T09:00:00Z",
    agent: [{ who: { display: "a clerk" } }],
  };
}

/** A resource of a type under an id, about a child whom the writer sees. */
function sent(type: string, id: string): Resource {
  const patient: Patient = { resourceType: "Patient", id, name: [{ family: "Ashdown" }] };
  if (type === "Patient") return patient;
  if (type === "Observation") return { ...observation({ subject: { reference: `Patient/${oscar}` } }), id };
  return type === "Consent" ? { ...consent(), id } : { ...provenance(`Patient/${oscar}`), id };
}

function bundle(type: "batch" | "transaction", method: string, urls: readonly string[], resource?: Resource): Asking {
  const entry = urls.map((url) => ({ request: { method, url }, ...(resource && { resource }) }));
  return { method: "POST", path: "", body: { resourceType: "Bundle", type, entry } };
}

const READS = (type: string, id: string): readonly Asking[] => [
  { path: `${type}/${id}` },
  { path: `${type}/${id}`, method: "HEAD" },
  { path: `${type}/${id}`, headers: { "If-None-Match": 'W/"1"' } },
  { path: `${type}/${id}`, headers: { "If-Modified-Since": "Sat, 01 Jan 2050 00:00:00 GMT" } },
  { path: `${type}/${id}?_elements=id&_pretty=true` },
  { path: `${type}/${id}/_history` },
  { path: `${type}/${id}/_history/1` },
  { path: `${type}/${id}/$validate` },
  { path: `${type}?_id=${id}&_total=accurate` },
  { path: `${type}?_id=${id}&_summary=count` },
  { path: `${type}?_id=${id}&_include=*&_revinclude=*` },
  { path: `${type}?_id:not=${id}&_summary=count` },
  { path: `?_type=Patient,Observation&_id=${id}` },
  { path: `Provenance?target=${type}/${id}` },
  { path: `Patient?_has:Observation:patient:_id=${id}` },
  { path: `Observation?derived-from=${type}/${id}` },
  bundle("batch", "GET", [`${type}/${id}`, `${type}/${id}/_history`, `${type}?_id=${id}`]),
  bundle("transaction", "GET", [`${type}/${id}`]),
];

const WRITES = (type: string, id: string): readonly Asking[] => [
  ...[{}, { "If-Match": 'W/"1"' }, { "If-Match": "*" }, { "If-None-Match": "*" }].flatMap((headers): Asking[] => [
    { method: "PUT", path: `${type}/${id}`, headers, body: sent(type, id) },
    { method: "PATCH", path: `${type}/${id}`, headers: { ...headers, ...PATCH }, body: CHANGE },
    { method: "DELETE", path: `${type}/${id}`, headers },
  ]),
  { method: "PUT", path: `${type}?_id=${id}`, body: sent(type, id) },
  { method: "PATCH", path: `${type}?_id=${id}`, headers: PATCH, body: CHANGE },
  { method: "DELETE", path: `${type}?_id=${id}` },
  { method: "POST", path: `${type}/${id}/$validate?mode=update`, body: sent(type, id) },
  { method: "POST", path: "Provenance", body: provenance(`${type}/${id}`) },
  { method: "POST", path: "Provenance", body: provenance(`Patient/${oscar}`, `${type}/${id}/_history/1`) },
  {
    method: "POST",
    path: "Consent",
    body: consent({
      provision: { type: "permit", data: [{ meaning: "instance", reference: { reference: `${type}/${id}` } }] },
    }),
  },
  bundle("transaction", "PUT", [`${type}/${id}`], sent(type, id)),
  bundle("transaction", "DELETE", [`${type}/${id}`]),
  bundle(
    "transaction",
    "POST",
    ["Observation"],
    observation({ subject: { reference: `Patient/${oscar}` }, focus: [{ reference: `${type}?_id=${id}` }] }),
  ),
  bundle("batch", "DELETE", [`${type}/${id}`, `${type}?_id=${id}`]),
];

const KINDS: readonly HiddenKind[] = [
  "Patient",
  "Observation",
  "withheld Observation",
  "Consent",
  "Provenance",
  "withheld Provenance",
];

/** Each request is made of both, and both are told and recorded alike. */
async function expectSame(client: string, ask: (name: string) => readonly Asking[], pair: readonly [string, string]) {
  const [there, absent] = pair;
  const others = ask(absent);
  const ids: { readonly there: string; readonly absent: string }[] = [];
  const lines: string[] = [];
  for (const [index, asking] of ask(there).entries()) {
    const other = others[index];
    if (!other) throw new Error("two lists of one length");
    const line = `${asking.method ?? "GET"} ${masked(asking.path, [there])}`;
    const [first, second] = [await answerTo(client, asking, there), await answerTo(client, other, absent)];
    expect({ line, ...first.answer }).toEqual({ line, ...second.answer });
    expect(first.answer.status, line).toBeLessThan(500);
    lines.push(line);
    ids.push({ there: first.requestId, absent: second.requestId });
  }
  const ofThere = await auditedOf(
    ids.map((id) => id.there),
    client,
    there,
  );
  const ofAbsent = await auditedOf(
    ids.map((id) => id.absent),
    client,
    absent,
  );
  for (const [index, line] of lines.entries()) {
    expect({ line, audited: ofThere[index] }).toEqual({ line, audited: ofAbsent[index] });
    expect(ofThere[index], line).not.toEqual([]);
  }
}

describe("a hidden", () => {
  for (const kind of KINDS) {
    const type = kind.split(" ").at(-1) ?? "";

    test.each(["vendor-demo", "gp-demo", "gp-health-demo", "practitioner-demo", "conformance-demo"])(
      `${kind} is read by %s as one that never was`,
      (client) => expectSame(client, (id) => READS(type, id), [hidden[kind], ABSENT]),
      30_000,
    );

    test.each(["vendor-demo", "gp-demo"])(
      `${kind} is written to by %s as one that never was`,
      (client) => expectSame(client, (id) => WRITES(type, id), [hidden[kind], ABSENT]),
      30_000,
    );
  }

  test("Patient is searched by and written about as one that never was", () =>
    expectSame(
      "vendor-demo",
      (id) => [
        { path: `Observation?patient=${id}` },
        { path: `Observation?subject:Patient._id=${id}` },
        { path: `Consent?patient=${id}` },
        { path: `Patient/${id}/Observation` },
        { path: `Patient/${id}/*?_count=1` },
        { path: `Patient/${id}/$everything` },
        { path: `Observation/$lastn?patient=${id}` },
        { path: `Organization?_has:Observation:performer:patient=${id}` },
        { method: "POST", path: "Observation", body: observation({ subject: { reference: `Patient/${id}` } }) },
        { method: "POST", path: "Consent", body: consent({ patient: { reference: `Patient/${id}/_history/1` } }) },
      ],
      [hidden.Patient, ABSENT],
    ));

  test("number is asked for as nobody's", () =>
    expectSame(
      "vendor-demo",
      (value) => {
        const subject = { identifier: { system: NHS_NUMBER, value } };
        const token = `${NHS_NUMBER}|${value}`;
        const patientIdentifier = new URLSearchParams({ "patient.identifier": token }).toString();
        return [
          { path: `Patient?identifier=${token}` },
          { path: `Patient?identifier=${value}` },
          { path: `Patient?identifier:not=${token}&_summary=count` },
          { path: `Observation?patient.identifier=${token}&_sort=-date` },
          { method: "POST", path: "Observation/_search", headers: { "Content-Type": FORM }, body: patientIdentifier },
          { method: "POST", path: "Observation", body: observation({ subject }) },
          { method: "POST", path: "Consent", body: consent({ patient: subject }) },
          bundle(
            "transaction",
            "POST",
            ["Observation"],
            observation({ subject: { reference: `Patient?identifier=${token}` } }),
          ),
          { method: "DELETE", path: `Patient?identifier=${token}` },
        ];
      },
      [strangersNumber, NOBODY],
    ));
});

describe("what differs", () => {
  test("where it is seen, so that the pairs could", async () => {
    const [seen] = await search("vendor-demo", `Observation?patient=${oscar}`);
    const id = seen ? idOf(seen) : "";
    await expect(expectSame("vendor-demo", () => READS("Observation", id).slice(0, 1), [id, ABSENT])).resolves.toBe(
      undefined,
    );
    await expect(expectSame("vendor-demo", (name) => READS("Observation", name), [id, ABSENT])).rejects.toThrow();
  });
});

describe("what a client writes", () => {
  test("in an id space of its own changes nothing for others and finds nothing of theirs", async () => {
    const number = numberOf("amara");
    const looks = [
      `Patient?identifier=${NHS_NUMBER}|${number}`,
      `Observation?patient.identifier=${NHS_NUMBER}|${number}&_sort=-date&_count=3`,
      `Patient?identifier=${number}`,
    ];
    const look = async () => {
      const answers: string[] = [];
      for (const client of ["gp-demo", "vendor-demo", "officer-demo"]) {
        for (const path of looks) answers.push((await answerTo(client, { path }, number)).answer.body);
      }
      return answers;
    };
    const before = await look();
    const [amara] = await search("gp-demo", `Patient?identifier=${NHS_NUMBER}|${number}`);
    const id = amara ? idOf(amara) : "";
    const patient = { resourceType: "Patient", identifier: [{ system: NHS_NUMBER, value: number }] };
    for (const [asking, status] of [
      [
        {
          method: "POST",
          path: "Patient",
          headers: { "If-None-Exist": `identifier=${NHS_NUMBER}|${number}` },
          body: patient,
        },
        201,
      ],
      [{ method: "PUT", path: `Patient/${id}`, body: { ...patient, id } }, 201],
      [
        { method: "PUT", path: `Observation/${hidden.Observation}`, body: sent("Observation", hidden.Observation) },
        201,
      ],
    ] as const) {
      expect((await answerTo("conformance-demo", asking, number)).answer.status).toBe(status);
    }
    expect(await look()).toEqual(before);
  });

  test("that others do not see changes nothing of what they see", async () => {
    const number = numberOf("amara");
    const [amara] = await search("gp-demo", `Patient?identifier=${NHS_NUMBER}|${number}`);
    const [seen] = await search("gp-demo", `Observation?patient=${amara?.id}&_count=1`);
    const id = amara ? idOf(amara) : "";
    const looks = [
      `Patient/${id}`,
      `Patient/${id}/_history`,
      `Patient/${id}/$everything?_count=100`,
      `Patient/${id}/*?_count=5`,
      `Observation?patient.identifier=${NHS_NUMBER}|${number}&_sort=-date&_count=100&_total=accurate`,
      `Observation/${seen?.id}/_history`,
      `Observation/$lastn?patient=${id}`,
      `Patient?identifier=${number}&_revinclude=*`,
      `Patient?birthdate=2021-03-14&_summary=count`,
      "Patient?_summary=count&_total=accurate",
      "Patient?name=okafor",
      "Patient?_sort=-_lastUpdated&_count=3",
      "Patient?_has:Observation:patient:code:text=seldom",
      "Patient?_has:Consent:patient:status=active&_summary=count",
      "Observation?_sort=-_lastUpdated&_count=3",
      "Observation?_security=R&_summary=count",
      "Observation?subject:Patient.name=okafor&_count=100",
      "Provenance?target:Patient.name=okafor&_count=100",
      "Provenance?_sort=-_lastUpdated&_count=1",
      "Organization?_summary=count",
      "Patient/_history?_summary=count",
      "Observation/_history?_count=1",
      "_history?_count=2",
      "?_type=Patient,Observation&_summary=count",
      "metadata",
    ];
    const look = async (client: string) => {
      const answers: { readonly path: string; readonly status: number }[] = [];
      for (const path of looks) {
        const response = await started.ask(client, path, { headers: { "X-Request-ID": ABSENT } });
        const { date: _, ...headers } = Object.fromEntries(response.headers);
        const body = (await response.text()).replace(/(?<="Bundle","id":")[^"]+|(?<=_page=)[\w-]+/g, "…");
        const told = { path, status: response.status, headers, body };
        answers.push(told);
      }
      return answers;
    };
    const clients = ["gp-demo", "gp-health-demo", "hv-demo", "practitioner-demo"] as const;
    const before = new Map<string, object>();
    for (const client of clients) before.set(client, await look(client));
    const answered = (await look("gp-demo")).filter(({ status }) => status === 200);
    expect(answered.length).toBeGreaterThan(20);
    const write = async (resource: Resource): Promise<string> => {
      const init = {
        method: "POST",
        headers: { "Content-Type": "application/fhir+json" },
        body: JSON.stringify(resource),
      };
      const response = await started.ask("vendor-demo", resource.resourceType, init);
      expect(response.status).toBe(201);
      return idOf(await jsonOf<Resource>(response));
    };
    const twin = await write({
      resourceType: "Patient",
      identifier: [{ system: NHS_NUMBER, value: number }],
      name: [{ family: "Okafor", given: ["Amara"] }],
      birthDate: "2021-04-15",
    });
    await write(observation({ subject: { reference: `Patient/${twin}` }, code: { text: "seldom" } }));
    const permit = consent({ patient: { reference: `Patient/${id}` }, provision: { type: "permit" } });
    const consentId = await write(permit);
    await write(provenance(`Consent/${consentId}`, `Patient/${id}`));
    await write(provenance(`Patient/${twin}`));
    for (const client of clients) expect(await look(client)).toEqual(before.get(client));
  }, 30_000);

  test("as a decision restricts others until it is taken back, and is read by its writer and officers alone", async () => {
    const [clara] = await search("gp-demo", `Patient?identifier=${NHS_NUMBER}|${numberOf("conflict-rightful")}`);
    const patient = { reference: `Patient/${clara ? idOf(clara) : ""}` };
    const count = async (client: string) => {
      const response = await started.ask(client, `Observation?patient=${patient.reference}&_summary=count`);
      return (await jsonOf<Bundle>(response)).total ?? 0;
    };
    const before = await count("gp-demo");
    expect(before).toBeGreaterThan(0);
    const widening = consent({ patient, provision: { type: "permit" } });
    const denying = consent({
      patient,
      policyRule: { coding: [{ system: ACT_CODE, code: "OPTOUT" }] },
      provision: { class: [{ system: DATA_CLASS, code: "health-visiting" }] },
    });
    for (const [body, expected] of [
      [widening, before],
      [denying, 0],
    ] as const) {
      const init = { method: "POST", headers: { "Content-Type": "application/fhir+json" }, body: JSON.stringify(body) };
      const made = await jsonOf<Consent>(await started.ask("vendor-demo", "Consent", init));
      expect(await count("gp-demo")).toBe(expected);
      expect(await search("officer-demo", `Consent?_id=${made.id}`)).toHaveLength(1);
      expect(await search("vendor-demo", `Consent?_id=${made.id}`)).toHaveLength(1);
      await expectSame("gp-demo", (id) => READS("Consent", id), [made.id ?? "", ABSENT]);
      expect((await started.ask("vendor-demo", `Consent/${made.id}`, { method: "DELETE" })).status).toBe(204);
      await expectSame("gp-demo", (id) => READS("Consent", id), [made.id ?? "", ABSENT]);
    }
    expect(await count("gp-demo")).toBe(before);
  });

  test("of a restricted child tells nobody a place, in no interaction", async () => {
    const [rowan] = await search("gp-demo", `Patient?identifier=${NHS_NUMBER}|${numberOf("restricted")}`);
    const place = { display: "Refuge" };
    const body = observation({
      subject: { reference: `Patient/${rowan ? idOf(rowan) : ""}`, ...place },
      performer: [place],
      focus: [place],
      extension: [{ url: "http://hl7.org/fhir/StructureDefinition/event-location", valueReference: place }],
      note: [{ text: "cheerful", authorString: "Refuge" }],
    });
    const init = { method: "POST", headers: { "Content-Type": "application/fhir+json" }, body: JSON.stringify(body) };
    const { id } = await jsonOf<Observation>(await started.ask("vendor-demo", "Observation", init));
    for (const path of [
      `Observation/${id}`,
      `Observation/${id}/_history`,
      `Observation/${id}/_history/1`,
      `Observation?_id=${id}&_include=*&_revinclude=*`,
      `Patient/${rowan ? idOf(rowan) : ""}/$everything`,
    ]) {
      const answer = await started.ask("gp-demo", path);
      expect(answer.status).toBe(200);
      const text = await answer.text();
      expect(text).not.toContain("Refuge");
      if (path.startsWith("Observation")) expect(text).toContain("cheerful");
    }
  });
});
