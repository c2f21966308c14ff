import type { Observation, Patient, Provenance, Resource, StructureDefinition } from "@medplum/fhirtypes";
import { describe, expect, test } from "vitest";
import { encodeKeys } from "./keys.ts";
import { toPack } from "./pack.ts";
import { BASE, found, packable } from "./search.fixtures.ts";

const UCUM = "http://unitsofmeasure.org";
const MASS = `${UCUM}|kg`;

function observation(id: string, part: Partial<Observation>): Observation {
  return { resourceType: "Observation", id, status: "final", code: { text: id }, ...part };
}

function quantity(id: string, value: number, code: string, more: object = {}): Observation {
  return observation(id, { valueQuantity: { value, system: UCUM, code, unit: `${code}s`, ...more } });
}

describe("a quantity", () => {
  const WEIGHTS = [
    quantity("12kg", 12, "kg"),
    quantity("12.04kg", 12.04, "kg"),
    quantity("12000g", 12_000, "g"),
    quantity("13kg", 13, "kg"),
    quantity("below12kg", 12, "kg", { comparator: "<" }),
    quantity("atLeast12kg", 12, "kg", { comparator: ">=" }),
    quantity("12cm", 12, "cm"),
    observation("12stone", { valueQuantity: { value: 12, unit: "stone" } }),
    observation("sampled", { valueSampledData: { origin: { value: 10 }, period: 1, dimensions: 1, data: "1 E 3 L" } }),
    observation("text", { valueString: "12" }),
  ];
  const EXACTLY_12 = ["12cm", "12kg", "12stone"];

  test.each([
    ["12", [...EXACTLY_12, "12.04kg"]],
    ["12.0", [...EXACTLY_12, "12.04kg"]],
    ["12.00", EXACTLY_12],
    ["1.2e1", [...EXACTLY_12, "12.04kg"]],
    ["12||stone", ["12stone"]],
    ["12||kgs", ["12.04kg", "12kg"]],
    ["12||kg", ["12.04kg", "12kg"]],
    [`12|${MASS}`, ["12.04kg", "12000g", "12kg"]],
    [`12000|${UCUM}|g`, ["12000g", "12kg"]],
    [`gt12|${MASS}`, ["12.04kg", "13kg", "atLeast12kg"]],
    [`ge12|${MASS}`, ["12.04kg", "12000g", "12kg", "13kg", "atLeast12kg"]],
    [`lt12|${MASS}`, ["below12kg"]],
    [`le12|${MASS}`, ["12000g", "12kg", "atLeast12kg", "below12kg"]],
    [`sa12|${MASS}`, ["12.04kg", "13kg"]],
    [`eb12|${MASS}`, ["below12kg"]],
    [`ap12|${MASS}`, ["12.04kg", "12000g", "12kg", "13kg", "atLeast12kg", "below12kg"]],
    [`ne12|${MASS}`, ["13kg", "atLeast12kg", "below12kg"]],
    [`eb11|${UCUM}|stone`, []],
    ["eb13.5||", ["12.04kg", "12cm", "12kg", "12stone", "13kg", "below12kg", "sampled"]],
    [`12|${MASS},13|${MASS}`, ["12.04kg", "12000g", "12kg", "13kg"]],
  ])("value-quantity=%s", (value, ids) => {
    expect(found("Observation", WEIGHTS, `value-quantity=${value}`)).toEqual([...ids].sort());
  });

  test.each([
    ["1e2", ["100", "95", "104.9"]],
    ["100", ["100"]],
    ["1.00e2", ["100"]],
    ["5e-3", []],
  ])("written as %s is as precise as its digits", (value, ids) => {
    const values = [94.9, 95, 100, 104.9, 105].map((number) => quantity(String(number), number, "1"));
    expect(found("Observation", values, `value-quantity=${value}`)).toEqual([...ids].sort());
  });

  test.each([
    ["37", "Cel", "98.60", "[degF]"],
    ["1", "[lb_av]", "453.6", "g"],
    ["1", "[in_i]", "25.4", "mm"],
    ["2", "a", "24", "mo"],
    ["1", "wk", "7", "d"],
    ["90", "min", "1.5", "h"],
    ["16", "[oz_av]", "453.6", "g"],
    ["1", "ug", "0.0010", "mg"],
    ["3", "[ft_i]", "91.44", "cm"],
    ["1", "km", "1000.0", "m"],
    ["1", "d", "86400.0", "s"],
    ["5", "dL", "500.0", "mL"],
    ["1", "l", "100.0", "cL"],
    ["1", "uL", "0.0010", "ml"],
    ["100", "mm[Hg]", "13.33", "kPa"],
    ["1", "kPa", "1000.0", "Pa"],
    ["310.15", "K", "37.00", "Cel"],
    ["2", "Hz", "120.0", "/min"],
    ["1", "/min", "60.0", "/h"],
    ["50", "%", "0.50", "1"],
    ["7", "{score}", "7", "1"],
    ["120", "{beats}/min", "120", "/min"],
  ])("of %s %s is found as %s %s", (stored, unit, asked, askedUnit) => {
    const resources = [quantity("it", Number(stored), unit), quantity("other", Number(stored) * 3, unit)];
    const text = new URLSearchParams({ "value-quantity": `${asked}|${UCUM}|${askedUnit}` });
    expect(found("Observation", resources, text.toString())).toEqual(["it"]);
  });
});

