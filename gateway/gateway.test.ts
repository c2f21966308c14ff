import { randomUUID } from "node:crypto";
import type { Bundle, OperationOutcome, Patient } from "@medplum/fhirtypes";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SCENARIOS } from "#mappers/synthetic/scenarios.ts";
import { validateBase } from "#profiles/generated/validators.ts";
import { UPN } from "#profiles/systems.ts";
import type { Gateway } from "./compose.ts";
import { BASE, FHIR, jsonOf, startTestGateway, type TestGateway } from "./gateway.fixtures.ts";

const NHS = "https://fhir.nhs.uk/Id/nhs-number";
const AMARA = "9990000018";
/** Valid, and nobody's. */
const NOBODY = "9990999996";

let started: TestGateway;
let gateway: Gateway;

beforeAll(async () => {
  started = await startTestGateway(40);
  gateway = started.gateway;
});

afterAll(() => started[Symbol.asyncDispose]());

function ask(client: string, path: string, init?: RequestInit): Promise<Response> {
  return started.ask(client, path, init);
}

async function search(client: string, path: string): Promise<Bundle> {
  const response = await ask(client, path);
  expect(response.status).toBe(200);
  return jsonOf<Bundle>(response);
}

/** A search by NHS number as a GP system sends it: in a body, so that no proxy logs the number. */
async function searchByNumber(client: string, nhsNumber: string, more: Record<string, string> = {}): Promise<Bundle> {
  const response = await ask(client, "Observation/_search", {
    method: "POST",
    body: new URLSearchParams({ "patient.identifier": `${NHS}|${nhsNumber}`, _count: "100", ...more }),
  });
  expect(response.status).toBe(200);
  return jsonOf<Bundle>(response);
}

function matches(bundle: Bundle) {
  return (bundle.entry ?? []).flatMap(({ resource, search: mode }) =>
    resource && mode?.mode === "match" ? [resource] : [],
  );
}

function dataClasses(bundle: Bundle): readonly string[] {
  const kinds: Readonly<Record<string, string>> = {
    csds: "health-visiting",
    dch: "health-visiting",
    eyfsp: "education",
    ctf: "education",
    hub: "education",
  };
  const sources = matches(bundle).map(({ meta }) => meta?.source?.split("-").at(-1) ?? "");
  return [...new Set(sources.map((kind) => kinds[kind] ?? kind))].sort();
}

/** An answer without what differs from request to request: its id, and what the requester itself sent. */
function comparable(bundle: Bundle, sent: string): string {
  return JSON.stringify({ ...bundle, id: "" }).replaceAll(sent, "SENT");
}

const REGISTER = "leeds-sharing";

/** A row of the sharing register, with its header. */
function objectionRow(recordId: string, nhsNumber: string, classes: string, birthDate: string): string {
  return [
    "record_id,child_id,nhs_number,birth_date,decision,data_classes,state,valid_from,recorded_by,recorded_on,responsible_person",
    `${recordId},C-${recordId},${nhsNumber},${birthDate},objection,${classes},received,2026-01-01,Leeds City Council,2026-01-01,mother`,
  ].join("\n");
}

async function deliver(csv: string): Promise<void> {
  const headers = { Authorization: `Bearer ${await started.token("officer-demo", `ingest/${REGISTER}`)}` };
  const response = await gateway.app.request(`${BASE}/ingest/${REGISTER}`, { method: "POST", headers, body: csv });
  expect(response.status).toBe(200);
  expect(await jsonOf(response)).toMatchObject({ received: 1, committed: 1, quarantined: 0 });
}

describe("the named children look to their practice as their story says", () => {
  test.each(SCENARIOS.filter(({ nhsNumber, expectations }) => nhsNumber && expectations.gpDemoSees))(
    "$id: $special",
    async ({ id, nhsNumber = "", expectations }) => {
      // The mistyped number is another child's, who is found by it.
      const sees = id === "conflict-mistyped" ? ["health-visiting"] : [...(expectations.gpDemoSees ?? [])].sort();
      expect(dataClasses(await searchByNumber("gp-demo", nhsNumber))).toEqual(sees);
    },
  );
});

