import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Requester } from "../access/requester.ts";
import { type InteractionRequest, type Result, wholeBody } from "./answer.ts";
import {
  asked,
  CONFORMANCE,
  consent,
  GP,
  HEALTH,
  type House,
  OFFICER,
  observation,
  openHouse,
  STRANGER,
} from "./read.fixtures.ts";
import { createRead } from "./read.ts";
import { SUBSETTED_TAG } from "./shape.ts";
import { createVread } from "./vread.ts";

let house: House;
beforeEach(async () => {
  house = await openHouse();
});
afterEach(() => house.close());

const CSDS = { source: "leeds-csds" };
const EYFSP = { source: "leeds-eyfsp" };
const OWN = { source: "conformance-client", idSpace: "conformance" };
const NAMED = { name: [{ family: "Okafor" }] };

type More = Partial<InteractionRequest>;

function read(who: Requester, name: string, more: More = {}): Promise<Result> {
  return createRead(house.ports())({ ...asked(who, "read", more), ...typeAndId(name) });
}

function vread(who: Requester, name: string, versionId: string, more: More = {}): Promise<Result> {
  return createVread(house.ports())({ ...asked(who, "vread", more), ...typeAndId(name), versionId });
}

function typeAndId(name: string): Pick<InteractionRequest, "type" | "id"> {
  const [type, id = ""] = name.split("/");
  if (type === "Patient" || type === "Observation" || type === "Consent") return { type, id };
  if (type === "AuditEvent" || type === "ValueSet" || type === "Provenance") return { type, id };
  throw new Error(`not a type of these cases: ${type}`);
}

/** `200`, or the kinds of the issues. */
function kindOf(result: Result): string {
  return result.ok ? String(result.answer.status) : result.issues.map(({ kind }) => kind).join(" ");
}

function bodyOf(result: Result) {
  if (!result.ok) throw new Error(kindOf(result));
  return JSON.parse(wholeBody(result.answer.body).toString());
}

function headersOf(result: Result): Readonly<Record<string, string>> {
  if (!result.ok) throw new Error(kindOf(result));
  return result.answer.headers;
}

async function amara() {
  const key = await house.child("p-1");
  await house.tell(key, NAMED, CSDS);
  await house.put(key, observation("health", "p-1"), { ...CSDS, at: 1_500 });
  await house.put(key, observation("school", "p-1"), EYFSP);
  await house.put(key, consent("c", "p-1"), CSDS);
  return key;
}

