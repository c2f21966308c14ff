import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { eyfsProfile } from "#mappers/eyfs-profile/mapper.ts";
import type { Requester } from "../../access/requester.ts";
import { SHARED_ID_SPACE, type Store } from "../../store/store.ts";
import {
  RECEIVED_AT,
  recordsOf,
  sourceOf,
  startLine,
  type TestLine,
  toCsv,
  toProfileRow,
  toTables,
} from "../line.fixtures.ts";
import { MAPPERS, withMappers } from "../mappers.fixtures.ts";
import { mapperOf } from "../mappers.ts";
import { officerOf } from "../officer.fixtures.ts";
import { findLineage, type LineagePorts } from "./lineage.ts";
import type { LineageAnswer } from "./lineage-answer.ts";

let line: TestLine;
beforeEach(() => {
  line = startLine();
});
afterEach(async () => line.close());

const SOURCES = ["eyfs-profile", "community-services-data-set", "sharing-register"] as const;

function portsOf(store: Store): LineagePorts {
  const registered = new Map(SOURCES.map((kind) => [sourceOf(kind).source, sourceOf(kind)]));
  return {
    store,
    mapperOf,
    source: (name) => registered.get(name),
  };
}

const EYFSP = "leeds-eyfsp";
const CSDS = "leeds-csds";

function ask(type: string, id: string, requester = officerOf(EYFSP, CSDS)) {
  return findLineage({ type, id }, requester, portsOf(line.store));
}

async function answerOf(type: string, id: string, requester?: Requester): Promise<LineageAnswer> {
  const found = await ask(type, id, requester);
  if (typeof found === "string") throw new Error(found);
  return found;
}

/** Logical id of the only child, and of its resource whose body holds a text. */
async function idOf(type: string, text = ""): Promise<string> {
  const [record] = await recordsOf(line.store);
  if (record === undefined) throw new Error("no child");
  if (type === "Patient") return record.patientId;
  const found = record.resources.find((one) => one.type === type && one.body.toString().includes(text));
  if (found === undefined) throw new Error(`no ${type} with ${text}`);
  return found.id;
}

async function sendTables(): Promise<void> {
  for (const body of Object.values(toTables())) await line.send("community-services-data-set", body);
}

describe("of an Observation that a row of a file made", () => {
  test("every element names the column and the rule, and the answer the file, the line, the mapping and the decision", async () => {
    const rows = [
      toProfileRow({ FSP_PupilMatchingRef: "P0", FSP_UPN: "", FSP_SURNAME: "Other", FSP_FORENAME: "Bo" }),
      toProfileRow(),
    ];
    const receipt = await line.send("eyfs-profile", toCsv(rows), { fileName: "cohort.csv" });
    expect(receipt.committed).toBe(2);
    const record = (await recordsOf(line.store)).find(({ resources }) =>
      resources.some(({ body }) => body.includes("P1/")),
    );
    const id = record?.resources.find(({ body }) => body.includes("P1/2025/E01"))?.id;
    const answer = await answerOf("Observation", id ?? "");
    const provenance = record?.resources.find((one) => one.type === "Provenance" && one.body.includes(id ?? "?"))?.id;
    expect(answer.origins).toMatchObject([
      {
        source: EYFSP,
        kind: "eyfs-profile",
        told: "source-record",
        records: [
          {
            record: "P1/2025",
            delivery: {
              receipt: receipt.id,
              file: "cohort.csv",
              line: 3,
              receivedAt: new Date(RECEIVED_AT).toISOString(),
            },
            mapping: { made: MAPPERS["eyfs-profile"].version, current: MAPPERS["eyfs-profile"].version },
            provenance: `Provenance/${provenance}`,
          },
        ],
        identity: [{ author: expect.any(String), evidence: expect.any(Array) }],
      },
    ]);
    expect(answer.unexplained).toEqual([]);
    const byElement = new Map(answer.elements.map((element) => [element.element, element]));
    expect(byElement.get("Observation.value.coding[0].code")).toEqual({
      element: "Observation.value.coding[0].code",
      source: EYFSP,
      fields: ["FSP_COM_E01"],
      rule: "",
    });
    expect(byElement.get("Observation.effective.start")?.fields).toEqual(["FSP_ACADYR"]);
    expect(byElement.get("Observation.meta.versionId")?.fields).toEqual([]);
  });

  test("no value of the resource and nothing of the child stands in it", async () => {
    await line.send("eyfs-profile", toCsv([toProfileRow()]));
    for (const [type, text] of [
      ["Observation", "E01"],
      ["Patient", ""],
    ] as const) {
      const text_ = JSON.stringify(await answerOf(type, await idOf(type, text)));
      expect(text_).not.toMatch(/J383399021001|Example|Amina|2020-02-03|LS6|Listening|Expected/);
    }
  });

  test("named by a digest of who the child is, has no name that is told", async () => {
    await line.send("eyfs-profile", toCsv([toProfileRow({ FSP_PupilMatchingRef: "" })]));
    const answer = await answerOf("Observation", await idOf("Observation", "E01"));
    expect(answer.origins[0]?.records[0]).not.toHaveProperty("record");
    expect(JSON.stringify(answer)).not.toMatch(/child-[0-9a-f]{32}/);
  });
});

