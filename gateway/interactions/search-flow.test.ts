import type { Bundle } from "@medplum/fhirtypes";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { NHS_NUMBER } from "#profiles/systems.ts";
import { wholeBody } from "./answer.ts";
import {
  createSearchWorld,
  FHIR,
  laboratory,
  names,
  nextOf,
  observation,
  practice,
  type SearchWorld,
} from "./search-world.fixtures.ts";

const ADA = { resourceType: "Patient", id: "ada", active: true } as const;
const WEIGHT = { coding: [{ system: "http://loinc.org", code: "29463-7" }] };
const CLINIC = { resourceType: "Organization", id: "clinic", name: "Clinic", active: true } as const;

let world: SearchWorld;

beforeAll(async () => {
  world = await createSearchWorld();
  const ada = await world.child({
    ...ADA,
    identifier: [{ system: NHS_NUMBER, value: "9990000018" }],
    name: [{ family: "Ashdown", given: ["Ada"] }],
    birthDate: "2022-05-06",
    managingOrganization: { reference: "Organization/clinic" },
  });
  const bo = await world.child({
    resourceType: "Patient",
    id: "bo",
    name: [{ family: "Birch", given: ["Bo"] }],
    birthDate: "2021-01-02",
  });
  const hidden = await world.child(
    { resourceType: "Patient", id: "hidden", name: [{ family: "Ashby" }], birthDate: "2020-01-02" },
    { isRegistered: false },
  );
  await world.put(ada, [
    observation("a-height", "ada", {
      effectiveDateTime: "2026-01-01",
      performer: [{ reference: "Organization/clinic" }],
    }),
    observation("a-weight", "ada", { code: WEIGHT, effectiveDateTime: "2026-02-01" }),
    observation("a-panel", "ada", {
      code: { text: "both" },
      effectiveDateTime: "2026-03-01",
      hasMember: [{ reference: "Observation/a-height" }, { reference: "Observation/a-weight" }],
    }),
    {
      resourceType: "Provenance",
      id: "a-told",
      recorded: "2026-03-01T00:00:00Z",
      target: [{ reference: "Observation/a-weight" }, { reference: "Patient/ada" }],
      agent: [{ who: { reference: "Practitioner/visitor" } }],
    },
  ]);
  await world.put(bo, [observation("b-height", "bo", { performer: [{ reference: "Practitioner/visitor" }] })]);
  await world.put(hidden, [observation("h-height", "hidden", { performer: [{ reference: "Organization/clinic" }] })]);
  await world.share([
    CLINIC,
    { resourceType: "Organization", id: "ward", name: "Ward", partOf: { reference: "Organization/clinic" } },
    { resourceType: "Practitioner", id: "visitor", name: [{ family: "Visitor" }] },
    {
      resourceType: "PractitionerRole",
      id: "visiting",
      practitioner: { reference: "Practitioner/visitor" },
      organization: { reference: "Organization/clinic" },
    },
  ]);
  await world.child({ resourceType: "Patient", id: "lab-child", active: true }, { source: "laboratory" });
  await world.child(
    {
      resourceType: "Patient",
      id: "lab-linked",
      active: false,
      link: [{ other: { reference: "Patient/lab-child" }, type: "replaced-by" }],
    },
    { source: "laboratory" },
  );
  await world.share(
    [
      observation("of-nobody", "unheld", { performer: [{ reference: "Practitioner/lab-worker" }] }),
      observation("of-lab-child", "lab-child"),
      { resourceType: "Practitioner", id: "lab-worker", name: [{ family: "Worker" }] },
    ],
    { source: "laboratory" },
  );
});

afterAll(() => world[Symbol.asyncDispose]());

