import type { Bundle, BundleEntry } from "@medplum/fhirtypes";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { validateBase } from "#profiles/generated/validators.ts";
import { DATA_CLASS, UPN } from "#profiles/systems.ts";
import type { Requester } from "../access/requester.ts";
import { type InteractionRequest, type Result, wholeBody } from "./answer.ts";
import { createHistoryInstance } from "./history-instance.ts";
import { createHistorySystem } from "./history-system.ts";
import { createHistoryType } from "./history-type.ts";
import {
  asked,
  CONFORMANCE,
  consent,
  FHIR,
  GP,
  HEALTH,
  type House,
  OFFICER,
  observation,
  openHouse,
  provenance,
  STRANGER,
  VENDOR,
} from "./read.fixtures.ts";

let house: House;
beforeEach(async () => {
  house = await openHouse();
});
afterEach(() => house.close());

const CSDS = { source: "leeds-csds" };
const EYFSP = { source: "leeds-eyfsp" };
const SHARING = { source: "leeds-sharing" };
const WRITTEN = { source: "leeds-vendor" };
const OWN = { source: "conformance-client", idSpace: "conformance" };
const NAMED = { name: [{ family: "Okafor" }] };

function ask(who: Requester, path: string, more: Partial<InteractionRequest> = {}): Promise<Result> {
  const [address = "", query = ""] = path.split("?");
  const [type, id] = address.split("/");
  const request = asked(who, "history-system", { parameters: new URLSearchParams(query), ...more });
  const ports = house.ports();
  if (address === "_history") return createHistorySystem(ports)(request);
  if (type !== "Patient" && type !== "Observation" && type !== "Organization" && type !== "Consent") {
    throw new Error(`not a type of these cases: ${type}`);
  }
  if (id === "_history" || id === undefined) {
    return createHistoryType(ports)({ ...request, interaction: "history-type", type });
  }
  return createHistoryInstance(ports)({ ...request, interaction: "history-instance", type, id });
}

function kindOf(result: Result): string {
  return result.ok ? String(result.answer.status) : result.issues.map(({ kind }) => kind).join(" ");
}

async function history(who: Requester, path: string): Promise<Bundle> {
  const result = await ask(who, path);
  if (!result.ok) throw new Error(kindOf(result));
  return JSON.parse(wholeBody(result.answer.body).toString());
}

/** `PUT Observation/o 2`, newest first. */
function told({ entry = [] }: Bundle): readonly string[] {
  return entry.map(({ request, response, fullUrl }) => {
    const version = /"(.*)"/.exec(response?.etag ?? "")?.[1];
    return `${request?.method} ${fullUrl?.slice(FHIR.length + 1)} ${version}`;
  });
}

function statuses({ entry = [] }: Bundle): readonly (string | undefined)[] {
  return entry.map(({ response }) => response?.status);
}

/** Created, changed, deleted, made anew; one second apart. */
async function story(id = "o") {
  const key = await house.child("p-1");
  await house.tell(key, NAMED, CSDS);
  await house.put(key, observation(id, "p-1"), CSDS);
  await house.put(key, observation(id, "p-1", { status: "amended" }), { ...CSDS, version: 2, at: 2_000 });
  await house.end(`Observation/${id}`, 3_000);
  await house.put(key, observation(id, "p-1"), { ...CSDS, version: 4, at: 4_000 });
  return key;
}

const SERVER_ID = "7d0c2c1c-5f0e-4a2f-9c61-0a5d2b1f1a11";