describe("of an Observation that joined rows made", () => {
  test("the row's own delivery and line are told", async () => {
    await sendTables();
    const answer = await answerOf("Observation", await idOf("Observation", "12.4"));
    const [origin] = answer.origins;
    expect(origin?.records).toMatchObject([{ delivery: { line: 2 } }]);
    expect(origin?.identity).toHaveLength(1);
  });
});

describe("of a record that was made anew later", () => {
  test("a row that waited for its child is told with the file that brought it, not with the one that ended the wait", async () => {
    const { mpi = "", ...others } = toTables();
    for (const [name, body] of Object.entries(others)) {
      await line.send("community-services-data-set", body, { fileName: `${name}.csv` });
    }
    await line.send("community-services-data-set", mpi, { fileName: "mpi.csv" });
    const id = await idOf("Observation", "12.4");
    const [origin] = (await answerOf("Observation", id)).origins;
    expect(origin?.records[0]?.delivery).toMatchObject({ file: "observation.csv", line: 2 });
    const provenance = await line.store.resource("Provenance", origin?.records[0]?.provenance?.split("/")[1] ?? "", "");
    expect(JSON.parse(provenance?.body.toString() ?? "{}").entity[1].what).toMatchObject({
      identifier: { value: origin?.records[0]?.delivery.receipt },
      display: "observation.csv",
    });
  });

  test("by a later mapping it still names the file, with the mapping that made it now", async () => {
    const sent = await line.send("eyfs-profile", toCsv([toProfileRow()]), { fileName: "cohort.csv" });
    const later: typeof eyfsProfile = {
      ...eyfsProfile,
      version: eyfsProfile.version + 1,
      map(record, context) {
        const mapped = eyfsProfile.map(record, context);
        const made = mapped.made.map(({ resource, ...one }) => ({
          ...one,
          resource: resource.resourceType === "Observation" ? { ...resource, method: { text: "now" } } : resource,
        }));
        return { ...mapped, made };
      },
    };
    const changed = { mapperOf: withMappers({ "eyfs-profile": later }) };
    await line.on(line.store, changed).replaySource("eyfs-profile");
    const ports = { ...portsOf(line.store), ...changed };
    const at = { type: "Observation", id: await idOf("Observation", "E01") };
    const answer = await findLineage(at, officerOf(EYFSP), ports);
    if (typeof answer === "string") throw new Error(answer);
    expect(answer.origins[0]?.records[0]).toMatchObject({
      delivery: { receipt: sent.id, file: "cohort.csv", line: 2 },
      mapping: { made: later.version, current: later.version },
    });
    expect(answer.unexplained).toEqual(["Observation.method.text"]);
    const [record] = await recordsOf(line.store);
    const provenance = record?.resources.find(({ type }) => type === "Provenance");
    expect(provenance?.version).toBe(2);
    expect(provenance?.body.toString()).toContain(`mapping eyfs-profile version ${later.version}`);
    expect(provenance?.body.toString()).toContain("cohort.csv");
  });
});

describe("of an Organization", () => {
  test("the sender is told as the register's, another as the record's", async () => {
    await line.send("eyfs-profile", toCsv([toProfileRow()]));
    const keys = await line.store.sharedRecords("Organization", ["leeds"]);
    const records = await Promise.all(keys.map((key) => line.store.record(key)));
    const organizations = records.flatMap((record) => record?.resources ?? []);
    const lineages = await Promise.all(organizations.map(({ id }) => answerOf("Organization", id)));
    const rules = lineages.map(({ elements }) => elements.find(({ element }) => element.endsWith("[0].value")));
    expect(rules.map((one) => one?.rule).some((rule) => rule?.includes("register of sources"))).toBe(true);
    expect(rules.flatMap((one) => one?.fields ?? [])).toContain("FSP_ESTAB");
    expect(lineages.flatMap(({ unexplained }) => unexplained)).toEqual([]);
  });
});

