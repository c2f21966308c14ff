import type { Bundle } from "@medplum/fhirtypes";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { isRecordType, SERVED_RESOURCES } from "#profiles/interactions.ts";
import type { Requester } from "../access/requester.ts";
import { LIMITS } from "../limits.ts";
import type { RecordKey } from "../store/store.ts";
import { wholeBody } from "./answer.ts";
import { HistoryPage } from "./history-page.ts";
import { parseHistory } from "./history-parameters.ts";
import { createHistorySystem } from "./history-system.ts";
import { asked, FHIR, GP, type House, OFFICER, observation, openHouse, VENDOR } from "./read.fixtures.ts";

const CSDS = { source: "leeds-csds" };
const EYFSP = { source: "leeds-eyfsp" };
const WRITTEN = { source: "leeds-vendor" };
const NAMED = { name: [{ family: "Okafor" }] };
const READERS: readonly (readonly [string, Requester])[] = [
  ["a practice", GP],
  ["an officer", OFFICER],
  ["a client that writes", VENDOR],
];

const TYPES = SERVED_RESOURCES.map(({ type }) => type).filter(isRecordType);

let house: House;
beforeEach(async () => {
  house = await openHouse();
});
afterEach(() => house.close());

interface Watching {
  /** Called with each record that is read. */
  onRead?(key: RecordKey): Promise<void>;
}

async function history(who: Requester, query: string, { onRead }: Watching = {}): Promise<Bundle> {
  const ports = house.ports();
  const reader: typeof ports.reader = {
    ...ports.reader,
    async versions(key, ...rest) {
      await onRead?.(key);
      return ports.reader.versions(key, ...rest);
    },
  };
  const request = asked(who, "history-system", { parameters: new URLSearchParams(query) });
  const result = await createHistorySystem({ ...ports, reader })(request);
  if (!result.ok) throw new Error(JSON.stringify(result.issues));
  return JSON.parse(wholeBody(result.answer.body).toString());
}

function named({ entry = [] }: Bundle): readonly string[] {
  return entry.map(({ fullUrl, response }) => `${fullUrl?.slice(FHIR.length + 1)} ${response?.etag?.slice(3, -1)}`);
}

function nextOf(bundle: Bundle): string | undefined {
  return bundle.link?.find(({ relation }) => relation === "next")?.url?.split("?")[1];
}

async function allPages(who: Requester, query: string): Promise<readonly Bundle[]> {
  const pages: Bundle[] = [];
  for (let next: string | undefined = query; next !== undefined; ) {
    const page: Bundle = await history(who, next);
    pages.push(page);
    next = nextOf(page);
  }
  return pages;
}

/** The same without a walk: every record, whatever its times. */
async function everyVersion(who: Requester, query: string, keys: readonly RecordKey[]): Promise<readonly string[]> {
  const parsed = parseHistory(new URLSearchParams(query), { handling: "strict", type: "history" });
  if (!parsed.ok) throw new Error("refused");
  const page = new HistoryPage({ ...parsed.query, count: 10_000 }, undefined);
  const at = await house.moment();
  for (const key of keys) page.offer(key, await house.reader.versions(key, who, at, { types: TYPES }));
  return page.entries().page.map(({ version: { type, id, versionId } }) => `${type}/${id} ${versionId}`);
}

/** What happens to one of a few records, told with any time: clocks of several sources run together. */
const HAPPENING = fc.record({
  who: fc.nat(7),
  what: fc.constantFrom("tell", "hidden", "retract", "put", "put", "put", "end", "loose", "organization"),
  at: fc.integer({ min: 1, max: 12 }).map((n) => n * 1_000),
});

async function happens(story: readonly { who: number; what: string; at: number }[]): Promise<readonly RecordKey[]> {
  const keys: RecordKey[] = [];
  for (let n = 0; n < 8; n++) {
    const key = await house.child(`p-${n}`);
    // A child stands in an authority once a source of it has told of the child.
    await house.tell(key, NAMED, { ...CSDS, at: (n % 3) * 4_000 });
    keys.push(key);
  }
  const loose = await house.shared("Observation", WRITTEN);
  const organizations = await house.shared("Organization", CSDS);
  for (const [n, { who, what, at }] of story.entries()) {
    const key = keys[who] ?? 0;
    const version = n + 1;
    if (what === "tell") await house.tell(key, { name: [{ family: `N${n}` }] }, { ...CSDS, at });
    if (what === "hidden") await house.tell(key, { gender: n % 2 ? "male" : "female" }, { ...EYFSP, at });
    if (what === "retract") await house.retract(key, { ...CSDS, at });
    if (what === "put") await house.put(key, observation(`o-${who}`, `p-${who}`), { ...CSDS, at, version });
    if (what === "end") await house.end(`Observation/o-${who}`, at);
    if (what === "loose") await house.put(loose, observation(`l-${who}`, "nobody"), { ...WRITTEN, at, version });
    if (what === "organization") {
      const organization = { resourceType: "Organization", id: `g-${who}`, name: `Clinic ${n}` } as const;
      await house.put(organizations, organization, { ...CSDS, at, version: n + 1 });
    }
  }
  return [...keys, loose, organizations];
}