describe("a search", () => {
  test.each<[string, string, readonly string[]]>([
    [
      "finds one child's resources by an identifier of the child",
      `Observation?patient.identifier=${NHS_NUMBER}|9990000018`,
      ["Observation/a-panel", "Observation/a-weight", "Observation/a-height"],
    ],
    [
      "goes through all visible children without a lead",
      "Observation?code=8302-2",
      ["Observation/a-height", "Observation/b-height"],
    ],
    [
      "orders several children's by date",
      "Observation?code=8302-2&_sort=-date",
      ["Observation/b-height", "Observation/a-height"],
    ],
    ["finds shared resources", "Organization?name=w", ["Organization/ward"]],
    ["finds a resource by its id", "Observation?_id=b-height", ["Observation/b-height"]],
    ["finds artefacts of the contract", "ValueSet?_id=data-class", ["ValueSet/data-class"]],
    ["answers a chain", "Observation?subject:Patient.family=birch", ["Observation/b-height"]],
    [
      "answers a chain to shared resources",
      "Observation?performer:Practitioner.family=visitor",
      ["Observation/b-height"],
    ],
    ["answers a chain of two links", "Observation?performer:Organization.partof.name=clinic", []],
    ["answers _has", "Patient?_has:Observation:patient:code=29463-7", ["Patient/ada"]],
    [
      "answers _has over what refers to shared resources",
      "Organization?_has:Observation:performer:code=8302-2",
      ["Organization/clinic"],
    ],
    [
      "answers _has within _has",
      "Organization?_has:PractitionerRole:organization:practitioner.family=visitor",
      ["Organization/clinic"],
    ],
    ["finds nothing when a chain finds nothing", "Observation?subject:Patient.family=nobody", []],
    [
      "meets all of several chains",
      "Observation?subject:Patient.family=birch&performer:Practitioner.family=visitor",
      ["Observation/b-height"],
    ],
  ])("%s", async (_, address, expected) => {
    const bundle = await world.bundle(practice(), address);
    expect([...names(bundle)].sort()).toEqual([...expected].sort());
    if (address.includes("_sort")) expect(names(bundle)).toEqual(expected);
  });

  test.each<[string, string, readonly string[]]>([
    ["what is about nobody who is held", "Observation?subject=Patient/unheld", ["Observation/of-nobody"]],
    [
      "what stands outside the record of a child who came later",
      "Observation?patient=lab-child",
      ["Observation/of-lab-child"],
    ],
    ["all of a type", "Observation", ["Observation/of-nobody", "Observation/of-lab-child"]],
    ["by a chain from shared to shared", "Observation?performer:Practitioner.family=worker", ["Observation/of-nobody"]],
    ["no compartment of who is not held", "Patient/unheld/Observation", []],
    ["Patients that link to one", "Patient/lab-child/Patient", ["Patient/lab-child", "Patient/lab-linked"]],
    ["the compartment of such a child", "Patient/lab-child/Observation", ["Observation/of-lab-child"]],
  ])("of who sees a whole authority finds %s", async (_, address, expected) => {
    expect([...names(await world.bundle(laboratory(), address))].sort()).toEqual([...expected].sort());
  });

  test("spaces of ids are apart: one sees nothing of another", async () => {
    expect(names(await world.bundle(laboratory(), "Patient?_id=ada"))).toEqual([]);
    expect(names(await world.bundle(practice(), "Patient?_id=lab-child"))).toEqual([]);
  });
});

describe("_include and _revinclude", () => {
  test.each<[string, string, readonly string[]]>([
    ["add what matches refer to, once", "Observation?patient=ada&_include=Observation:subject", ["Patient/ada"]],
    ["never add what is a match already", "Observation?patient=ada&_include=Observation:has-member", []],
    [
      "add a member that did not match",
      "Observation?_id=a-panel&_include=Observation:has-member",
      ["Observation/a-height", "Observation/a-weight"],
    ],
    [
      "follow included resources with :iterate",
      "Observation?_id=a-panel&_include=Observation:has-member&_include:iterate=Observation:performer",
      ["Observation/a-height", "Observation/a-weight", "Organization/clinic"],
    ],
    [
      "do not follow included resources without it",
      "Observation?_id=a-panel&_include=Observation:has-member&_include=Observation:performer",
      ["Observation/a-height", "Observation/a-weight"],
    ],
    [
      "keep to a target type",
      "Observation?code=8302-2&_include=Observation:performer:Practitioner",
      ["Practitioner/visitor"],
    ],
    ["take every reference for *", "Observation?_id=a-height&_include=*", ["Patient/ada", "Organization/clinic"]],
    [
      "add what refers to a match from the child's record",
      "Observation?_id=a-weight&_revinclude=Provenance:target",
      ["Provenance/a-told"],
    ],
    [
      "add a child's resources to the Patient",
      "Patient?_id=bo&_revinclude=Observation:patient",
      ["Observation/b-height"],
    ],
    [
      "add visible children's alone to a shared resource",
      "Organization?_id=clinic&_revinclude=Observation:performer",
      ["Observation/a-height"],
    ],
    [
      "add shared to shared",
      "Practitioner?_id=visitor&_revinclude=PractitionerRole:practitioner&_include:iterate=PractitionerRole:organization",
      ["PractitionerRole/visiting", "Organization/clinic"],
    ],
  ])("%s", async (_, address, expected) => {
    const bundle = await world.bundle(practice(), address);
    expect([...names(bundle, "include")].sort()).toEqual([...expected].sort());
  });

  test("leave out types that the requester holds no scope for", async () => {
    const observationsAlone = practice({}, "system/Observation.rs");
    const found = await world.bundle(
      observationsAlone,
      "Observation?_id=a-weight&_include=*&_revinclude=Provenance:target",
    );
    expect(names(found)).toEqual(["Observation/a-weight"]);
  });
});

