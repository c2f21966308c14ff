import type { Bundle, Patient } from "@medplum/fhirtypes";
import { describe, expect, test } from "vitest";
import type { RecordKey } from "../store/store.ts";
import {
  createSearchWorld,
  NOW_ms,
  names,
  nextOf,
  observation,
  practice,
  type SearchWorld,
} from "./search-world.fixtures.ts";

const CHILDREN = 12;
const EACH = 6;
const DAY_ms = 86_400_000;

/** Deterministic: a failure comes again. */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return state / 0x7fffffff;
  };
}

function dateOf(random: () => number): string {
  return new Date(Date.UTC(2025, 0, 1) + Math.floor(random() * 20) * DAY_ms).toISOString().slice(0, 10);
}

interface Populated {
  readonly world: SearchWorld;
  readonly records: RecordKey[];
  readonly random: () => number;
}

async function populate(seed: number): Promise<Populated> {
  const world = await createSearchWorld();
  const random = createRandom(seed);
  const records: RecordKey[] = [];
  for (let child = 0; child < CHILDREN; child++) {
    const patient: Patient & { id: string } = {
      resourceType: "Patient",
      id: `p${child}`,
      name: [{ family: ["Ash", "Birch", "Cedar"][child % 3] ?? "" }],
      birthDate: dateOf(random),
    };
    const lastUpdated_ms = NOW_ms - Math.floor(random() * 5) * DAY_ms;
    const record = await world.child(patient, { lastUpdated_ms });
    records.push(record);
    const resources = Array.from({ length: EACH }, (_, index) =>
      observation(`o${child}-${index}`, `p${child}`, { effectiveDateTime: dateOf(random) }),
    );
    await world.put(record, resources, { lastUpdated_ms });
  }
  return { world, records, random };
}

/** One change between two pages: a new one, a changed one, one that ends; answers with what it touched. */
async function disturb({ world, records, random }: Populated, round: number, page: Bundle): Promise<readonly string[]> {
  const child = Math.floor(random() * CHILDREN);
  const record = records[child] ?? 0;
  const patientId = `p${child}`;
  const added = observation(`new-${round}`, patientId, { effectiveDateTime: dateOf(random) });
  const changed = observation(`o${child}-${round % EACH}`, patientId, { effectiveDateTime: dateOf(random) });
  await world.put(record, [added, changed], { lastUpdated_ms: NOW_ms + round });
  const last = names(page).at(-1)?.split("/");
  const touched = [`Observation/${added.id}`, `Observation/${changed.id}`];
  if (last?.[0] !== "Observation" || round % 2 === 0) return touched;
  // The place that the next page begins after is gone then.
  await world.remove("Observation", last[1] ?? "");
  return [...touched, last.join("/")];
}

const ADDRESSES = [
  "Observation?_count=5",
  "Observation?_count=1",
  "Observation?_count=7&_sort=-date",
  "Observation?_count=7&_sort=date",
  "Observation?_count=4&_sort=_lastUpdated",
  "Observation?_count=4&_sort=-_lastUpdated,date",
  "Observation?_count=5&_sort=_id",
  "Observation?_count=5&_sort=-_id",
  "Observation?_count=5&code=8302-2&_total=accurate",
  "Observation?_count=3&patient=p1,p3,p5&_sort=-date",
  "Patient?_count=2",
  "Patient?_count=2&_sort=family",
  "Patient?_count=2&_sort=-birthdate",
  "Patient/p2/Observation?_count=2&_sort=-date",
  "Patient/p2/*?_count=2",
  "?_type=Patient,Observation&_count=5",
  "?_type=Observation,Patient&_count=5&_sort=-_lastUpdated",
  "?_type=Patient,Observation&_count=5&_sort=_id",
] as const;

describe("a walk through all pages while others write", () => {
  test.each(ADDRESSES)("meets each resource that was not changed exactly once: %s", async (address) => {
    const populated = await populate(ADDRESSES.indexOf(address) + 1);
    await using world = populated.world;
    const expected = names(await world.bundle(practice(), address.replace(/_count=\d+/, "_count=100")));
    const touched = new Set<string>();
    const met: string[] = [];
    let next: string | undefined = address;
    for (let round = 0; next !== undefined; round++) {
      const page: Bundle = await world.bundle(practice(), next);
      met.push(...names(page));
      next = nextOf(page);
      expect(round).toBeLessThan(400);
      // Now and then nothing but the walk itself happens, so that it comes to an end.
      if (round < 40) for (const name of await disturb(populated, round, page)) touched.add(name);
    }
    const untouched = expected.filter((name) => !touched.has(name));
    expect(untouched.length).toBeGreaterThan(0);
    expect(met.filter((name) => !touched.has(name))).toEqual(untouched);
    expect(new Set(met.filter((name) => !touched.has(name))).size).toBe(untouched.length);
  });

  test.each(["", "&_sort=_id", "&_sort=_lastUpdated", "&_sort=-_lastUpdated"])(
    "tells resources of one id apart by their type: %s",
    async (sort) => {
      await using world = await createSearchWorld();
      const record = await world.child({ resourceType: "Patient", id: "same", birthDate: "2026-03-01" });
      await world.put(record, [observation("same", "same"), observation("other", "same")]);
      const met: string[] = [];
      let next: string | undefined = `?_type=Patient,Observation&_count=1${sort}`;
      while (next !== undefined) {
        const page: Bundle = await world.bundle(practice(), next);
        met.push(...names(page));
        next = nextOf(page);
      }
      expect([...met].sort()).toEqual(["Observation/other", "Observation/same", "Patient/same"]);
    },
  );

  test("sees each also when others write in the middle of a page", async () => {
    const populated = await populate(99);
    await using world = populated.world;
    const expected = names(await world.bundle(practice(), "Observation?_count=100"));
    const met: string[] = [];
    const touched = new Set<string>();
    let next: string | undefined = "Observation?_count=6";
    for (let round = 0; next !== undefined; round++) {
      const writing = round < 20 ? disturb(populated, round * 2, { resourceType: "Bundle", type: "searchset" }) : [];
      const [page, names_]: readonly [Bundle, readonly string[]] = await Promise.all([
        world.bundle(practice(), next),
        writing,
      ]);
      for (const name of names_) touched.add(name);
      met.push(...names(page));
      next = nextOf(page);
    }
    const untouched = expected.filter((name) => !touched.has(name));
    expect(met.filter((name) => !touched.has(name))).toEqual(untouched);
  });

  test.each(ADDRESSES)(
    "without writes is the whole answer, and only the last page has no next: %s",
    async (address) => {
      const { world } = await populate(7);
      await using _ = world;
      const whole = names(await world.bundle(practice(), address.replace(/_count=\d+/, "_count=100")));
      const size = Number(/_count=(\d+)/.exec(address)?.[1]);
      const met: string[] = [];
      for (let next: string | undefined = address; next !== undefined; ) {
        const page: Bundle = await world.bundle(practice(), next);
        next = nextOf(page);
        expect(names(page).length).toBe(next === undefined ? whole.length - met.length : size);
        met.push(...names(page));
      }
      expect(met).toEqual(whole);
    },
  );
});
