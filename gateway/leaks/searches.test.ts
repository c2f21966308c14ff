import type { Bundle, Patient } from "@medplum/fhirtypes";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { NHS_NUMBER } from "#profiles/systems.ts";
import { EVERY_SCOPE } from "../gateway.fixtures.ts";
import { HIDINGS } from "./hidden.fixtures.ts";
import { probeOf } from "./requesters.fixtures.ts";
import { createScene, newChild, type Scene, type Telling } from "./scene.fixtures.ts";
import { createMaker, PHONES, POSTCODES, REMARKS } from "./told.fixtures.ts";
import { type Asked, openTwins, prepareBase, type Twins, takeChanceAway } from "./twins.fixtures.ts";

/**
 * What a strict reviewer would ask, one channel after another. Each question is put to two gateways that differ in what
 * is hidden alone, by a practice and by an officer: the officer's answers differ, so the question would tell; the
 * practice's do not.
 */

const chance = takeChanceAway();
const probe = probeOf(0, "channels");
const READER = "officer-demo";

let base: Awaited<ReturnType<typeof prepareBase>>;
let twins: Twins;
let scene: Scene;
let names: Readonly<
  Record<"child" | "restricted" | "objected" | "stranger" | "number" | "finding" | "withheld", string>
>;

async function tell(telling: Telling | undefined, whom: "both" | "fuller"): Promise<void> {
  if (!telling) throw new Error("nothing to tell");
  const now_ms = chance.tick();
  const told = whom === "fuller" && !telling.isDiffering ? [twins.fuller] : [twins.plain, twins.fuller];
  for (const twin of told) await telling.run(twin, now_ms, twin === twins.fuller);
}

beforeAll(async () => {
  base = await prepareBase(1);
  twins = await openTwins(base.directory, probe.change, chance);
  const { register } = twins.plain.gateway;
  const client = register.client(probe.client);
  if (!client) throw new Error(`no ${probe.client}`);
  const { agreement, organization } = client;
  const { entry = [] }: Bundle = JSON.parse(
    (await twins.ask(READER, { method: "GET", path: "Observation?_count=100" }, EVERY_SCOPE)).plain.body,
  );
  const codes = entry.flatMap(({ resource }) => (resource?.resourceType === "Observation" ? [resource.code] : []));
  scene = createScene(createMaker("channels", register, codes), { client: probe.client, agreement, organization });
  const tellers = scene.reached.filter(({ source }) => ["leeds-csds", "leeds-eyfsp"].includes(source));
  await tell(newChild(scene, tellers, {}), "both");
  await tell(newChild(scene, tellers.slice(0, 1), { isRestricted: true }), "both");
  await tell(newChild(scene, tellers, { objected: ["health-visiting"] }), "both");
  for (let n = 0; n < 6; n++) for (const hiding of HIDINGS) await tellIfAny(hiding(scene));
  const [child, restricted, objected] = scene.children;
  const stranger = scene.strangers[0]?.child;
  const ofChild = scene.hidden.filter((one) => one.child === child && one.name.startsWith("Observation/"));
  const withheld = scene.hidden.find((one) => one.child === objected && one.name.startsWith("Observation/"));
  names = {
    child: child?.patientId ?? "",
    restricted: restricted?.patientId ?? "",
    objected: objected?.patientId ?? "",
    stranger: stranger?.patientId ?? "",
    number: stranger?.nhsNumber ?? "",
    finding: ofChild[0]?.name.split("/")[1] ?? "",
    withheld: withheld?.name.split("/")[1] ?? "",
  };
  expect(Object.values(names)).not.toContain("");
});

afterAll(async () => {
  await twins[Symbol.asyncDispose]();
  await base[Symbol.asyncDispose]();
  chance.restore();
});

async function tellIfAny(telling: Telling | undefined): Promise<void> {
  if (telling) await tell(telling, "fuller");
}