describe("a chain over a type without its scope", () => {
  test.each(["Observation?subject:Patient.family=birch", "Observation?_has:Provenance:target:_id=x"])(
    "is refused by the scope's name: %s",
    async (address) => {
      const result = await world.ask(practice({}, "system/Observation.rs"), address);
      expect(result).toMatchObject({ ok: false, issues: [{ kind: "insufficient-scope" }] });
    },
  );

  test("but an identifier of the child is no more than the requester knows", async () => {
    const address = `Observation?patient.identifier=${NHS_NUMBER}|9990000018&_count=1`;
    expect(names(await world.bundle(practice({}, "system/Observation.rs"), address))).toEqual(["Observation/a-panel"]);
  });
});

describe("search-system", () => {
  test.each<[string, string, readonly string[]]>([
    [
      "finds several types by what they share",
      "?_type=Patient,Observation&_id=ada,b-height",
      ["Patient/ada", "Observation/b-height"],
    ],
    [
      "stands record by record, the child first",
      "?_type=Observation,Patient&_lastUpdated=ge2026-01-01",
      [
        "Patient/ada",
        "Observation/a-panel",
        "Observation/a-weight",
        "Observation/a-height",
        "Patient/bo",
        "Observation/b-height",
      ],
    ],
    [
      "takes all types that the scopes reach without _type",
      "?_id=ada,visitor,data-class",
      ["ValueSet/data-class", "CodeSystem/data-class", "Patient/ada", "Practitioner/visitor"],
    ],
  ])("%s", async (_, address, expected) => {
    expect(names(await world.bundle(practice(), address))).toEqual(expected);
  });

  test("follows references of any of its types", async () => {
    const address =
      "?_type=Organization,Observation&_id=a-height&_include=Observation:subject&_revinclude=Observation:has-member";
    expect([...names(await world.bundle(practice(), address), "include")].sort()).toEqual([
      "Observation/a-panel",
      "Patient/ada",
    ]);
  });

  test("shows the types in its self link", async () => {
    const { link } = await world.bundle(practice(), "?_type=Patient,Observation&_id=ada");
    expect(link?.[0]?.url).toBe(`${FHIR}/?_type=Patient,Observation&_id=ada`);
  });

  test("takes parameters of all its types alone", async () => {
    const result = await world.ask(practice(), "?_type=Patient,Observation&code=x");
    expect(result).toMatchObject({ ok: false, issues: [{ kind: "unknown-parameter", type: "Patient" }] });
  });

  test("ignores for all types, when it may, what one of them does not know", async () => {
    const address = "?_type=Observation,Patient&code=29463-7&_id=ada,a-height";
    const result = await world.ask(practice(), address, "lenient");
    const bundle: Bundle = JSON.parse(result.ok ? wholeBody(result.answer.body).toString() : "{}");
    expect(names(bundle)).toEqual(["Patient/ada", "Observation/a-height"]);
    expect(bundle.link?.[0]?.url).toBe(`${FHIR}/?_type=Observation,Patient&_id=ada%2Ca-height`);
  });

  test.each([
    ["_type=Patient,Nothing", "bad-parameter-value"],
    ["_type=Patient,Organization", "insufficient-scope"],
  ])("refuses %s", async (query, kind) => {
    expect(await world.ask(practice({}, "system/Patient.rs"), `?${query}`)).toMatchObject({
      ok: false,
      issues: [{ kind }],
    });
  });
});

describe("search-compartment", () => {
  test.each<[string, string, readonly string[]]>([
    [
      "one type of a child",
      "Patient/ada/Observation",
      ["Observation/a-panel", "Observation/a-weight", "Observation/a-height"],
    ],
    ["with parameters of the type", "Patient/ada/Observation?code=29463-7", ["Observation/a-weight"]],
    [
      "every type of a child",
      "Patient/ada/*",
      ["Patient/ada", "Observation/a-panel", "Observation/a-weight", "Observation/a-height", "Provenance/a-told"],
    ],
    ["some types of a child", "Patient/bo/*?_type=Observation", ["Observation/b-height"]],
    ["the Patient itself", "Patient/bo/Patient", ["Patient/bo"]],
    ["nothing of a child who is hidden", "Patient/hidden/Observation", []],
    ["nothing of a child who is not there", "Patient/nobody/*", []],
  ])("finds %s", async (_, address, expected) => {
    expect(names(await world.bundle(practice(), address))).toEqual(expected);
  });
});