describe("read answers", () => {
  test.each([
    ["what is seen", GP, "Observation/school", "200"],
    ["a Patient", GP, "Patient/p-1", "200"],
    ["what is hidden", HEALTH, "Observation/school", "not-found"],
    ["what nobody has", HEALTH, "Observation/none", "not-found"],
    ["a stranger's child", STRANGER, "Patient/p-1", "not-found"],
    ["a decision of the family", GP, "Consent/c", "not-found"],
    ["an id of another space", CONFORMANCE, "Patient/p-1", "not-found"],
    ["an id of another type", GP, "Consent/health", "not-found"],
    ["what is no id", GP, "Observation/a_b", "invalid-id"],
    ["an AuditEvent that is not there", OFFICER, "AuditEvent/none", "not-found"],
    ["an artefact that is not there", GP, "ValueSet/none", "not-found"],
  ])("%s", async (_, who, name, kind) => {
    await amara();
    expect(kindOf(await read(who, name))).toBe(kind);
  });

  test("with version and time in headers, which are those of the body", async () => {
    await amara();
    const result = await read(GP, "Observation/health");
    expect(bodyOf(result).meta).toMatchObject({ versionId: "1", lastUpdated: "1970-01-01T00:00:01.500Z" });
    expect(headersOf(result)).toEqual({ ETag: 'W/"1"', "Last-Modified": "Thu, 01 Jan 1970 00:00:01 GMT" });
  });

  test("an artefact and an AuditEvent as its port gives it", async () => {
    const body = Buffer.from(
      '{"resourceType":"AuditEvent","id":"a","meta":{"versionId":"1","lastUpdated":"1970-01-01T00:00:02.000Z"}}',
    );
    const readAny = createRead({
      ...house.ports(),
      auditEvent: async (id) => (id === "a" ? body : undefined),
      canonical: () => ({ body, versionId: "v", lastUpdated_ms: 3_000 }),
    });
    const event = await readAny({ ...asked(OFFICER, "read"), type: "AuditEvent", id: "a" });
    expect(headersOf(event)).toEqual({ ETag: 'W/"1"', "Last-Modified": "Thu, 01 Jan 1970 00:00:02 GMT" });
    const artefact = await readAny({ ...asked(GP, "read"), type: "ValueSet", id: "a" });
    expect(headersOf(artefact)).toEqual({ ETag: 'W/"v"', "Last-Modified": "Thu, 01 Jan 1970 00:00:03 GMT" });
  });

  test("410 for what was deleted to whom it was seen, and 404 to others", async () => {
    const key = await amara();
    await house.end("Observation/school", 2_000);
    expect(kindOf(await read(GP, "Observation/school"))).toBe("gone");
    expect(kindOf(await read(HEALTH, "Observation/school"))).toBe("not-found");
    expect(kindOf(await read(STRANGER, "Observation/school"))).toBe("not-found");
    await house.retract(key, { ...CSDS, at: 2_000 });
    expect(kindOf(await read(GP, "Patient/p-1"))).toBe("gone");
    expect(kindOf(await read(STRANGER, "Patient/p-1"))).toBe("not-found");
  });

  test("410 for a child of whom nothing at all is left", async () => {
    const key = await house.child("p-2", "conformance");
    await house.tell(key, NAMED, OWN);
    await house.put(key, observation("o", "p-2"), OWN);
    await house.retract(key, { ...OWN, at: 2_000 });
    await house.end("Observation/o", 2_000, "conformance");
    expect(kindOf(await read(CONFORMANCE, "Patient/p-2"))).toBe("gone");
    expect(kindOf(await read(CONFORMANCE, "Observation/o"))).toBe("gone");
    expect(kindOf(await read(OFFICER, "Patient/p-2"))).toBe("not-found");
  });
});

describe("a conditional read", () => {
  test.each([
    ["the version it names is the current one", { ifNoneMatch: 'W/"1"' }, "304"],
    ["one of the versions it names is", { ifNoneMatch: 'W/"7", "1"' }, "304"],
    ["any version will do", { ifNoneMatch: "*" }, "304"],
    ["another version is named", { ifNoneMatch: 'W/"2"' }, "200"],
    ["the header names nothing", { ifNoneMatch: "1" }, "200"],
    ["nothing changed since, to the second", { ifModifiedSince: "Thu, 01 Jan 1970 00:00:01 GMT" }, "304"],
    ["it changed since", { ifModifiedSince: "Thu, 01 Jan 1970 00:00:00 GMT" }, "200"],
    ["the date is not one of HTTP", { ifModifiedSince: "2030-01-01" }, "200"],
    [
      "the version differs, whatever the date",
      { ifNoneMatch: 'W/"2"', ifModifiedSince: "Fri, 01 Jan 2027 00:00:00 GMT" },
      "200",
    ],
  ])("where %s", async (_, preconditions, status) => {
    await amara();
    const result = await read(GP, "Observation/health", { preconditions });
    expect(kindOf(result)).toBe(status);
    expect(headersOf(result).ETag).toBe('W/"1"');
    expect(result.ok && wholeBody(result.answer.body).length === 0).toBe(status === "304");
  });
});