type Question = string | Asked;

/** Whether any of the answers differs between the twins, and how many were given at all. */
async function compare(client: string, questions: readonly Question[]) {
  let answered = 0;
  const differing: string[] = [];
  for (const question of questions) {
    const asked = typeof question === "string" ? { method: "GET", path: question } : question;
    const { plain, fuller } = await twins.ask(client, asked, EVERY_SCOPE);
    expect(plain.status, asked.path).toBeLessThan(500);
    if (plain.status === 200) answered += 1;
    if (JSON.stringify(plain) !== JSON.stringify(fuller)) differing.push(asked.path);
  }
  return { answered, differing };
}

function posted(path: string, body: object): Asked {
  return { method: "POST", path, headers: { "Content-Type": "application/fhir+json" }, body: JSON.stringify(body) };
}

function batch(...urls: readonly string[]): Asked {
  const entry = urls.map((url) => ({ request: { method: "GET", url } }));
  return posted("", { resourceType: "Bundle", type: "batch", entry });
}

interface Row {
  readonly title: string;
  readonly ask: () => readonly Question[];
}

const ROWS: readonly Row[] = [
  {
    title: "a hidden id is read, in any version, as one that never was",
    ask: () =>
      [`Observation/${names.finding}`, `Patient/${names.stranger}`, `Observation/${names.withheld}`].flatMap((path) => [
        path,
        `${path}/_history`,
        `${path}/_history/1`,
      ]),
  },
  {
    title: "no count and no total holds what is hidden",
    ask: () => [
      "Patient?_summary=count",
      "Patient?_total=accurate&_count=1",
      "Observation?_total=estimate&_count=0",
      `Observation?patient=${names.child}`,
      "?_type=Patient,Observation&_summary=count",
    ],
  },
  {
    title: "a search on a hidden value finds nothing of it",
    ask: () => [
      ...REMARKS.map((remark) => `Observation?value-string=${remark}&_total=accurate`),
      `Observation?patient=${names.child}&value-quantity=gt0`,
      `Observation?patient=${names.objected}&status=final`,
      `Observation?_id=${names.finding},${names.withheld}`,
      `Patient?identifier=${NHS_NUMBER}|${names.number}`,
    ],
  },
  {
    title: "_has looks at what is visible alone",
    ask: () => [
      `Patient?_has:Observation:patient:_id=${names.finding}&_summary=count`,
      ...REMARKS.map((remark) => `Patient?_has:Observation:patient:value-string=${remark}`),
      "Patient?_has:Consent:patient:status=active&_summary=count",
      "Patient?_has:Provenance:target:recorded=gt2020&_summary=count",
      "Organization?_has:Observation:performer:status=final",
    ],
  },
  {
    title: "a chain looks at what is visible alone",
    ask: () => [
      ...POSTCODES.map((code) => `Observation?subject:Patient.address-postalcode=${encodeURIComponent(code)}`),
      "Observation?subject:Patient.birthdate=gt2000&_total=accurate",
      "Provenance?target:Patient.name=a&_summary=count",
      `Observation?patient.identifier=${NHS_NUMBER}|${names.number}`,
    ],
  },
  {
    title: "_include leads to nothing hidden, at any step",
    ask: () => [
      "Observation?_include=*&_include:iterate=*",
      `Provenance?target=Patient/${names.child}&_include=*&_include:iterate=*`,
      "Consent?_include=Consent:patient",
    ],
  },
  {
    title: "_revinclude leads to nothing hidden, at any step",
    ask: () => [
      `Patient?_id=${names.child},${names.stranger}&_revinclude=*&_revinclude:iterate=*`,
      `Observation?patient=${names.child}&_revinclude=Provenance:target`,
      "Patient?_revinclude=Consent:patient",
    ],
  },
  {
    title: "an order is one of visible values alone",
    ask: () => [
      "Patient?_sort=address&_count=100",
      "Patient?_sort=-_lastUpdated&_count=2",
      "Observation?_sort=-_lastUpdated&_count=2",
      "Observation?_sort=value-string,_id&_count=3",
    ],
  },
  {
    title: "no modifier tells of what is hidden",
    ask: () => [
      `Observation?_id:not=${names.finding}&_summary=count`,
      "Observation?performer:missing=true&_summary=count",
      "Patient?identifier:missing=false&_summary=count",
      "Patient?name:contains=a&_summary=count",
      "Observation?status:not=final&_summary=count",
      `Observation?subject:identifier=${NHS_NUMBER}|${names.number}`,
      "Observation?code:text=a&_summary=count",
      `Patient?identifier:not=${NHS_NUMBER}|${names.number}&_summary=count`,
    ],
  },
  {
    title: "a composite, a prefix and a bisection meet visible values alone",
    ask: () => [
      ...["gt1", "lt5", "ap4", "sa3", "eb7", "ne2"].map(
        (value) => `Observation?value-quantity=${value}&_summary=count`,
      ),
      "Observation?code-value-quantity=http://loinc.org|29463-7$gt1&_summary=count",
      "Observation?combo-value-quantity=ge1,le9&_total=accurate&_count=1",
      ...["ge2025", "lt2026-03-02", "sa2026"].map((date) => `Observation?date=${date}&_summary=count`),
    ],
  },
  {
    title: "times and versions count no hidden change",
    ask: () => [
      "Observation?_lastUpdated=gt2026-11-20T09:00:00Z&_summary=count",
      "Patient/_history?_since=2026-11-20T09:00:00Z&_count=100",
      "_history?_count=100",
      `Patient/${names.child}/_history`,
      `Patient/${names.restricted}/_history`,
    ],
  },
  {
    title: "a condition on a version or a time answers alike",
    ask: () => [
      { method: "GET", path: `Observation/${names.finding}`, headers: { "If-None-Match": 'W/"1"' } },
      {
        method: "GET",
        path: `Patient/${names.stranger}`,
        headers: { "If-Modified-Since": "Sat, 01 Jan 2050 00:00:00 GMT" },
      },
      { method: "GET", path: `Patient/${names.child}`, headers: { "If-None-Match": 'W/"x"' } },
      {
        method: "GET",
        path: `Patient/${names.restricted}`,
        headers: { "If-Modified-Since": "Fri, 20 Nov 2026 09:00:00 GMT" },
      },
      { method: "HEAD", path: `Observation/${names.withheld}` },
    ],
  },
  {
    title: "$everything, $lastn, $match and $ihe-pix look at what is visible alone",
    ask: () => [
      `Patient/${names.child}/$everything?_count=100`,
      `Patient/${names.stranger}/$everything`,
      `Observation/$lastn?patient=${names.child}&max=3`,
      `Patient/$ihe-pix?sourceIdentifier=${NHS_NUMBER}|${names.number}`,
      posted("Patient/$match", {
        resourceType: "Parameters",
        parameter: [
          {
            name: "resource",
            resource: {
              resourceType: "Patient",
              identifier: [{ system: NHS_NUMBER, value: names.number }],
              name: [{ family: scene.strangers[0]?.child.family, given: [scene.strangers[0]?.child.given] }],
              birthDate: scene.strangers[0]?.child.birthDate,
            },
          },
        ],
      }),
    ],
  },
  {
    title: "the entries of a batch are answered as requests of their own",
    ask: () => [
      batch(`Patient/${names.stranger}`, `Observation?_id=${names.finding}`, `Observation?patient=${names.objected}`),
    ],
  },
  {
    title: "_elements and _summary are cut from what was shown already",
    ask: () => [
      "Patient?_elements=address,telecom&_count=100",
      "Patient?_summary=data&_count=100",
      "Observation?_elements=performer,note&_count=100",
      "Observation?_summary=true&_count=100",
    ],
  },
  {
    title: "a compartment and a search of everything hold nothing hidden",
    ask: () => [
      `Patient/${names.child}/*?_count=100`,
      `Patient/${names.stranger}/*`,
      `Patient/${names.objected}/Observation?_total=accurate`,
      "?_type=Patient,Observation,Provenance,Organization&_count=100",
    ],
  },
  {
    title: "labels, tags, profiles and sources are searched in what is visible alone",
    ask: () => [
      "Patient?_security=R&_summary=count",
      "Observation?_source=https://early-years-gateway.example/fhir/source/leeds-csds&_summary=count",
      "Patient?_profile=https://fhir.hl7.org.uk/StructureDefinition/UKCore-Patient&_summary=count",
      "Observation?_tag:missing=true&_summary=count",
    ],
  },
  {
    title: "a family's decisions, and what was recorded of whom, are read by nobody else",
    ask: () => [
      "Consent?_summary=count",
      `Consent?patient=${names.child}`,
      `Provenance?patient=${names.objected}`,
      `Provenance?target=Patient/${names.stranger}`,
      "Provenance?_sort=-recorded&_count=5",
    ],
  },
  {
    title: "another child of the same family, household, practice or birth date stays unknown",
    ask: () => [
      ...scene.strangers.slice(0, 3).map(({ child }) => `Patient?family=${child.family}&birthdate=${child.birthDate}`),
      ...PHONES.map((phone) => `Patient?telecom=${phone}&_total=accurate`),
      "Patient?general-practitioner:identifier=https://fhir.nhs.uk/Id/ods-organization-code|Z99101&_total=accurate",
      "Patient?address-postalcode=LS6&_total=accurate",
    ],
  },
  {
    title: "two strangers who are found to be one child, or two again, stay unknown",
    ask: () =>
      scene.strangers
        .slice(0, 4)
        .flatMap(({ child }) => [
          `Patient/${child.patientId}`,
          `Patient?link=Patient/${child.patientId}&_total=accurate`,
        ]),
  },
  {
    title: "organisations that a source beyond the agreement tells of are not there",
    ask: () => [
      "Organization?name=Refuge&_total=accurate",
      "Organization?_summary=count",
      "Organization/_history?_count=100",
    ],
  },
];