describe("a history of every type", () => {
  test("holds in its pages what every record holds, each version once, in one order", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(HAPPENING, { minLength: 1, maxLength: 40 }),
        fc.integer({ min: 1, max: 9 }),
        fc.constantFrom("", "_since=1970-01-01T00:00:06Z", "_at=1970-01-01T00:00:05Z", "_at=1970-01-01T00:00:07Z"),
        async (story, count, narrowed) => {
          await house.close();
          house = await openHouse();
          const keys = await happens(story);
          for (const [, who] of READERS) {
            const expected = await everyVersion(who, narrowed, keys);
            const pages = await allPages(who, `${narrowed}&_count=${count}`);
            expect(pages.flatMap(named)).toEqual(expected);
            expect(pages[0]?.total).toBe(pages.length === 1 ? expected.length : undefined);
            const counted = await allPages(who, `${narrowed}&_count=${count}&_total=accurate`);
            expect(counted.flatMap(named)).toEqual(expected);
            expect(new Set(counted.map(({ total }) => total))).toEqual(new Set([expected.length]));
            expect((await history(who, `${narrowed}&_summary=count`)).total).toBe(expected.length);
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  const CHILDREN = LIMITS.scan_batch_records + 20;

  /** Children whose Patients came a second after one another. */
  async function children(): Promise<readonly RecordKey[]> {
    const keys: RecordKey[] = [];
    for (let n = 0; n < CHILDREN; n++) {
      const key = await house.child(`p-${n}`);
      await house.tell(key, NAMED, { ...CSDS, at: (n + 1) * 1_000 });
      keys.push(key);
    }
    return keys;
  }

  test.each(READERS.slice(0, 2))(
    "is read from as many records as its page holds, and one more, for %s",
    async (_, who) => {
      await children();
      const read: RecordKey[] = [];
      const onRead = async (key: RecordKey) => void read.push(key);
      const first = await history(who, "_count=10", { onRead });
      expect(named(first)).toHaveLength(10);
      expect(read).toHaveLength(11);
      expect(first.total).toBeUndefined();
      read.length = 0;
      const second = await history(who, nextOf(first) ?? "", { onRead });
      expect(named(second)).toHaveLength(10);
      // The last one of the page before stands where the second begins.
      expect(read).toHaveLength(12);
      read.length = 0;
      await history(who, `_since=${new Date((CHILDREN - 2) * 1_000).toISOString()}`, { onRead });
      expect(read).toHaveLength(3);
    },
  );

  test.each(READERS.slice(0, 2))("misses nothing that moves while it is read, for %s", async (_, who) => {
    const keys = await children();
    const last = keys[0] ?? 0;
    const pages: Bundle[] = [];
    let hasMoved = false;
    const onRead = async () => {
      if (hasMoved) return;
      hasMoved = true;
      // The record that would come last, changed again: now it would have come first.
      await house.put(last, observation("late", "p-0"), { ...CSDS, at: 1_000_000 });
    };
    for (let next: string | undefined = "_count=100"; next !== undefined; ) {
      const page: Bundle = await history(who, next, { onRead });
      pages.push(page);
      next = nextOf(page);
    }
    expect(pages.flatMap(named).filter((name) => name.startsWith("Patient/p-0 "))).toHaveLength(1);
    expect(new Set(pages.flatMap(named)).size).toBe(CHILDREN + 1);
  });

  test.each([
    ["nonsense", "bad-parameter-value"],
    ["accurate", undefined],
    ["none", undefined],
  ])("takes _total=%s or says why not", async (total, kind) => {
    const request = asked(GP, "history-system", { parameters: new URLSearchParams({ _total: total }) });
    const result = await createHistorySystem(house.ports())(request);
    expect(result.ok ? undefined : result.issues[0]?.kind).toBe(kind);
  });
});