describe("a token", () => {
  const coded = (id: string, system: string | undefined, code: string, display?: string): Observation =>
    observation(id, {
      code: { coding: [{ ...(system === undefined ? {} : { system }), code, ...(display ? { display } : {}) }] },
    });
  const CODES = [
    coded("root", "urn:s", "root", "Tension headache"),
    coded("branch", "urn:s", "branch", "Headache"),
    coded("leaf", "urn:s", "leaf"),
    coded("elsewhere", "urn:other", "leaf"),
    coded("bare", undefined, "leaf"),
    observation("text", { code: { text: "Head count" } }),
    observation("two", { code: { coding: [{ system: "urn:s", code: "leaf" }, { code: "x" }] } }),
  ];

  test.each([
    ["code=leaf", ["bare", "elsewhere", "leaf", "two"]],
    ["code=LEAF", []],
    ["code=urn:s|leaf", ["leaf", "two"]],
    ["code=|leaf", ["bare"]],
    ["code=urn:s|", ["branch", "leaf", "root", "two"]],
    ["code:not=leaf", ["branch", "root", "text"]],
    ["code:not=urn:s|leaf,urn:s|root", ["bare", "branch", "elsewhere", "text"]],
    ["code:text=head", ["branch", "root", "text"]],
    ["code:text=tension", ["root"]],
    ["code:in=urn:vs", ["leaf", "two"]],
    ["code:not-in=urn:vs", ["bare", "branch", "elsewhere", "root", "text"]],
    ["code:below=urn:s|branch", ["branch", "leaf", "two"]],
    ["code:above=urn:s|branch", ["branch", "root"]],
    ["code:missing=true", []],
    ["code=root&code:not=leaf", ["root"]],
  ])("%s", (text, ids) => {
    expect(found("Observation", CODES, text)).toEqual(ids);
  });

  const PATIENTS: readonly Patient[] = [
    {
      resourceType: "Patient",
      id: "full",
      active: true,
      gender: "female",
      telecom: [
        { system: "phone", value: "0113 496 0001" },
        { system: "email", value: "Ann@Example.org" },
      ],
      identifier: [
        {
          type: { coding: [{ system: "urn:t", code: "MR" }], text: "Medical record" },
          system: "urn:mr",
          value: "446053",
        },
      ],
      deceasedDateTime: "2025-01-01",
      birthDate: "2024-02-03",
    },
    { resourceType: "Patient", id: "none" },
    {
      resourceType: "Patient",
      id: "extended",
      gender: "male",
      ...{ _birthDate: { extension: [{ url: "urn:absent", valueCode: "unknown" }] } },
      identifier: [{ extension: [{ url: "urn:absent", valueCode: "unknown" }] }],
    },
  ];

  test.each([
    ["identifier:of-type=urn:t|MR|446053", ["full"]],
    ["identifier:of-type=urn:t|SS|446053", []],
    ["identifier:text=medical", ["full"]],
    ["identifier:missing=true", ["extended", "none"]],
    ["birthdate:missing=true", ["extended", "none"]],
    ["birthdate:missing=false", ["full"]],
    ["gender:not=male", ["full", "none"]],
    ["gender=http://hl7.org/fhir/administrative-gender|male", ["extended"]],
    ["active=true", ["full"]],
    ["active:not=true", ["extended", "none"]],
    ["deceased=true", ["full"]],
    ["deceased=false", ["extended", "none"]],
    ["phone=01134960001", ["full"]],
    ["telecom=ann@example.org", ["full"]],
    ["email=0113 496 0001", []],
    ["gender:in=urn:vs", []],
  ])("%s", (text, ids) => {
    expect(found("Patient", PATIENTS, text)).toEqual(ids);
  });
});