describe("to a practice", () => {
  test.each(ROWS)("$title", async ({ ask }) => {
    const seen = await compare(probe.client, ask());
    expect(seen.differing).toEqual([]);
    expect((await compare(READER, ask())).differing).not.toEqual([]);
  });

  test("a restricted child is found by no place", async () => {
    const record = await twins.fuller.gateway.store.locate("Patient", names.restricted, "");
    const stored = record === undefined ? undefined : await twins.fuller.gateway.store.record(record);
    const told: readonly Patient[] = (stored?.contributions ?? []).map(({ body }) => JSON.parse(body));
    const values = told.flatMap(({ address = [], telecom = [] }) => [
      ...address.flatMap(({ postalCode = "", line = [] }) => [
        `address-postalcode=${encodeURIComponent(postalCode)}`,
        `address=${encodeURIComponent(line[0] ?? "")}`,
      ]),
      ...telecom.map(({ value }) => `telecom=${value}`),
    ]);
    expect(values.length).toBeGreaterThan(2);
    for (const query of [...values, "address:missing=false", "general-practitioner:missing=false"]) {
      const { fuller } = await twins.ask(probe.client, { method: "GET", path: `Patient?${query}` }, EVERY_SCOPE);
      expect(fuller.status, query).toBe(200);
      expect(fuller.body, query).not.toContain(names.restricted);
    }
  });

  test("of which some ask for what is there", async () => {
    const { answered } = await compare(
      probe.client,
      ROWS.flatMap(({ ask }) => ask()),
    );
    expect(answered).toBeGreaterThan(ROWS.length * 2);
  });
});
