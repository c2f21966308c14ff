import { readFileSync } from "node:fs";
import { afterEach, beforeEach, expect, test } from "vitest";
import { recordsOf, startLine, type TestLine } from "./line.fixtures.ts";

let line: TestLine;

beforeEach(() => {
  line = startLine();
});
afterEach(() => line.close());

type Resource = Record<string, unknown> & { resourceType: string };

interface Told {
  /** Last character of the logical id of the Encounter, which is the record. */
  readonly encounter?: string;
  readonly written: string;
  readonly family?: string;
}

/** A message of the mapper's own fixtures about the same child, of a record and a time, under a family name. */
function messageOf(name: string, { encounter, written, family }: Told): string {
  const file = new URL(`../../mappers/digital-child-health/fixtures/${name}.json`, import.meta.url);
  const text = JSON.stringify(JSON.parse(readFileSync(file, "utf8")).message);
  const message: { entry: { resource: Resource }[] } = JSON.parse(
    encounter === undefined ? text : text.replaceAll("-000000000004", `-00000000000${encounter}`),
  );
  for (const { resource } of message.entry) {
    if (resource.resourceType === "MessageHeader") resource.meta = { lastUpdated: written };
    if (resource.resourceType === "Patient" && family !== undefined) {
      resource.name = [{ use: "official", family, given: ["Tobi"] }];
    }
  }
  return JSON.stringify(message);
}

async function familyNames(): Promise<readonly (string | undefined)[]> {
  const records = await recordsOf(line.store);
  return records.flatMap(({ contributions }) =>
    contributions.map(({ body }) => (JSON.parse(body) as { name?: { family?: string }[] }).name?.[0]?.family),
  );
}

test("a deletion about a child never heard of makes nothing, is told, and outdates what was written before it", async () => {
  const receipt = await line.send(
    "digital-child-health",
    messageOf("observations-deleted", { written: "2025-05-14T09:00:00Z" }),
  );
  expect(receipt).toMatchObject({ received: 1, unchanged: 1, committed: 0, quarantined: 0, resources: {} });
  expect(receipt.issues).toMatchObject([
    { severity: "warning", message: expect.stringMatching(/nothing to take back/) },
  ]);
  expect(await recordsOf(line.store)).toEqual([]);
  const late = await line.send("digital-child-health", messageOf("observations", { written: "2025-05-12T09:00:00Z" }));
  expect(late).toMatchObject({ unchanged: 1, committed: 0 });
  expect(await recordsOf(line.store)).toEqual([]);
  const anew = await line.send("digital-child-health", messageOf("observations", { written: "2025-05-15T09:00:00Z" }));
  expect(anew).toMatchObject({ committed: 1, resources: { Observation: 5 } });
  expect(await familyNames()).toEqual(["Adeyemi"]);
});

test("a deletion leaves what its source says of the person, and ends what its record made", async () => {
  await line.send("digital-child-health", messageOf("observations", { written: "2025-05-12T09:00:00Z" }));
  const before = await recordsOf(line.store);
  const gone = await line.send(
    "digital-child-health",
    messageOf("observations-deleted", { written: "2025-05-14T09:00:00Z", family: "Mistaken" }),
  );
  expect(gone).toMatchObject({ committed: 1, quarantined: 0, resources: { Observation: 5 } });
  const after = await recordsOf(line.store);
  expect(after.map(({ contributions }) => contributions)).toEqual(before.map(({ contributions }) => contributions));
  expect(after.flatMap(({ resources }) => resources)).toEqual([]);
  const again = await line.send(
    "digital-child-health",
    messageOf("observations-deleted", { written: "2025-05-14T09:00:00Z", family: "Mistaken" }),
  );
  expect(again).toMatchObject({ unchanged: 1, resources: {} });
});

test("of additional demographics that are deleted, who the child is stays and the rest goes", async () => {
  await line.send("digital-child-health", messageOf("additional-demographics", { written: "2025-05-12T09:00:00Z" }));
  const [told] = (await recordsOf(line.store)).flatMap(({ contributions }) => contributions);
  expect(told?.body).toContain("07700 900000");
  await line.send(
    "digital-child-health",
    messageOf("additional-demographics-deleted", { written: "2025-05-14T09:00:00Z" }),
  );
  const [left] = (await recordsOf(line.store)).flatMap(({ contributions }) => contributions);
  expect(left?.body).toMatch(/9990034028.*Adeyemi/);
  expect(left?.body).not.toMatch(/07700|"address"|"extension"/);
});

test("additional demographics that are deleted leave what another record of the child said later", async () => {
  await line.send("digital-child-health", messageOf("additional-demographics", { written: "2025-05-12T09:00:00Z" }));
  const later = { encounter: "7", written: "2025-05-13T09:00:00Z", family: "Adeyemi-Byrne" };
  await line.send("digital-child-health", messageOf("observations", later));
  await line.send(
    "digital-child-health",
    messageOf("additional-demographics-deleted", { written: "2025-05-14T09:00:00Z" }),
  );
  expect(await familyNames()).toEqual(["Adeyemi-Byrne"]);
});

test.each([
  ["earlier", "2025-05-11T09:00:00Z", "Newer"],
  ["later", "2025-05-13T09:00:00Z", "Other"],
])("who the child is follows what was written last: another record written %s", async (_, written, family) => {
  const first = { written: "2025-05-12T09:00:00Z", family: "Newer" };
  await line.send("digital-child-health", messageOf("observations", first));
  const other = messageOf("observations", { encounter: "7", written, family: "Other" });
  expect(await line.send("digital-child-health", other)).toMatchObject({
    committed: 1,
    resources: { Observation: 5 },
  });
  expect(await familyNames()).toEqual([family]);
});

test("of three records of a child the one written last speaks, though it came first and another said the same", async () => {
  await line.send(
    "digital-child-health",
    messageOf("observations", { encounter: "6", written: "2025-05-10T09:00:00Z", family: "Newer" }),
  );
  await line.send(
    "digital-child-health",
    messageOf("observations", { encounter: "7", written: "2025-05-14T09:00:00Z", family: "Newer" }),
  );
  await line.send(
    "digital-child-health",
    messageOf("observations", { encounter: "8", written: "2025-05-12T09:00:00Z", family: "Other" }),
  );
  expect(await familyNames()).toEqual(["Newer"]);
});
