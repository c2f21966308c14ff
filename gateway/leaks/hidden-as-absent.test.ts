import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { NHS_NUMBER } from "#profiles/systems.ts";
import { FORM } from "../gateway.fixtures.ts";
import { bundle, consent, observation, READS, WRITES } from "./pair-requests.fixtures.ts";
import { ABSENT, expectSame, idOf, KINDS, NOBODY, openPairHouse, type PairHouse, search } from "./pairs.fixtures.ts";

let house: PairHouse;

beforeAll(async () => {
  house = await openPairHouse();
});

afterAll(() => house[Symbol.asyncDispose]());

describe("a hidden", () => {
  for (const kind of KINDS) {
    const type = kind.split(" ").at(-1) ?? "";

    test.each(["vendor-demo", "gp-demo", "gp-health-demo", "practitioner-demo", "conformance-demo"])(
      `${kind} is read by %s as one that never was`,
      (client) => expectSame(house.started, client, (id) => READS(type, id), [house.hidden[kind], ABSENT]),
      30_000,
    );

    test.each(["vendor-demo", "gp-demo"])(
      `${kind} is written to by %s as one that never was`,
      (client) =>
        expectSame(house.started, client, (id) => WRITES(type, id, house.oscar), [house.hidden[kind], ABSENT]),
      30_000,
    );
  }

  test("Patient is searched by and written about as one that never was", () =>
    expectSame(
      house.started,
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
        {
          method: "POST",
          path: "Consent",
          body: consent(house.oscar, { patient: { reference: `Patient/${id}/_history/1` } }),
        },
      ],
      [house.hidden.Patient, ABSENT],
    ));

  test("number is asked for as nobody's", () =>
    expectSame(
      house.started,
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
          { method: "POST", path: "Consent", body: consent(house.oscar, { patient: subject }) },
          bundle(
            "transaction",
            "POST",
            ["Observation"],
            observation({ subject: { reference: `Patient?identifier=${token}` } }),
          ),
          { method: "DELETE", path: `Patient?identifier=${token}` },
        ];
      },
      [house.strangersNumber, NOBODY],
    ));
});

describe("what differs", () => {
  test("where it is seen, so that the pairs could", async () => {
    const [seen] = await search(house.started, "vendor-demo", `Observation?patient=${house.oscar}`);
    const id = seen ? idOf(seen) : "";
    await expect(
      expectSame(house.started, "vendor-demo", () => READS("Observation", id).slice(0, 1), [id, ABSENT]),
    ).resolves.toBe(undefined);
    await expect(
      expectSame(house.started, "vendor-demo", (name) => READS("Observation", name), [id, ABSENT]),
    ).rejects.toThrow();
  });
});