describe("a string", () => {
  const PEOPLE: readonly Patient[] = [
    { resourceType: "Patient", id: "obrien", name: [{ family: "O'Brien", given: ["Zoë"] }] },
    { resourceType: "Patient", id: "quinones", name: [{ family: "Carreño  Quiñones", given: ["Eve", "Ann"] }] },
    { resourceType: "Patient", id: "severine", name: [{ given: ["Severine"], prefix: ["Miss"], text: "Sev Weiß" }] },
    { resourceType: "Patient", id: "address", address: [{ use: "home", city: "New York", line: ["1 High St"] }] },
  ];

  test.each([
    ["family=obrien", ["obrien"]],
    ["family=O’BRIEN", ["obrien"]],
    ["family=quinones", ["quinones"]],
    ["family=carreno qui", ["quinones"]],
    ["given=eve", ["quinones"]],
    ["given=zoe", ["obrien"]],
    ["given:contains=ve", ["quinones", "severine"]],
    ["given:exact=Eve", ["quinones"]],
    ["given:exact=eve", []],
    ["given:exact=Zoë", ["obrien"]],
    ["name=miss", ["severine"]],
    ["name=weiss", ["severine"]],
    ["name=gt", []],
    ["address=new", ["address"]],
    ["address-city=york", []],
    ["address=home", []],
    ["phonetic=eve", ["quinones"]],
    ["name=zoe,eve", ["obrien", "quinones"]],
    ["name=eve&name=carreno", ["quinones"]],
  ])("%s", (text, ids) => {
    expect(found("Patient", PEOPLE, text)).toEqual(ids);
  });
});