describe("the history of one resource", () => {
  test("tells creation, change and end, newest first, in a Bundle that is valid", async () => {
    await story(SERVER_ID);
    const bundle = await history(GP, `Observation/${SERVER_ID}/_history`);
    const o = `Observation/${SERVER_ID}`;
    expect(told(bundle)).toEqual([`PUT ${o} 4`, `DELETE ${o} 3`, `PUT ${o} 2`, `POST ${o} 1`]);
    expect(statuses(bundle)).toEqual(["201 Created", "204 No Content", "200 OK", "201 Created"]);
    expect(bundle).toMatchObject({
      type: "history",
      total: 4,
      link: [{ relation: "self", url: `${FHIR}/Observation/${SERVER_ID}/_history` }],
    });
    const [newest, end]: readonly BundleEntry[] = bundle.entry ?? [];
    expect(newest?.response?.lastModified).toBe("1970-01-01T00:00:04.000Z");
    expect(newest?.resource).toMatchObject({ meta: { versionId: "4" } });
    expect(end).not.toHaveProperty("resource");
    expect(end?.request).toEqual({ method: "DELETE", url: o });
    expect(validateBase(bundle)).toEqual([]);
  });

  test("begins with an update where the client chose the id", async () => {
    await story("chosen");
    const bundle = await history(GP, "Observation/chosen/_history");
    expect(told(bundle).at(-1)).toBe("PUT Observation/chosen 1");
    expect(statuses(bundle).at(-1)).toBe("201 Created");
  });

  test.each([
    ["a stranger", STRANGER, "Observation/o/_history", "not-found"],
    ["another id space", CONFORMANCE, "Observation/o/_history", "not-found"],
    ["what nobody has", GP, "Observation/none/_history", "not-found"],
    ["what is no id", GP, "Observation/a_b/_history", "invalid-id"],
    ["what stays, though it was deleted", GP, "Observation/o/_history", "200"],
  ])("of %s", async (_, who, path, kind) => {
    await story();
    await house.end("Observation/o", 5_000);
    expect(kindOf(await ask(who, path))).toBe(kind);
  });

  test.each([
    ["_since=1970-01-01T00:00:03Z", [4, 3]],
    ["_since=1970-01-01T00:00:03.001Z", [4]],
    ["_since=2026-01-01", []],
    ["_at=1970-01-01T00:00:02.500Z", [2]],
    ["_at=1970-01-01T00:00:03.500Z", []],
    ["_at=1970-01-01T00:00:04Z", [4]],
    ["_at=1970", [4, 2, 1]],
    ["_at=1970-01-01T00:00:02Z&_since=1970-01-01T00:00:01%2B00:00", [2]],
    ["_at=1970-01-01T01:00:02.500+01:00", [2]],
    ["_count=0", []],
  ])("with %s has the versions %j", async (query, versions) => {
    await story();
    const bundle = await history(GP, `Observation/o/_history?${query}`);
    expect(told(bundle).map((line) => Number(line.split(" ")[2]))).toEqual(versions);
    expect(bundle.total).toBe(query === "_count=0" ? 4 : versions.length);
  });

  test.each([
    ["_count=x", "bad-parameter-value"],
    ["_since=yesterday", "bad-parameter-value"],
    ["_at=13:00", "bad-parameter-value"],
    ["_count=1&_count=2", "repeated-parameter"],
    ["_since=2026&_since=2027", "repeated-parameter"],
    ["_sort=_lastUpdated", "unknown-parameter"],
    ["_list=1", "unknown-parameter"],
    ["_page=made-up", "stale-page"],
  ])("refuses %s", async (query, kind) => {
    await story();
    expect(kindOf(await ask(GP, `Observation/o/_history?${query}`))).toBe(kind);
  });

  test("ignores what it does not know only when asked to, and says so in its self link", async () => {
    await story();
    const preference = { handling: "lenient", return: "representation" } as const;
    const result = await ask(GP, "Observation/o/_history?_sort=x&_count=5000000000", { preference });
    if (!result.ok) throw new Error(kindOf(result));
    const bundle: Bundle = JSON.parse(wholeBody(result.answer.body).toString());
    expect(bundle.link?.[0]?.url).toBe(`${FHIR}/Observation/o/_history?_count=100`);
  });

  test("comes in parts where parts are asked for", async () => {
    await story();
    const bundle = await history(GP, "Observation/o/_history?_elements=status");
    expect(bundle.entry?.[0]?.resource).not.toHaveProperty("subject");
    expect(bundle.entry?.[0]?.resource?.meta?.tag).toMatchObject([{ code: "SUBSETTED" }]);
  });
});

/** Follows next links to the end; does `meanwhile` before the second page. */
async function walk(who: Requester, path: string, meanwhile = async () => {}): Promise<readonly string[][]> {
  const pages: string[][] = [];
  for (let next: string | undefined = path; next !== undefined; ) {
    const bundle: Bundle = await history(who, next);
    pages.push([...told(bundle)]);
    next = bundle.link?.find(({ relation }) => relation === "next")?.url?.slice(FHIR.length + 1);
    if (pages.length === 1) await meanwhile();
  }
  return pages;
}