describe("an answer", () => {
  test.each([
    ["Patient?_count=0", 2],
    ["Observation?patient=ada&_summary=count", 3],
    ["Observation?_total=accurate&_count=1", 4],
    ["Observation?patient=ada&_count=1", 3],
    ["Observation?_total=none&_count=1", undefined],
    ["Observation?_count=1", undefined],
  ])("to %s counts %s", async (address, total) => {
    const bundle = await world.bundle(practice(), address);
    expect(bundle.total).toBe(total);
    if (/_count=0|_summary=count/.test(address)) expect(bundle.entry).toBeUndefined();
  });

  test("with a total alone still holds the entry that says what absence does not mean", async () => {
    const bundle = await world.bundle(practice({ coverageNotice: true }), "Patient?_count=0");
    expect(bundle.entry?.map(({ search }) => search?.mode)).toEqual(["outcome"]);
  });

  test("holds matches and what they include in the shape that was asked for", async () => {
    const bundle = await world.bundle(
      practice(),
      "Observation?_id=a-height&_include=Observation:subject&_elements=status",
    );
    expect(bundle.entry?.map(({ resource }) => Object.keys(resource ?? {}).sort())).toEqual([
      ["code", "id", "meta", "resourceType", "status"],
      // Whether a Patient is in use changes what all the rest means: it is never left out.
      ["active", "id", "meta", "resourceType"],
    ]);
    expect(bundle.entry?.map(({ fullUrl }) => fullUrl)).toEqual([
      `${FHIR}/Observation/a-height`,
      `${FHIR}/Patient/ada`,
    ]);
  });

  test("is recorded once, with all that was released and whose it is", async () => {
    const before = world.recorded.length;
    await world.bundle(practice(), "Observation?_id=b-height&_include=Observation:performer");
    expect(world.recorded.slice(before)).toMatchObject([
      {
        interaction: "search-type",
        outcome: "success",
        query: "Observation?_id=b-height&_include=Observation%3Aperformer",
        disclosures: [{ patient: "bo", released: ["Observation/b-height/1"] }],
        released: ["Practitioner/visitor/1"],
        answer: expect.anything(),
      },
    ]);
  });

  test.each([
    ["a total alone", "Observation?patient=ada&_summary=count", [{ patient: "ada", released: [], isNamed: true }]],
    ["nothing", "Observation?patient=ada&code=none", [{ patient: "ada", released: [], isNamed: true }]],
    [
      "nothing of its compartment",
      "Patient/ada/Observation?code=none",
      [{ patient: "ada", released: [], isNamed: true }],
    ],
    ["a stranger", "Observation?patient=stranger", undefined],
    ["a finding that never was", "Observation?_id=none", undefined],
  ])("that names a child and is answered with %s is recorded as one about it", async (_, address, disclosures) => {
    const before = world.recorded.length;
    await world.bundle(practice(), address);
    expect(world.recorded[before]?.disclosures).toEqual(
      disclosures?.map((one) => expect.objectContaining<object>(one)),
    );
  });

  test("of a page is no use at another address, nor for another client, nor with more parameters", async () => {
    const first = await world.bundle(practice(), "Patient/ada/Observation?_count=1");
    const token = nextOf(first)?.split("_page=")[1];
    const other = { ...practice(), client: "another" };
    for (const [who, address] of [
      [practice(), `Patient/bo/Observation?_page=${token}`],
      [practice(), `Observation?_page=${token}`],
      [practice(), `Patient/ada/*?_page=${token}`],
      [other, `Patient/ada/Observation?_page=${token}`],
      [practice(), `Patient/ada/Observation?_page=${token}&code=x`],
      [practice(), "Patient/ada/Observation?_page=x"],
    ] as const) {
      expect(await world.ask(who, address), address).toEqual({ ok: false, issues: [{ kind: "stale-page" }] });
    }
    expect(names(await world.bundle(practice(), `Patient/ada/Observation?_page=${token}&_format=json`))).toEqual([
      "Observation/a-weight",
    ]);
  });
});