describe("a reference", () => {
  const about = (id: string, reference: string): Observation => observation(id, { subject: { reference } });
  const ABOUT = [
    about("relative", "Patient/p1"),
    about("versioned", "Patient/p1/_history/2"),
    about("absolute", `${BASE}/Patient/p1`),
    about("both", `${BASE}/Patient/p1/_history/3`),
    about("elsewhere", "http://elsewhere/fhir/Patient/p1"),
    about("group", "Group/p1"),
    about("urn", "urn:uuid:7d3ba7d5-2b4e-4a0e-9f3b-0d2f5a1b6c77"),
    about("contained", "#p1"),
    observation("identified", { subject: { type: "Patient", identifier: { system: "urn:mr", value: "1" } } }),
  ];
  const OURS = ["absolute", "both", "relative", "versioned"];

  test.each([
    ["subject=Patient/p1", OURS],
    ["patient=p1", OURS],
    ["patient=Patient/p1", OURS],
    [`subject=${BASE}/Patient/p1`, OURS],
    ["subject:Patient=p1", OURS],
    ["subject:Patient=Patient/p1", OURS],
    ["subject:Group=p1", ["group"]],
    ["subject=p1", [...OURS, "group"]],
    ["subject=Patient/p1/_history/2", ["versioned"]],
    ["subject=Patient/p1/_history/3", ["both"]],
    ["subject=http://elsewhere/fhir/Patient/p1", ["elsewhere"]],
    ["subject=urn:uuid:7d3ba7d5-2b4e-4a0e-9f3b-0d2f5a1b6c77", ["urn"]],
    ["patient=Group/p1", []],
    ["subject:identifier=urn:mr|1", ["identified"]],
    ["subject:identifier=1", ["identified"]],
    ["patient:identifier=urn:mr|2", []],
    ["subject:missing=true", []],
    ["patient:missing=true", ["contained", "group", "urn"]],
    ["encounter:missing=false", []],
  ])("%s", (text, ids) => {
    expect(found("Observation", ABOUT, text)).toEqual([...ids].sort());
  });

  test("to any type is found by the id alone", () => {
    const provenance: Provenance = {
      resourceType: "Provenance",
      id: "it",
      target: [{ reference: "Observation/o1" }],
      recorded: "2026-01-01T00:00:00Z",
      agent: [{ who: { reference: "Organization/x" } }],
    };
    expect(found("Provenance", [provenance], "target=o1")).toEqual(["it"]);
    expect(found("Provenance", [provenance], "target=Observation/o1")).toEqual(["it"]);
    expect(found("Provenance", [provenance], "target=x")).toEqual([]);
    expect(found("Provenance", [provenance], "agent:Organization=x")).toEqual(["it"]);
  });
});

describe("a uri", () => {
  const PROFILE = "http://example.org/fhir/StructureDefinition/weight";
  const RESOURCES = [
    observation("plain", { meta: { profile: [PROFILE], source: "http://source/system#message-1" } }),
    observation("versioned", { meta: { profile: [`${PROFILE}|2.0`], source: "http://source/system" } }),
    observation("longer", { meta: { profile: [`${PROFILE}-more`], source: "http://source/system/more" } }),
    observation("own", { meta: { profile: [`${BASE}/StructureDefinition/weight`], tag: [{ code: "t" }] } }),
  ];

  test.each([
    [`_profile=${PROFILE}`, ["plain", "versioned"]],
    [`_profile=${PROFILE}|2.0`.replace("|", "\\|"), ["versioned"]],
    ["_profile:below=http://example.org/fhir", ["longer", "plain", "versioned"]],
    ["_profile:below=http://example.org/fhir/Structure", []],
    [`_profile:above=${PROFILE}/part`, ["plain"]],
    ["_profile=StructureDefinition/weight", ["own"]],
    ["_profile:missing=false", ["longer", "own", "plain", "versioned"]],
    ["_source=http://source/system", ["plain", "versioned"]],
    ["_source=http://source/system%23message-1", ["plain"]],
    ["_source:below=http://source/system", ["longer", "versioned"]],
    ["_tag=t", ["own"]],
    ["_tag:not=t", ["longer", "plain", "versioned"]],
  ])("%s", (text, ids) => {
    expect(found("Observation", RESOURCES, text)).toEqual(ids);
  });

  test("is the key of a definition, and a canonical leads to any of its versions", () => {
    const definition: StructureDefinition = {
      resourceType: "StructureDefinition",
      id: "it",
      url: PROFILE,
      name: "Weight",
      status: "active",
      kind: "resource",
      abstract: false,
      type: "Observation",
      baseDefinition: "http://hl7.org/fhir/StructureDefinition/Observation|4.0.1",
    };
    for (const text of [
      `url=${PROFILE}`,
      "url:below=http://example.org/fhir",
      "base=http://hl7.org/fhir/StructureDefinition/Observation",
      "abstract=false",
      "name=wei",
    ]) {
      expect(found("StructureDefinition", [definition], text)).toEqual(["it"]);
    }
    expect(found("StructureDefinition", [definition], `url=${PROFILE}/`)).toEqual([]);
  });
});