describe("pages", () => {
  test("hold every version once, also when something is written on the way", async () => {
    const key = await story();
    const pages = await walk(GP, "Observation/o/_history?_count=1", () =>
      house.put(key, observation("o", "p-1"), { ...CSDS, version: 5, at: 5_000 }),
    );
    const lines = ["PUT Observation/o 4", "DELETE Observation/o 3", "PUT Observation/o 2", "PUT Observation/o 1"];
    expect(pages).toEqual(lines.map((line) => [line]));
  });

  test("of what changed in one millisecond, in any number of records, too", async () => {
    for (const n of [1, 2, 3]) {
      const key = await house.child(`p-${n}`);
      await house.tell(key, NAMED, CSDS);
      await house.put(key, observation(`b-${n}`, `p-${n}`), CSDS);
      await house.put(key, observation(`a-${n}`, `p-${n}`), CSDS);
      await house.put(key, observation(`a-${n}`, `p-${n}`, { status: "amended" }), { ...CSDS, version: 2 });
    }
    const whole = told(await history(GP, "_history?_count=100"));
    expect(whole).toHaveLength(12);
    expect((await walk(GP, "_history?_count=5")).map((page) => page.length)).toEqual([5, 5, 2]);
    expect((await walk(GP, "_history?_count=5")).flat()).toEqual(whole);
  });

  test("are of no use to another client, at another address, or later", async () => {
    await story();
    const next = (await history(GP, "Observation/o/_history?_count=1")).link?.[1]?.url.split("?")[1];
    expect(kindOf(await ask(GP, `Observation/o/_history?${next}`))).toBe("200");
    expect(kindOf(await ask(OFFICER, `Observation/o/_history?${next}`))).toBe("stale-page");
    expect(kindOf(await ask(GP, `Observation/_history?${next}`))).toBe("stale-page");
    const now_ms = Date.parse("2026-09-16T12:00:00Z");
    expect(kindOf(await ask(GP, `Observation/o/_history?${next}`, { now_ms }))).toBe("stale-page");
  });
});

describe("the history of a type and of all", () => {
  async function everything() {
    await story();
    const organizations = await house.shared("Organization", CSDS);
    await house.put(organizations, { resourceType: "Organization", id: "g", name: "a clinic" }, { ...CSDS, at: 1_500 });
    const loose = await house.shared("Observation", WRITTEN);
    await house.put(loose, observation("loose", "nobody"), { ...WRITTEN, at: 1_700 });
  }

  test("holds the versions of that type, or of every type, that the requester may see", async () => {
    await everything();
    expect(told(await history(GP, "Organization/_history"))).toEqual(["PUT Organization/g 1"]);
    expect(told(await history(GP, "Observation/_history"))).toHaveLength(4);
    expect(told(await history(VENDOR, "Observation/_history"))).toContain("PUT Observation/loose 1");
    const all = told(await history(GP, "_history")).map((line) => line.split(" ")[1]?.split("/")[0]);
    expect(all).toEqual(["Observation", "Observation", "Observation", "Organization", "Observation", "Patient"]);
    expect(told(await history(STRANGER, "Observation/_history"))).toEqual([]);
    expect(told(await history(CONFORMANCE, "_history"))).toEqual([]);
  });

  test("of all is of the types that the token reaches", async () => {
    await everything();
    const scopes = [{ context: "system", type: "Patient", interactions: "r" } as const];
    const bundle = await history({ ...GP, scopes }, "_history");
    expect(bundle.entry?.map(({ resource }) => resource?.resourceType)).toEqual(["Patient"]);
  });

  test("is recorded with all that it released", async () => {
    await everything();
    await history(GP, "_history?_count=2");
    expect(house.recorded.at(-1)).toMatchObject({
      interaction: "history-system",
      outcome: "success",
      disclosures: [{ patient: "p-1", released: ["Observation/o/4", "Observation/o/3"] }],
      query: "_history?_count=2",
    });
  });
});

describe("the history of a Patient", () => {
  test("has a version for each form that was released, one that comes back included, and its end", async () => {
    const key = await house.child("p-1", "conformance");
    for (const [index, gender] of ["female", "male", "female"].entries()) {
      await house.tell(key, { ...NAMED, gender }, { ...OWN, at: 1_000 * (index + 1) });
    }
    await house.retract(key, { ...OWN, at: 4_000 });
    await house.tell(key, NAMED, { ...OWN, at: 5_000 });
    const bundle = await history(CONFORMANCE, "Patient/p-1/_history");
    expect(told(bundle).map((line) => line.split(" ")[0])).toEqual(["PUT", "DELETE", "PUT", "PUT", "PUT"]);
    expect(new Set(told(bundle)).size).toBe(5);
    const genders = bundle.entry?.map(({ resource }) => resource && "gender" in resource && resource.gender);
    expect(genders).toEqual([false, undefined, "female", "male", "female"]);
    expect(validateBase(bundle)).toEqual([]);
  });

  test("goes on when nobody says anything of the child any more, also among all others", async () => {
    const key = await house.child("p-1", "conformance");
    await house.tell(key, NAMED, OWN);
    await house.retract(key, { ...OWN, at: 4_000 });
    for (const path of ["Patient/p-1/_history", "Patient/_history", "_history"]) {
      const methods = told(await history(CONFORMANCE, path)).map((line) => line.split(" ")[0]);
      expect(methods).toEqual(["DELETE", "PUT"]);
    }
  });

  test("tells changes of one millisecond apart", async () => {
    const key = await house.child("p-1", "conformance");
    for (const gender of ["female", "male", "other"]) await house.tell(key, { ...NAMED, gender }, OWN);
    const bundle = await history(CONFORMANCE, "Patient/p-1/_history");
    expect(bundle.entry?.map(({ resource }) => resource && "gender" in resource && resource.gender)).toEqual([
      "other",
      "male",
      "female",
    ]);
    expect(new Set(told(bundle)).size).toBe(3);
  });
});

