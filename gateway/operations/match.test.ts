import type { Bundle, Patient } from "@medplum/fhirtypes";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { NHS_NUMBER } from "#profiles/systems.ts";
import { FHIR, jsonOf, startTestGateway, type TestGateway } from "../gateway.fixtures.ts";
import { CERTAIN, makePatient, match, matched, postTo, refusal, remarks } from "./identity-operation.fixtures.ts";
import { MATCH_GRADE } from "./match-bundle.ts";

/** Each row of IHE PDQm ITI-119, through the whole gateway, in a space where nothing is matched on writing. */
const CLIENT = "conformance-demo";
const MAIDEN_NAME = "http://hl7.org/fhir/StructureDefinition/patient-mothersMaidenName";

let started: TestGateway;

beforeAll(async () => {
  started = await startTestGateway(0);
});

afterAll(() => started[Symbol.asyncDispose]());

const ODUYA: Partial<Patient> = {
  name: [{ family: "Oduya", given: ["Temperance"] }],
  birthDate: "2022-03-14",
  gender: "female",
  address: [{ line: ["4 Linden Row"], postalCode: "LS6 1CI" }],
};
const BRAITHWAITE: Partial<Patient> = {
  name: [{ family: "Braithwaite", given: ["Cosmo"] }],
  birthDate: "2021-11-02",
  gender: "male",
  address: [{ postalCode: "LS7 2MI" }],
};
const NOBODY: Partial<Patient> = {
  name: [{ family: "Zzyzx", given: ["Quillon"] }],
  birthDate: "2019-01-02",
  gender: "male",
  address: [{ postalCode: "HU9 9OI" }],
};

const NAMED = { resourceType: "Patient", ...NOBODY };
const PARAMETER = { name: "resource", resource: NAMED };
const parameters = (...parameter: unknown[]) => ({ resourceType: "Parameters", parameter });