describe("a practice", () => {
  test("finds both kinds of observation of a registered child, newest first, and what no answer would not mean", async () => {
    const bundle = await searchByNumber("gp-demo", AMARA, { _sort: "-date" });
    expect(bundle.total).toBe(matches(bundle).length);
    const notice = bundle.entry?.at(-1);
    expect(notice?.search?.mode).toBe("outcome");
    expect(JSON.stringify(notice?.resource)).toContain("no evidence of absence");
    expect(JSON.stringify(notice?.resource)).toMatch(/leeds-eyfsp to \d{4}-\d{2}-\d{2}/);
  });

  test.each([
    ["an ASQ-3 score and an early learning goal", "fine-motor", ["E07", "953271000000105"]],
    ["what groups scores, and the level of a profile", "several-domains", ["good-level-of-development", "716619000"]],
  ])("finds %s, each alone, with one search by the developmental domain %s", async (_, code, expected) => {
    const domain = `https://early-years-gateway.example/fhir/CodeSystem/developmental-domain|${code}`;
    const found = matches(await searchByNumber("gp-demo", AMARA, { category: domain }));
    expect(
      found.map((resource) => resource.resourceType === "Observation" && resource.code?.coding?.[0]?.code),
    ).toEqual(expected);
  });

  test("without an agreement on education data gets health-visiting data alone, with a total that fits", async () => {
    const bundle = await searchByNumber("gp-health-demo", AMARA);
    expect(dataClasses(bundle)).toEqual(["health-visiting"]);
    expect(bundle.total).toBe(matches(bundle).length);
    expect(JSON.stringify(bundle)).not.toContain("eyfsp");
  });

  test.each(["other-practice", "moved-area"])(
    "cannot tell the stranger %s from a number that nobody has",
    async (id) => {
      const stranger = SCENARIOS.find((scenario) => scenario.id === id)?.nhsNumber ?? "";
      for (const query of ["Observation?", "Observation?code=29463-7&", "Observation?_include=Observation:patient&"]) {
        const path = (number: string) => `${query}patient.identifier=${encodeURIComponent(`${NHS}|${number}`)}`;
        expect(comparable(await search("gp-demo", path(stranger)), stranger)).toBe(
          comparable(await search("gp-demo", path(NOBODY)), NOBODY),
        );
      }
      const officers = await search("officer-demo", `Patient?identifier=${encodeURIComponent(`${NHS}|${stranger}`)}`);
      const patientId = matches(officers)[0]?.id ?? "";
      const [hidden, unknown] = await Promise.all(
        [patientId, randomUUID()].map(async (id) => {
          const response = await ask("gp-demo", `Patient/${id}`, { headers: { "X-Request-ID": "same" } });
          return { status: response.status, headers: [...response.headers], body: await response.text() };
        }),
      );
      expect(hidden?.status).toBe(404);
      expect(hidden).toEqual(unknown);
    },
  );

  test("sees a restricted child without any place", async () => {
    const restricted = SCENARIOS.find(({ id }) => id === "restricted")?.nhsNumber ?? "";
    const [patient] = matches(
      await search("gp-demo", `Patient?identifier=${encodeURIComponent(`${NHS}|${restricted}`)}`),
    );
    expect(patient).toMatchObject({ resourceType: "Patient", meta: { security: [{ code: "R" }] } });
    for (const place of ["address", "telecom", "contact", "generalPractitioner", "managingOrganization"]) {
      expect(patient).not.toHaveProperty(place);
    }
  });

  test("learns of no place from who saw a restricted child, nor when the source that restricts it is withheld", async () => {
    const rowan = SCENARIOS.find(({ id }) => id === "restricted");
    const number = rowan?.nhsNumber ?? "";
    const observations = async () => searchByNumber("gp-demo", number, { _include: "Observation:performer" });
    const places = (bundle: Bundle) => JSON.stringify(bundle).match(/"performer"|"Organization\//g);
    expect(places(await observations())).toBeNull();
    await deliver(objectionRow("new-0", number, "health-visiting", rowan?.birthDate ?? ""));
    expect(dataClasses(await observations())).toEqual(["education"]);
    expect(places(await observations())).toBeNull();
    const [patient] = matches(await search("gp-demo", `Patient?identifier=${encodeURIComponent(`${NHS}|${number}`)}`));
    expect(patient).toMatchObject({ meta: { security: [{ code: "R" }] } });
    for (const place of ["address", "generalPractitioner", "managingOrganization"])
      expect(patient).not.toHaveProperty(place);
  });

  test("without education data hears of no school, nor of a source of education", async () => {
    const organizations = await search("gp-health-demo", "Organization?_count=100");
    expect(JSON.stringify(organizations)).not.toMatch(/eyfsp|-ctf|"source"/);
    expect(organizations.total).toBeLessThan((await search("gp-demo", "Organization?_count=100")).total ?? 0);
  });

  test("finds a child by an NHS number as it is printed", async () => {
    const printed = await searchByNumber("gp-demo", "999 000 0018");
    expect(printed.total).toBe((await searchByNumber("gp-demo", AMARA)).total);
  });

  test("never meets a UPN, whatever it asks for", async () => {
    for (const path of ["Patient?_count=100", "Observation?_count=100", "Organization"]) {
      let next: string | undefined = path;
      while (next !== undefined) {
        const bundle: Bundle = await search("gp-demo", next);
        const text = JSON.stringify(bundle);
        expect(text).not.toContain(UPN);
        expect(text).not.toMatch(/[A-HJ-NP-RT-Z]\d{3}39[5-9]\d\d{4}[\dA-Z]/);
        next = bundle.link?.find(({ relation }) => relation === "next")?.url;
      }
    }
  });

  test("does not see Consents, only their effect", async () => {
    expect((await ask("gp-demo", "Consent")).status).toBe(403);
    expect(matches(await search("officer-demo", "Consent")).length).toBeGreaterThan(2);
  });
});

test("a vendor, too, reads no family's decision, whichever source told of it", async () => {
  expect(matches(await search("vendor-demo", "Consent?_count=100"))).toEqual([]);
});

test("total is told by the query alone: not when it names no child, always when it does", async () => {
  expect(await search("gp-demo", "Observation")).not.toHaveProperty("total");
  expect(await search("gp-demo", "Patient?family=zzz")).toHaveProperty("total", 0);
  expect(await search("gp-demo", "Organization")).toHaveProperty("total");
});

describe("an objection that comes in", () => {
  test("takes its class away at once, and leaves no trace of it", async () => {
    const ada = SCENARIOS.find(({ id }) => id === "twin-ada");
    const number = ada?.nhsNumber ?? "";
    expect(dataClasses(await searchByNumber("gp-demo", number))).toEqual(["education", "health-visiting"]);
    const before = await searchByNumber("gp-health-demo", number);
    await deliver(objectionRow("new-1", number, "education", ada?.birthDate ?? ""));
    const after = await searchByNumber("gp-demo", number);
    expect(matches(after)).toEqual(matches(before));
    expect(after.total).toBe(before.total);
    const path = `Patient?identifier=${encodeURIComponent(`${NHS}|${number}`)}`;
    expect(matches(await search("gp-demo", path))).toEqual(matches(await search("gp-health-demo", path)));
    expect(
      dataClasses(
        await search("officer-demo", `Observation?patient.identifier=${encodeURIComponent(`${NHS}|${number}`)}`),
      ),
    ).toContain("education");
  });

  test("to everything makes the child one that nobody has", async () => {
    const exempt = SCENARIOS.find(({ id }) => id === "exempt");
    const number = exempt?.nhsNumber ?? "";
    await deliver(objectionRow("new-2", number, "health-visiting;education", exempt?.birthDate ?? ""));
    const path = (value: string) => `Patient?identifier=${encodeURIComponent(`${NHS}|${value}`)}`;
    expect(comparable(await search("gp-demo", path(number)), number)).toBe(
      comparable(await search("gp-demo", path(NOBODY)), NOBODY),
    );
  });
});

describe("paging", () => {
  test("walks through everything once, the pages as full as asked, the token the only thing in the link", async () => {
    const whole = await search("gp-demo", "Observation?_count=100&_total=accurate");
    const seen: string[] = [];
    let next: string | undefined = "Observation?_count=7&_total=accurate";
    while (next !== undefined) {
      const bundle: Bundle = await search("gp-demo", next);
      expect(bundle.total).toBe(whole.total);
      seen.push(...matches(bundle).map(({ id }) => id ?? ""));
      next = bundle.link?.find(({ relation }) => relation === "next")?.url;
      if (next !== undefined) {
        expect(matches(bundle)).toHaveLength(7);
        expect([...new URL(next).searchParams.keys()]).toEqual(["_page"]);
      }
    }
    expect(seen).toHaveLength(whole.total ?? -1);
    expect(new Set(seen).size).toBe(seen.length);
  });

  test.each(["_sort=date", "_sort=-date", "_sort=_lastUpdated,-_id", "_sort=-_id"])(
    "by %s keeps its order across pages",
    async (sort) => {
      const walk = async (count: number) => {
        const ids: string[] = [];
        let next: string | undefined = `Observation?${sort}&_count=${count}`;
        while (next !== undefined) {
          const bundle: Bundle = await search("gp-health-demo", next);
          ids.push(...matches(bundle).map(({ id }) => id ?? ""));
          next = bundle.link?.find(({ relation }) => relation === "next")?.url;
        }
        return ids;
      };
      expect(await walk(9)).toEqual(await walk(100));
    },
  );

  test("refuses a token that another client was given, or that was changed", async () => {
    const first = await search("gp-demo", "Observation?_count=3");
    const next = first.link?.find(({ relation }) => relation === "next")?.url ?? "";
    for (const [client, url] of [
      ["gp-health-demo", next],
      ["gp-demo", `${next.slice(0, -3)}AAA`],
      ["gp-demo", `${next}&code=x`],
    ] as const) {
      const response = await ask(client, url);
      expect(response.status).toBe(400);
    }
  });
});

describe("a bad request is told what is wrong", () => {
  test.each([
    ["Observation?cod=x", 400, "code"],
    ["Observation?_count=abc", 400, "_count"],
    ["Observation?code:nonsense=x", 400, "nonsense"],
    ["Observation?date=yesterday", 400, "date"],
    [`Observation?patient.identifier=${NHS}|9990000019`, 400, "patient.identifier"],
    ["Patientt", 404, "Patient"],
    ["patient", 404, "patient"],
    ["Patient/a_b", 400, "id"],
    ["Patient/unknown", 404, "Patient"],
    ["Patient/unknown/_history", 404, "Patient"],
    ["Patient/$everything", 404, "metadata"],
  ])("%s is %i and speaks of %s", async (path, status, word) => {
    const response = await ask("gp-demo", path);
    expect(response.status).toBe(status);
    expect(response.headers.get("content-type")).toBe("application/fhir+json; fhirVersion=4.0");
    const outcome = await jsonOf<OperationOutcome>(response);
    expect(outcome.resourceType).toBe("OperationOutcome");
    expect(validateOutcome(outcome)).toContain(word);
  });

  function validateOutcome(outcome: OperationOutcome): string {
    expect(outcome.issue[0]?.severity).toMatch(/error|fatal/);
    return JSON.stringify(outcome);
  }

  test.each([
    ["PUT", "StructureDefinition/x", "GET, HEAD"],
    ["DELETE", "AuditEvent/x", "GET, HEAD"],
    ["POST", "Patient/x", "GET, HEAD, PUT, PATCH, DELETE"],
    ["PATCH", "ValueSet/x", "GET, HEAD"],
    ["GET", "Patient/_search", "POST"],
  ])("%s %s is 405 with Allow: %s", async (method, path, allow) => {
    const response = await ask("gp-demo", path, { method });
    expect(response.status).toBe(405);
    expect(response.headers.get("allow")).toBe(allow);
  });

  test.each([
    ["XML", { Accept: "application/fhir+xml" }],
    ["STU3", { Accept: "application/fhir+json; fhirVersion=3.0" }],
    ["a picture", { Accept: "image/png, text/html" }],
  ])("%s is not acceptable", async (_, headers) => {
    expect((await ask("gp-demo", "Patient", { headers })).status).toBe(406);
  });

  test.each(["application/fhir+json", "application/json;q=0.5, */*;q=0.1", "application/fhir+json; fhirVersion=4.0"])(
    "Accept: %s is",
    async (accept) => {
      expect((await ask("gp-demo", "Patient", { headers: { Accept: accept } })).status).toBe(200);
    },
  );

  test("a search form of another type is 415", async () => {
    const headers = { "Content-Type": "application/json" };
    expect((await ask("gp-demo", "Observation/_search", { method: "POST", headers, body: "{}" })).status).toBe(415);
  });

  test("no token, a changed token and a token without the scope are turned away", async () => {
    const good = await started.token("gp-demo");
    const narrow = await started.token("gp-demo", "system/Observation.rs");
    const call = (authorization?: string) =>
      gateway.app.request(`${FHIR}/Patient`, authorization ? { headers: { Authorization: authorization } } : {});
    expect((await call()).status).toBe(401);
    const changed = `${good.slice(0, -10)}${good.at(-10) === "A" ? "B" : "A"}${good.slice(-9)}`;
    expect((await call(`Bearer ${changed}`)).status).toBe(401);
    expect((await call(`Bearer ${narrow}`)).status).toBe(403);
    expect((await call(`Bearer ${good}`)).status).toBe(200);
  });

  test("a header that names another organisation is refused", async () => {
    const headers = { "NHSD-End-User-Organisation-ODS": "Z00000" };
    expect((await ask("gp-demo", "Patient", { headers })).status).toBe(403);
  });
});

describe("every answer", () => {
  test("echoes both request ids and is not to be kept", async () => {
    const headers = { "X-Request-ID": "60e0b220-8136-4ca5-ae46-1d97ef59d068", "X-Correlation-ID": "abc" };
    for (const path of ["Patient", "Patient/unknown", "Nothing"]) {
      const response = await ask("gp-demo", path, { headers });
      expect(response.headers.get("x-request-id")).toBe(headers["X-Request-ID"]);
      expect(response.headers.get("x-correlation-id")).toBe("abc");
      expect(response.headers.get("cache-control")).toBe("no-store, private");
    }
  });

  test("to a HEAD is that to a GET without its body", async () => {
    const response = await ask("gp-demo", "Patient?_count=1", { method: "HEAD" });
    expect(response.status).toBe(200);
    expect(await response.text()).toBe("");
  });

  test("of read carries the ETag of meta.versionId", async () => {
    const [patient] = matches(await search("gp-demo", "Patient?_count=1"));
    const response = await ask("gp-demo", `Patient/${patient?.id}`);
    expect(response.headers.get("etag")).toBe(`W/"${patient?.meta?.versionId}"`);
    expect(await response.json()).toEqual(patient);
  });

  test("includes what is asked for, as far as the scope reaches", async () => {
    const path = "Observation?_count=5&_include=Observation:patient&_include=Observation:performer";
    const modes = (bundle: Bundle) =>
      new Set((bundle.entry ?? []).map(({ resource, search: mode }) => `${mode?.mode} ${resource?.resourceType}`));
    expect(modes(await search("gp-demo", path))).toEqual(
      new Set(["match Observation", "include Patient", "include Organization", "outcome OperationOutcome"]),
    );
    const narrow = await started.token("gp-demo", "system/Observation.rs");
    const response = await gateway.app.request(`${FHIR}/${path}`, { headers: { Authorization: `Bearer ${narrow}` } });
    expect(modes(await jsonOf<Bundle>(response))).toEqual(new Set(["match Observation", "outcome OperationOutcome"]));
  });

  test("holds nothing but valid R4", async () => {
    for (const type of ["Patient", "Observation", "Consent", "Organization"]) {
      for (const resource of matches(await search("officer-demo", `${type}?_count=100`))) {
        expect(validateBase(resource)).toEqual([]);
      }
    }
  });
});

test("the same Patient looks different to those who may see different things, each with a version of its own", async () => {
  const path = `Patient?identifier=${encodeURIComponent(`${NHS}|${AMARA}`)}`;
  const read = async (client: string): Promise<Patient | undefined> => {
    const [patient] = matches(await search(client, path));
    return patient?.resourceType === "Patient" ? patient : undefined;
  };
  const [practice, health, officer] = await Promise.all([
    read("gp-demo"),
    read("gp-health-demo"),
    read("officer-demo"),
  ]);
  expect(new Set([practice?.id, health?.id, officer?.id]).size).toBe(1);
  expect(new Set([practice?.meta?.versionId, health?.meta?.versionId, officer?.meta?.versionId]).size).toBe(3);
  expect(officer?.identifier?.some(({ system }) => system === UPN)).toBe(true);
});