describe("of a Patient of two sources", () => {
  beforeEach(async () => {
    await line.send("eyfs-profile", toCsv([toProfileRow()]));
    await sendTables();
  });

  test("each element names every source that tells what is shown, and what stands behind another is named", async () => {
    expect(await recordsOf(line.store)).toHaveLength(1);
    const answer = await answerOf("Patient", await idOf("Patient"));
    expect(answer.origins.map(({ source }) => source).toSorted()).toEqual([CSDS, EYFSP]);
    expect(answer.unexplained).toEqual([]);
    const tellersOf = (name: string) =>
      answer.elements.filter(({ element }) => element === name).map(({ source, fields }) => [source, fields]);
    expect(tellersOf("Patient.birthDate").toSorted()).toEqual([
      [CSDS, ["CYP001MPI.DateOfBirth"]],
      [EYFSP, ["FSP_DOB"]],
    ]);
    expect(tellersOf("Patient.meta.profile[0]")).toEqual([[undefined, []]]);
    const hidden = answer.origins.flatMap(({ notShown }) => notShown);
    expect(hidden.every((element) => element.startsWith("Patient."))).toBe(true);
    for (const { records } of answer.origins) expect(records.length).toBeGreaterThan(0);
  });

  test("an officer of one is told nothing of the other, not even by what is not shown", async () => {
    const id = await idOf("Patient");
    const answer = await answerOf("Patient", id, officerOf(EYFSP));
    expect(JSON.stringify(answer)).not.toContain("csds");
    expect(answer.origins).toMatchObject([{ source: EYFSP, notShown: [] }]);
  });

  test("an officer of neither finds no child, as of one that never was", async () => {
    const id = await idOf("Patient");
    expect(await ask("Patient", id, officerOf("wirral-eyfsp"))).toBe("not-found");
    expect(await ask("Patient", "00000000-0000-4000-8000-999999999999")).toBe("not-found");
  });
});

describe("whoever may not ask", () => {
  test.each([
    ["an officer of another authority", officerOf("wirral-eyfsp")],
    ["an officer of another source of the authority", officerOf(CSDS)],
    ["a client without any source", officerOf()],
    [
      "an officer of another id space",
      { ...officerOf(EYFSP), agreement: { ...officerOf().agreement, idSpace: "conformance" } },
    ],
  ])("%s finds nothing", async (_name, requester) => {
    await line.send("eyfs-profile", toCsv([toProfileRow()]));
    expect(await ask("Observation", await idOf("Observation", "E01"), requester)).toBe("not-found");
    expect(await ask("Patient", await idOf("Patient"), requester)).toBe("not-found");
    expect(await ask("Provenance", await idOf("Provenance"), requester)).toBe("not-found");
  });
});

test("a resource that its source ended is gone for its officer and was never there for another", async () => {
  await line.send("eyfs-profile", toCsv([toProfileRow()]));
  const id = await idOf("Observation", "E17");
  await line.send("eyfs-profile", toCsv([toProfileRow({ FSP_EXP_E17: "" })]));
  expect(await ask("Observation", id)).toBe("gone");
  expect(await ask("Observation", id, officerOf(CSDS))).toBe("not-found");
});

test("a Provenance is told as written by the gateway, whole", async () => {
  await line.send("eyfs-profile", toCsv([toProfileRow()]));
  const answer = await answerOf("Provenance", await idOf("Provenance"));
  expect(answer.unexplained).toEqual([]);
  expect(answer.origins[0]?.records).toHaveLength(1);
});

test("what a client wrote is told as written, to that client and to nobody else", async () => {
  const key = await line.store.write(async (transaction) => {
    const record = await transaction.createChild("p1", SHARED_ID_SPACE);
    await transaction.put(record, {
      type: "Observation",
      id: "o1",
      version: 1,
      lastUpdated: RECEIVED_AT,
      source: "vendor",
      dataClass: "health-visiting",
      body: Buffer.from('{"resourceType":"Observation","id":"o1"}'),
      keys: "",
      contentHash: "h",
    });
    return record;
  });
  expect(key).toBeDefined();
  const writes = { source: "vendor", updateCreate: false, unknownSubjects: false };
  const writer = { ...officerOf(), agreement: { ...officerOf().agreement, writes } };
  expect(await answerOf("Observation", "o1", writer)).toMatchObject({
    origins: [{ source: "vendor", told: "as-written", records: [] }],
    elements: [{ element: "Observation", source: "vendor", rule: "as written" }],
  });
  expect(await ask("Observation", "o1")).toBe("not-found");
});