describe("a match", () => {
  let oduya: string;
  let twice: readonly string[];

  beforeAll(async () => {
    oduya = await makePatient(started, {
      ...ODUYA,
      extension: [{ url: MAIDEN_NAME, valueString: "Featherstonehaugh" }],
    });
    twice = [await makePatient(started, BRAITHWAITE), await makePatient(started, BRAITHWAITE)];
  });

  test("of one record is a searchset of it, with mode, score and one grade", async () => {
    const answer = await match(started, CLIENT, ODUYA);
    expect(answer.status).toBe(200);
    expect(answer.resource).toMatchObject({ resourceType: "Bundle", type: "searchset", total: 1 });
    const [entry, ...others] = answer.resource.entry ?? [];
    expect(others).toEqual([]);
    expect(entry).toMatchObject({
      fullUrl: `${FHIR}/Patient/${oduya}`,
      resource: { resourceType: "Patient", id: oduya },
      search: { mode: "match", extension: [{ url: MATCH_GRADE, valueCode: "certain" }] },
    });
    expect(entry?.search?.score).toBeGreaterThan(0.9);
    expect(entry?.search?.score).toBeLessThanOrEqual(1);
  });

  test("of several records has one entry each, most to least likely", async () => {
    const nearly = await makePatient(started, { ...BRAITHWAITE, name: [{ family: "Braithwait", given: ["Cosmo"] }] });
    const found = matched(await match(started, CLIENT, BRAITHWAITE));
    expect(new Set(found.map(({ id }) => id))).toEqual(new Set([...twice, nearly]));
    expect(found.at(-1)?.id).toBe(nearly);
    const scores = found.map(({ score }) => score);
    expect(scores).toEqual(scores.toSorted((left, right) => right - left));
    await started.ask(CLIENT, `Patient/${nearly}`, { method: "DELETE" });
  });

  test("that is to be certain is the one record that is graded so", async () => {
    expect(matched(await match(started, CLIENT, ODUYA, [CERTAIN]))).toMatchObject([{ id: oduya, grade: "certain" }]);
  });

  test("that is to be certain is empty where the one record is not", async () => {
    const asked = { ...ODUYA, birthDate: "2022-04-13", address: [] };
    const found = matched(await match(started, CLIENT, asked));
    expect(found.filter(({ grade }) => grade === "certain")).toEqual([]);
    const answer = await match(started, CLIENT, asked, [CERTAIN]);
    expect([answer.status, answer.resource.type, answer.resource.entry]).toEqual([200, "searchset", undefined]);
  });

  test("that is to be certain is empty where several records are not known to be one child", async () => {
    const answer = await match(started, CLIENT, BRAITHWAITE, [CERTAIN]);
    expect([answer.status, answer.resource.total, answer.resource.entry]).toEqual([200, 0, undefined]);
  });

  test("with a count has the first of them alone", async () => {
    const all = matched(await match(started, CLIENT, BRAITHWAITE));
    const first = await match(started, CLIENT, BRAITHWAITE, [{ name: "count", valueInteger: 1 }]);
    expect(matched(first)).toEqual(all.slice(0, 1));
    expect(first.resource.total).toBe(1);
  });

  test("of nobody is an empty searchset without an error", async () => {
    const answer = await match(started, CLIENT, NOBODY);
    expect([answer.status, answer.resource.type, answer.resource.total]).toEqual([200, "searchset", 0]);
    expect(remarks(answer).filter((remark) => /^(error|fatal)/.test(remark))).toEqual([]);
  });

  test("of a Patient that is not active says so", async () => {
    const asked = { ...ODUYA, name: [{ family: "Kowalczyk", given: ["Benedykta"] }], birthDate: "2020-02-01" };
    const id = await makePatient(started, { ...asked, active: false });
    const { resource } = await match(started, CLIENT, asked);
    expect(resource.entry?.map(({ resource: found }) => found)).toMatchObject([{ id, active: false }]);
  });

  test("with something of no use in it comes with a warning beside it", async () => {
    const wrongNumber = { system: NHS_NUMBER, value: "0000000000" };
    const answer = await match(started, CLIENT, { ...ODUYA, identifier: [wrongNumber] });
    expect(matched(answer)).toMatchObject([{ id: oduya }]);
    expect(remarks(answer)).toEqual(["warning value"]);
    expect(JSON.stringify(answer.resource.entry?.at(-1))).not.toContain("0000000000");
  });

  test("is the same for a bare Patient as for Parameters, whatever extensions they have", async () => {
    const extension = [{ url: "https://example.org/unknown", valueString: "x" }];
    const bare = matched(await match(started, CLIENT, { ...ODUYA, extension }));
    const wrapped = matched(await match(started, CLIENT, ODUYA, [{ name: "count", valueInteger: 5 }]));
    expect(bare).toEqual(wrapped);
    expect(bare).toHaveLength(1);
  });

  test("tells the mother's maiden name where it is known", async () => {
    const { resource } = await match(started, CLIENT, ODUYA);
    expect(JSON.stringify(resource)).toContain("Featherstonehaugh");
  });

  test("holds nothing but Patients and OperationOutcomes, and none that asks or answers a request", async () => {
    const answers = [await match(started, CLIENT, BRAITHWAITE), await match(started, CLIENT, NOBODY)];
    const entries = answers.flatMap(({ resource }) => resource.entry ?? []);
    expect(entries.filter(({ request, response }) => request ?? response)).toEqual([]);
    const types = new Set(entries.map(({ resource }) => resource?.resourceType));
    expect([...types].filter((type) => type !== "Patient" && type !== "OperationOutcome")).toEqual([]);
  });

  test("is recorded with what was asked for and who was found", async () => {
    await match(started, CLIENT, ODUYA);
    const response = await started.ask(CLIENT, "AuditEvent?_count=20&_sort=-date");
    const { entry = [] } = await jsonOf<Bundle>(response);
    const events = entry.flatMap(({ resource }) => (resource?.resourceType === "AuditEvent" ? [resource] : []));
    // Others who were matched in the same millisecond may stand before it.
    const asked = events.find(({ entity = [] }) => {
      const query = entity.map((one) => queryOf(one.query)).join("");
      return query.includes("Patient/$match") && query.includes("Oduya");
    });
    expect(asked).toMatchObject({ action: "E", outcome: "0", subtype: [{ code: "operation" }] });
    expect(asked?.entity?.map(({ what }) => what?.reference)).toContain(`Patient/${oduya}`);
  });
});

function queryOf(query = ""): string {
  return Buffer.from(query, "base64").toString();
}

describe("what is asked need not be whole", () => {
  test.each<[string, object]>([
    ["a contact without details", { contact: [{ gender: "female" }] }],
    ["a link without a type", { link: [{ other: { reference: "Patient/x" } }] }],
  ])("%s", async (_, part) => {
    const { status } = await postTo(started, CLIENT, "Patient/$match", { ...NAMED, ...part });
    expect(status).toBe(200);
  });
});