describe("a resource that is hidden now", () => {
  test("is hidden in every version, and so is its end", async () => {
    const key = await story();
    await house.put(key, observation("school", "p-1"), { ...EYFSP, at: 4_500 });
    await house.put(key, provenance("v", "Observation/o"), { ...CSDS, at: 5_000 });
    const name = "Provenance/v 1";
    expect(told(await history(HEALTH, "_history"))[0]).toContain(name);
    await house.put(key, provenance("v", "Observation/school"), { ...CSDS, version: 2, at: 6_000 });
    expect(told(await history(HEALTH, "_history")).join()).not.toContain("Provenance");
    expect(told(await history(GP, "_history"))[0]).toContain("Provenance/v 2");
    await house.end("Provenance/v", 7_000);
    expect(told(await history(HEALTH, "_history")).join()).not.toContain("Provenance");
    expect(told(await history(GP, "_history"))[0]).toBe("DELETE Provenance/v 3");
  });
});

describe("what happens to something hidden leaves the history alone", () => {
  const denies = { provision: { type: "deny", class: [{ system: DATA_CLASS, code: "sharing" }] } };
  const changes: readonly (readonly [string, (key: number) => Promise<void>])[] = [
    ["a hidden source tells of the child", (key) => house.tell(key, { gender: "male" }, { ...EYFSP, at: 6_000 })],
    [
      "a hidden source takes back what it told",
      async (key) => {
        await house.tell(key, { gender: "male" }, { ...EYFSP, at: 6_000 });
        await house.retract(key, { ...EYFSP, at: 7_000 });
      },
    ],
    [
      "a seen source tells what is not shown",
      (key) => house.tell(key, { ...NAMED, identifier: [{ system: UPN, value: "1" }] }, { ...CSDS, at: 6_000 }),
    ],
    ["hidden data come", (key) => house.put(key, observation("school", "p-1"), { ...EYFSP, at: 6_000 })],
    [
      "hidden data change and go",
      async (key) => {
        await house.put(key, observation("school", "p-1"), { ...EYFSP, at: 6_000 });
        await house.put(key, observation("school", "p-1"), { ...EYFSP, version: 2, at: 7_000 });
        await house.end("Observation/school", 8_000);
      },
    ],
    ["a decision is taken", (key) => house.put(key, consent("c", "p-1", denies), { ...SHARING, at: 6_000 })],
    [
      "a Provenance names what is hidden",
      async (key) => {
        await house.put(key, observation("school", "p-1"), { ...EYFSP, at: 6_000 });
        await house.put(key, provenance("v", "Observation/school", "Observation/o", "Patient/p-1"), {
          ...CSDS,
          at: 6_000,
        });
        await house.end("Provenance/v", 7_000);
      },
    ],
    [
      "hidden data are objected to",
      (key) =>
        house.put(
          key,
          consent("c", "p-1", { provision: { type: "deny", class: [{ system: DATA_CLASS, code: "education" }] } }),
          { ...SHARING, at: 6_000 },
        ),
    ],
  ];

  test.each(changes)("when %s", async (_, change) => {
    const key = await story();
    const look = async () => {
      const bundles = [
        await history(HEALTH, "_history"),
        await history(HEALTH, "Patient/p-1/_history"),
        await history(HEALTH, "Observation/_history?_since=1970-01-01"),
      ];
      return bundles.map(({ entry, total }) => ({ entry, total }));
    };
    const before = await look();
    await change(key);
    expect(await look()).toEqual(before);
    // The change did happen: those who may see it do.
    expect((await history(OFFICER, "_history")).total).toBeGreaterThan(before[0]?.total ?? 0);
  });
});