describe("a composite", () => {
  const pressure = (id: string, systolic: number, diastolic: number): Observation =>
    observation(id, {
      code: { coding: [{ system: "urn:s", code: "bp" }] },
      component: [
        { code: { coding: [{ code: "8480-6" }] }, valueQuantity: { value: systolic } },
        { code: { coding: [{ code: "8462-4" }] }, valueQuantity: { value: diastolic } },
      ],
    });
  const PRESSURES = [
    pressure("low", 80, 50),
    pressure("high", 130, 90),
    observation("eye", {
      code: { coding: [{ code: "eye$colour" }] },
      valueCodeableConcept: { coding: [{ code: "blue" }] },
    }),
    observation("date", { code: { coding: [{ code: "born" }] }, valueDateTime: "2024-02-03" }),
    observation("word", { code: { coding: [{ code: "said" }] }, valueString: "Mama" }),
    quantity("weight", 5, "kg"),
  ];

  test.each([
    ["component-code-value-quantity=8480-6$lt90", ["low"]],
    ["component-code-value-quantity=8480-6$lt60", []],
    ["component-code-value-quantity=8480-6$lt90,8462-4$90", ["high", "low"]],
    ["combo-code-value-quantity=8462-4$50", ["low"]],
    ["code-value-concept=eye\\$colour$blue", ["eye"]],
    ["code-value-concept=eye\\$colour$green", []],
    ["code-value-date=born$2024-02", ["date"]],
    ["code-value-string=said$mam", ["word"]],
    ["code-value-quantity=born$5", []],
    ["combo-value-quantity=50", ["low"]],
    ["combo-code=8480-6", ["high", "low"]],
  ])("%s", (text, ids) => {
    expect(found("Observation", PRESSURES, text)).toEqual(ids);
  });
});

describe("a date", () => {
  const DATES: readonly Resource[] = [
    observation("summer", { effectiveDateTime: "2026-06-26T00:30:00+01:00" }),
    observation("timing", {
      effectiveTiming: { repeat: { boundsPeriod: { start: "2026-01-01", end: "2026-01-31" } } },
    }),
    observation("events", { effectiveTiming: { event: ["2026-03-01", "2026-03-09"] } }),
    observation("ended", { effectivePeriod: { end: "2020-12-31" } }),
    observation("hollow", { effectivePeriod: { extension: [{ url: "urn:x", valueString: "y" }] } }),
  ];

  test.each([
    ["date=2026-06-25T23:30:00Z", ["summer"]],
    ["date=2026-06-26T00:30:00%2B01:00", ["summer"]],
    ["date=2026-06-26T00:30:00+01:00", ["summer"]],
    ["date=2026-06-26", ["summer"]],
    ["date=2026-01", ["timing"]],
    ["date=2026-03", ["events"]],
    ["date=2026-03-01", []],
    ["date=lt1999", ["ended"]],
    ["date=ne2026", ["ended"]],
    ["date:missing=true", ["hollow"]],
    ["date=ge2026-03-05&date=le2026-03-06", ["events"]],
  ])("%s", (text, ids) => {
    expect(found("Observation", DATES, text)).toEqual(ids);
  });

  test("is near by a tenth of its distance from now", () => {
    const now_ms = Date.parse("2026-07-06T09:00:00Z");
    const days = ["2026-06-24", "2026-06-25", "2026-06-26", "2026-06-27", "2026-06-29"];
    const resources = days.map((day) => observation(day, { effectiveDateTime: `${day}T12:00:00Z` }));
    expect(found("Observation", resources, "date=ap2026-06-26", { now_ms })).toEqual([
      "2026-06-25",
      "2026-06-26",
      "2026-06-27",
    ]);
    expect(found("Observation", resources, "date=ap2026-06-26")).toEqual(["2026-06-26"]);
  });
});

test("keys of another release are made again from the body", () => {
  const resource = observation("it", { code: { coding: [{ code: "x" }] } });
  const old = {
    ...packable(resource),
    keys: encodeKeys({ tokens: new Int32Array(0), dates: [], strings: [] }).slice(2),
  };
  expect(toPack([old], BASE).tokens).toEqual(toPack([packable(resource)], BASE).tokens);
});