describe("is refused, without a Patient in the answer", () => {
  test.each<[string, unknown, string]>([
    ["no JSON", "{", "400 structure"],
    ["no body", "", "400 value"],
    ["another resource", { resourceType: "Organization", name: "x" }, "400 value"],
    ["no Patient in the Parameters", parameters(CERTAIN), "400 value"],
    ["two Patients", parameters(PARAMETER, PARAMETER), "400 value"],
    ["a parameter that is none of the three", parameters(PARAMETER, { name: "limit", valueInteger: 1 }), "400 value"],
    ["onlySingleMatch", parameters(PARAMETER, { name: "onlySingleMatch", valueBoolean: true }), "400 value"],
    ["a count of 0", parameters(PARAMETER, { name: "count", valueInteger: 0 }), "400 value"],
    ["a count in words", parameters(PARAMETER, { name: "count", valueString: "1" }), "400 value"],
    ["onlyCertainMatches as a text", parameters(PARAMETER, { ...CERTAIN, valueBoolean: "true" }), "400 value"],
    ["a modifier extension of the Patient", { ...NAMED, modifierExtension: [{ url: "urn:x" }] }, "400 extension"],
    [
      "a modifier extension deep in the Patient",
      { ...NAMED, contact: [{ name: { family: "x" }, modifierExtension: [{ url: "urn:x", valueCode: "x" }] }] },
      "400 extension",
    ],
    ["a modifier extension of a parameter", parameters({ ...PARAMETER, modifierExtension: [] }), "400 extension"],
    ["implicit rules", { ...parameters(PARAMETER), implicitRules: "urn:x" }, "400 extension"],
    ["implicit rules of the Patient", { ...NAMED, implicitRules: "urn:x" }, "400 extension"],
    ["an element that R4 does not have", { ...NAMED, nickname: "x" }, "400 structure"],
    ["nothing to know a child by", { resourceType: "Patient", gender: "female" }, "400 value"],
    ["a birth date in the future", { ...NAMED, birthDate: "2199-01-01" }, "400 value"],
    ["a name of 10,000 characters", { ...NAMED, name: [{ family: "x".repeat(10_000) }] }, "400 value"],
    ["a thousand names", { ...NAMED, name: Array.from({ length: 1_000 }, () => ({ family: "x" })) }, "400 value"],
  ])("%s", async (_, body, expected) => {
    const answer = await postTo(started, CLIENT, "Patient/$match", body);
    expect(refusal(answer)).toBe(expected);
    expect(JSON.stringify(answer.resource)).not.toMatch(/Zzyzx|"Patient"/);
  });

  test.each([
    ["XML in", { headers: { "Content-Type": "application/fhir+xml" } }, 415],
    ["XML out", { headers: { "Content-Type": "application/fhir+json", Accept: "application/fhir+xml" } }, 406],
  ])("%s", async (_, init, status) => {
    const response = await started.ask(CLIENT, "Patient/$match", { ...init, method: "POST", body: "{}" });
    expect(response.status).toBe(status);
  });

  test("a parameter in the URL", async () => {
    expect(refusal(await postTo(started, CLIENT, "Patient/$match?family=x", NAMED))).toBe("400 value");
  });

  test("a token that may read and not search", async () => {
    const answer = await postTo(started, CLIENT, "Patient/$match", NAMED, "system/Patient.r");
    expect(refusal(answer)).toBe("403 forbidden");
  });
});

describe("little to go by is never a wrong certainty", () => {
  const LONE: Partial<Patient> = {
    name: [{ family: "Adebayo-Smythe", given: ["Ottoline"] }],
    birthDate: "2023-06-07",
    gender: "female",
    address: [{ postalCode: "LS8 3KO" }],
  };
  beforeAll(async () => {
    await makePatient(started, LONE);
  });

  test.each<[string, Partial<Patient>]>([
    ["no name", { birthDate: LONE.birthDate ?? "", address: LONE.address ?? [] }],
    ["a birth date alone", { birthDate: LONE.birthDate ?? "" }],
    ["a year alone", { birthDate: "2023" }],
    ["a family name alone", { name: [{ family: "Adebayo-Smythe" }] }],
    ["a postcode alone", { address: LONE.address ?? [] }],
    ["a word that stands for no name", { ...LONE, name: [{ given: ["Baby"], family: "Adebayo-Smythe" }] }],
    ["a telephone number alone", { telecom: [{ system: "phone", value: "01632 960001" }] }],
    ["an identifier of nobody", { identifier: [{ system: "https://example.org/x", value: "1" }] }],
    ["right-to-left marks alone", { name: [{ family: "\u202e\u200f" }] }],
  ])("%s", async (_, asked) => {
    const answer = await match(started, CLIENT, asked);
    expect(answer.status).toBe(200);
    expect(matched(answer).filter(({ grade }) => grade === "certain")).toEqual([]);
    expect(matched(await match(started, CLIENT, asked, [CERTAIN]))).toEqual([]);
  });

  test("what leads to nobody says that it is too little", async () => {
    expect(remarks(await match(started, CLIENT, { gender: "male", birthDate: "2023" }))).toEqual([
      "warning value",
      "warning business-rule",
    ]);
  });
});

test("an entry of a batch is answered like a request of its own", async () => {
  const id = await makePatient(started, { ...ODUYA, birthDate: "2019-05-06" });
  const asked = { resourceType: "Patient", ...ODUYA, birthDate: "2019-05-06" };
  const entry = [{ request: { method: "POST", url: "Patient/$match" }, resource: asked }];
  const { resource } = await postTo<Bundle>(started, CLIENT, "", { resourceType: "Bundle", type: "batch", entry });
  const [answered] = resource.entry ?? [];
  expect(answered?.response?.status).toMatch(/^200/);
  expect(answered?.resource?.resourceType === "Bundle" && answered.resource.entry?.[0]?.resource?.id).toBe(id);
});
