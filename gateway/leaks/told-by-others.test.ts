import type { Bundle, Consent, Observation, Resource } from "@medplum/fhirtypes";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DATA_CLASS, NHS_NUMBER } from "#profiles/systems.ts";
import { jsonOf } from "../gateway.fixtures.ts";
import { consent, observation, provenance, READS, sent, WEIGHT } from "./pair-requests.fixtures.ts";
import {
  ABSENT,
  answerTo,
  expectSame,
  idOf,
  numberOf,
  openPairHouse,
  type PairHouse,
  search,
} from "./pairs.fixtures.ts";

let house: PairHouse;

beforeAll(async () => {
  house = await openPairHouse();
});

afterAll(() => house[Symbol.asyncDispose]());

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
        for (const path of looks) answers.push((await answerTo(house.started, client, { path }, number)).answer.body);
      }
      return answers;
    };
    const before = await look();
    const [amara] = await search(house.started, "gp-demo", `Patient?identifier=${NHS_NUMBER}|${number}`);
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
        {
          method: "PUT",
          path: `Observation/${house.hidden.Observation}`,
          body: sent("Observation", house.hidden.Observation, house.oscar),
        },
        201,
      ],
    ] as const) {
      expect((await answerTo(house.started, "conformance-demo", asking, number)).answer.status).toBe(status);
    }
    expect(await look()).toEqual(before);
  });

  test("that others do not see changes nothing of what they see", async () => {
    const number = numberOf("amara");
    const [amara] = await search(house.started, "gp-demo", `Patient?identifier=${NHS_NUMBER}|${number}`);
    const [seen] = await search(house.started, "gp-demo", `Observation?patient=${amara?.id}&_count=1`);
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
        const response = await house.started.ask(client, path, { headers: { "X-Request-ID": ABSENT } });
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
      const response = await house.started.ask("vendor-demo", resource.resourceType, init);
      expect(response.status).toBe(201);
      return idOf(await jsonOf<Resource>(response));
    };
    const twin = await write({
      resourceType: "Patient",
      identifier: [{ system: NHS_NUMBER, value: number }],
      name: [{ family: "Okafor", given: ["Amara"] }],
      birthDate: "2021-04-15",
    });
    await write(observation({ subject: { reference: `Patient/${twin}` }, code: { ...WEIGHT, text: "seldom" } }));
    const permit = consent(house.oscar, { patient: { reference: `Patient/${id}` }, provision: { type: "permit" } });
    const consentId = await write(permit);
    await write(provenance(`Consent/${consentId}`, `Patient/${id}`));
    await write(provenance(`Patient/${twin}`));
    for (const client of clients) expect(await look(client)).toEqual(before.get(client));
  });

  test("as a decision restricts others until it is taken back, and is read by its writer and officers alone", async () => {
    const [clara] = await search(
      house.started,
      "gp-demo",
      `Patient?identifier=${NHS_NUMBER}|${numberOf("conflict-rightful")}`,
    );
    const patient = { reference: `Patient/${clara ? idOf(clara) : ""}` };
    const count = async (client: string) => {
      const response = await house.started.ask(client, `Observation?patient=${patient.reference}&_summary=count`);
      return (await jsonOf<Bundle>(response)).total ?? 0;
    };
    const before = await count("gp-demo");
    expect(before).toBeGreaterThan(0);
    const widening = consent(house.oscar, { patient, provision: { type: "permit" } });
    const denying = consent(house.oscar, {
      patient,
      provision: {
        type: "permit",
        provision: [{ type: "deny", class: [{ system: DATA_CLASS, code: "health-visiting" }] }],
      },
    });
    for (const [body, expected] of [
      [widening, before],
      [denying, 0],
    ] as const) {
      const init = { method: "POST", headers: { "Content-Type": "application/fhir+json" }, body: JSON.stringify(body) };
      const made = await jsonOf<Consent>(await house.started.ask("vendor-demo", "Consent", init));
      expect(await count("gp-demo")).toBe(expected);
      expect(await search(house.started, "officer-demo", `Consent?_id=${made.id}`)).toHaveLength(1);
      expect(await search(house.started, "vendor-demo", `Consent?_id=${made.id}`)).toHaveLength(1);
      await expectSame(house.started, "gp-demo", (id) => READS("Consent", id), [made.id ?? "", ABSENT]);
      expect((await house.started.ask("vendor-demo", `Consent/${made.id}`, { method: "DELETE" })).status).toBe(204);
      await expectSame(house.started, "gp-demo", (id) => READS("Consent", id), [made.id ?? "", ABSENT]);
    }
    expect(await count("gp-demo")).toBe(before);
  });

  test("of a restricted child tells nobody a place, in no interaction", async () => {
    const [rowan] = await search(
      house.started,
      "gp-demo",
      `Patient?identifier=${NHS_NUMBER}|${numberOf("restricted")}`,
    );
    const place = { display: "Refuge" };
    const body = observation({
      subject: { reference: `Patient/${rowan ? idOf(rowan) : ""}`, ...place },
      performer: [place],
      focus: [place],
      extension: [{ url: "http://hl7.org/fhir/StructureDefinition/event-location", valueReference: place }],
      note: [{ text: "cheerful", authorString: "Refuge" }],
    });
    const init = { method: "POST", headers: { "Content-Type": "application/fhir+json" }, body: JSON.stringify(body) };
    const { id } = await jsonOf<Observation>(await house.started.ask("vendor-demo", "Observation", init));
    for (const path of [
      `Observation/${id}`,
      `Observation/${id}/_history`,
      `Observation/${id}/_history/1`,
      `Observation?_id=${id}&_include=*&_revinclude=*`,
      `Patient/${rowan ? idOf(rowan) : ""}/$everything`,
    ]) {
      const answer = await house.started.ask("gp-demo", path);
      expect(answer.status).toBe(200);
      const text = await answer.text();
      expect(text).not.toContain("Refuge");
      if (path.startsWith("Observation")) expect(text).toContain(`"id":"${id}"`);
    }
  });
});