describe("vread answers", () => {
  test("each version with its own version and time, the end with 410 and others with 404", async () => {
    const key = await amara();
    await house.put(key, observation("health", "p-1", { status: "amended" }), { ...CSDS, version: 2, at: 2_000 });
    await house.end("Observation/health", 3_000);
    const first = await vread(GP, "Observation/health", "1");
    expect(bodyOf(first)).toMatchObject({ status: "final", meta: { versionId: "1" } });
    expect(headersOf(first)).toEqual({ ETag: 'W/"1"', "Last-Modified": "Thu, 01 Jan 1970 00:00:01 GMT" });
    expect(bodyOf(await vread(GP, "Observation/health", "2")).status).toBe("amended");
    expect(kindOf(await vread(GP, "Observation/health", "3"))).toBe("gone");
    for (const version of ["4", "999999", "abc", ""]) {
      expect(await vread(GP, "Observation/health", version)).toMatchObject({
        issues: [{ kind: "not-found", isVersion: true }],
      });
    }
  });

  test("nothing of what is hidden, in any version", async () => {
    const key = await amara();
    await house.put(key, observation("school", "p-1", { status: "amended" }), { ...EYFSP, version: 2, at: 2_000 });
    await house.end("Observation/school", 3_000);
    for (const version of ["1", "2", "3"]) {
      expect(kindOf(await vread(HEALTH, "Observation/school", version))).toBe("not-found");
    }
  });

  test("the version of a Patient that a read gave, also when the Patient has changed since", async () => {
    const key = await amara();
    const before = bodyOf(await read(GP, "Patient/p-1"));
    await house.tell(key, { ...NAMED, gender: "female" }, { ...EYFSP, at: 2_000 });
    const after = bodyOf(await read(GP, "Patient/p-1"));
    expect(after.meta.versionId).not.toBe(before.meta.versionId);
    expect(bodyOf(await vread(GP, "Patient/p-1", before.meta.versionId))).toEqual(before);
    expect(bodyOf(await vread(GP, "Patient/p-1", after.meta.versionId))).toEqual(after);
    // To who does not see the school, nothing happened; and its version is nobody else's to ask for.
    expect(bodyOf(await read(HEALTH, "Patient/p-1"))).toEqual(before);
    expect(kindOf(await vread(HEALTH, "Patient/p-1", after.meta.versionId))).toBe("not-found");
  });
});

describe("part of a resource", () => {
  test("is what read and vread give when asked", async () => {
    await amara();
    const parameters = new URLSearchParams({ _elements: "code" });
    for (const result of [
      await read(GP, "Observation/health", { parameters }),
      await vread(GP, "Observation/health", "1", { parameters }),
    ]) {
      const { meta, ...rest } = bodyOf(result);
      expect(meta.tag).toEqual([SUBSETTED_TAG]);
      expect(Object.keys(rest).sort()).toEqual(["code", "id", "resourceType", "status"]);
    }
  });

  test("that is not understood is refused", async () => {
    await amara();
    const result = await read(GP, "Observation/health", { parameters: new URLSearchParams({ _summary: "some" }) });
    expect(kindOf(result)).toBe("bad-parameter-value");
  });
});

describe("the audit log", () => {
  test("says who was given what, and leaves to whoever refuses what is hidden or not there", async () => {
    await amara();
    await read(GP, "Observation/school");
    await read(HEALTH, "Observation/school");
    await read(HEALTH, "Observation/none");
    await read(GP, "Patient/p-1", { preconditions: { ifNoneMatch: "*" } });
    const [seen, known] = house.recorded;
    expect(seen).toMatchObject({
      interaction: "read",
      outcome: "success",
      client: "gp-demo",
      agreement: "gp/1",
      legalBasis: "6(1)(e) 9(2)(h) implied-direct-care",
      disclosures: [{ patient: "p-1", released: ["Observation/school/1"] }],
      answer: expect.any(Buffer),
    });
    const nothing = [{ patient: "p-1", released: [] }];
    expect(known).toMatchObject({ outcome: "success", disclosures: nothing, detail: "not-modified" });
    expect(known).not.toHaveProperty("answer");
  });

  test("that cannot be written leaves the question unanswered", async () => {
    await amara();
    const audit = { ...house.audit, append: () => Promise.reject(new Error("disk full")) };
    const failing = createRead({ ...house.ports(), audit });
    expect(kindOf(await failing({ ...asked(GP, "read"), type: "Patient", id: "p-1" }))).toBe("unavailable");
  });
});
