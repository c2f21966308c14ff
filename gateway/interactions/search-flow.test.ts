import type { Bundle } from "@medplum/fhirtypes";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { NHS_NUMBER } from "#profiles/systems.ts";
import { wholeBody } from "./answer.ts";
import { createFamilies, outcomesOf } from "./search-flow.fixtures.ts";
import { createSearchFlow } from "./search-flow.ts";
import { createAsking, laboratory, names, practice, type SearchWorld } from "./search-world.fixtures.ts";

let world: SearchWorld;

beforeAll(async () => {
  world = await createFamilies();
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

describe("a search for children", () => {
  /** As the world asks, where no record may be read as a whole. */
  function askOfPatients(address: string) {
    const view = () => Promise.reject(new Error("read as a whole"));
    const ports = { ...world.ports, reader: { ...world.ports.reader, view, findings: view } };
    return createAsking(ports, createSearchFlow(ports))(practice(), address);
  }

  test.each([
    "Patient?family=ashdown",
    "Patient?given=ada&birthdate=2022-05-06",
    "Patient?birthdate=2021-01-02,2020-01-02",
    "Patient?active=true",
    "Patient",
  ])("by %s reads nothing of their records but the Patients", async (address) => {
    const found = await askOfPatients(address);
    if (!found.ok) throw new Error("it was refused");
    const { entry = [] }: Bundle = JSON.parse(wholeBody(found.answer.body).toString());
    const whole = await world.bundle(practice(), address);
    expect(entry).not.toEqual([]);
    expect(entry).toEqual(whole.entry);
  });

  test.each([
    `Patient?identifier=${NHS_NUMBER}|9990000018`,
    "Patient?_id=ada",
    "Patient?family=ashdown&_revinclude=Observation:patient",
    "Observation?code=x",
  ])("by %s reads them as a whole", async (address) => {
    await expect(askOfPatients(address)).rejects.toThrow("read as a whole");
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

  test("add Patients that link to a match, wherever they are", async () => {
    const bundle = await world.bundle(laboratory(), "Patient?_id=lab-child&_revinclude=Patient:link");
    expect(names(bundle, "include")).toEqual(["Patient/lab-linked"]);
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

test("what follows included resources alone brings nothing without :iterate, and that is said", async () => {
  const followed = "Observation?_id=a-panel&_include=Observation:subject&_include";
  const bundle = await world.bundle(practice(), `${followed}=Patient:organization`);
  expect(names(bundle, "include")).toEqual(["Patient/ada"]);
  const said = expect.stringMatching(/: _include=Patient:organization\. .*:iterate/);
  expect(outcomesOf(bundle)).toEqual([["warning", said]]);
  expect(outcomesOf(await world.bundle(practice(), `${followed}:iterate=Patient:organization`))).toEqual([]);
});

describe("parameters that a lenient requester sends and that are not known", () => {
  test.each([
    ["Patient?_id=ada&colour=red&colour:exact=blue", /allows: colour, colour:exact\./],
    ["Patient?_id=ada&_include=Patient:colour", /allows: _include\./],
    ["Patient?_id=ada&9990000018=1", /allows: \(not repeated here\)\./],
  ])("are named beside what is found: %s", async (address, told) => {
    const result = await world.ask(practice(), address, "lenient");
    const bundle: Bundle = JSON.parse(result.ok ? wholeBody(result.answer.body).toString() : "{}");
    expect(names(bundle, "match")).toEqual(["Patient/ada"]);
    expect(outcomesOf(bundle)).toEqual([["warning", expect.stringMatching(told)]]);
  });

  test("are not spoken of where there are none", async () => {
    const result = await world.ask(practice(), "Patient?_id=ada", "lenient");
    const bundle: Bundle = JSON.parse(result.ok ? wholeBody(result.answer.body).toString() : "{}");
    expect(outcomesOf(bundle)).toEqual([]);
  });
});
