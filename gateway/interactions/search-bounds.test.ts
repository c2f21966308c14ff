import type { AuditEvent, Observation, Resource } from "@medplum/fhirtypes";
import { describe, expect, test } from "vitest";
import { LIMITS } from "../limits.ts";
import { extractKeys } from "../search/keys.ts";
import { toPack } from "../search/pack.ts";
import { ask, QuestionRefused } from "./ask.ts";
import { AUDIT_KEYS_FROM, type AuditBounds, type AuditEvents, withinTransaction } from "./candidates.ts";
import { createSearchWorld, FHIR, laboratory, names, nextOf, observation, practice } from "./search-world.fixtures.ts";

const WHERE = { source: "laboratory" };

function many<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

describe("an inner search", () => {
  test("that finds too much is refused, and one resource less is answered", async () => {
    await using world = await createSearchWorld();
    const max = LIMITS.chained_resources_max;
    const practitioners = many(
      max,
      (index) => ({ resourceType: "Practitioner", id: `p${index}`, active: true }) as const,
    );
    await world.share(practitioners, WHERE);
    await world.share([observation("o", "x", { performer: [{ reference: `Practitioner/p${max - 1}` }] })], WHERE);
    const address = "Observation?performer:Practitioner.active=true";
    expect(names(await world.bundle(laboratory(), address))).toEqual(["Observation/o"]);
    await world.share([{ resourceType: "Practitioner", id: "one-more", active: true }], WHERE);
    expect(await world.ask(laboratory(), address)).toEqual({
      ok: false,
      issues: [{ kind: "too-costly", parameter: "performer", max }],
    });
  });
});

describe("what is included", () => {
  test("is bounded, each once, and the answer says that something was left out", async () => {
    await using world = await createSearchWorld();
    const max = LIMITS.included_entries_max;
    const observations = many(max + 1, (index) =>
      observation(`o${index}`, "x", { performer: [{ reference: "Practitioner/p" }] }),
    );
    await world.share([{ resourceType: "Practitioner", id: "p", active: true }, ...observations], WHERE);
    const bundle = await world.bundle(laboratory(), "Practitioner?_id=p&_revinclude=Observation:performer");
    expect(new Set(names(bundle, "include")).size).toBe(max);
    const outcome = bundle.entry?.find(({ search }) => search?.mode === "outcome")?.resource;
    expect(outcome).toMatchObject({
      resourceType: "OperationOutcome",
      issue: [{ severity: "warning", code: "too-costly" }],
    });
    await world.remove("Observation", "o0", WHERE);
    const whole = await world.bundle(laboratory(), "Practitioner?_id=p&_revinclude=Observation:performer");
    expect(whole.entry?.map(({ search }) => search?.mode)).not.toContain("outcome");
    expect(names(whole, "include").length).toBe(max);
  });

  test("follows references in a circle once round", async () => {
    await using world = await createSearchWorld();
    const circle = many(4, (index) =>
      observation(`o${index}`, "x", { hasMember: [{ reference: `Observation/o${(index + 1) % 4}` }] }),
    );
    await world.share(circle, WHERE);
    const bundle = await world.bundle(laboratory(), "Observation?_id=o0&_include:iterate=Observation:has-member");
    expect(names(bundle)).toEqual(["Observation/o0", "Observation/o1", "Observation/o2", "Observation/o3"]);
  });

  test("comes with each page anew, as that page needs it", async () => {
    await using world = await createSearchWorld();
    const observations: (Observation & { id: string })[] = many(3, (index) =>
      observation(`o${index}`, "x", { performer: [{ reference: "Practitioner/p" }] }),
    );
    await world.share([{ resourceType: "Practitioner", id: "p", active: true }, ...observations], WHERE);
    const first = await world.bundle(laboratory(), "Observation?_count=2&_include=Observation:performer");
    expect(names(first)).toEqual(["Observation/o0", "Observation/o1", "Practitioner/p"]);
    expect(names(await world.bundle(laboratory(), nextOf(first) ?? ""))).toEqual(["Observation/o2", "Practitioner/p"]);
  });
});

describe("AuditEvents", () => {
  const asked: AuditBounds[] = [];
  const auditEvents: AuditEvents = {
    async *parts({ agreement }, after, bounds) {
      asked.push(bounds);
      if (!agreement.audit) return;
      for (const part of [0, 1, 2]) {
        const key = AUDIT_KEYS_FROM + part;
        if (key > after)
          yield {
            key,
            patientId: "",
            patient: toPack([], FHIR),
            identity: toPack([], FHIR),
            pack: packOf(part),
            isVisible: () => true,
            rules: ["audit"],
          };
      }
    },
  };

  function packOf(part: number) {
    const events = [1, 2].map((index): AuditEvent & { id: string } => ({
      resourceType: "AuditEvent",
      id: `e${part}-${index}`,
      type: { system: "http://terminology.hl7.org/CodeSystem/audit-event-type", code: "rest" },
      recorded: `2026-11-0${1 + part}T0${index}:00:00Z`,
      agent: [{ requestor: true }],
      source: { observer: { display: "gateway" } },
    }));
    const packables = events.map((event: Resource & { id: string }) => ({
      type: "AuditEvent" as const,
      id: event.id,
      version: "1",
      lastUpdated: 0,
      source: "",
      body: Buffer.from(JSON.stringify(event)),
      keys: extractKeys(event),
    }));
    return toPack(packables, FHIR);
  }

  test.each<[string, boolean, readonly string[]]>([
    ["AuditEvent", true, ["e0-2", "e0-1", "e1-2", "e1-1", "e2-2", "e2-1"]],
    ["AuditEvent?date=2026-11-02", true, ["e1-2", "e1-1"]],
    ["AuditEvent?_sort=date&_count=100", true, ["e0-1", "e0-2", "e1-1", "e1-2", "e2-1", "e2-2"]],
    ["?_type=AuditEvent,Patient", true, ["e0-2", "e0-1", "e1-2", "e1-1", "e2-2", "e2-1"]],
    ["AuditEvent", false, []],
    ["?_type=AuditEvent,Patient", false, []],
  ])("are searched as %s where the agreement is for audit: %s", async (address, audit, expected) => {
    await using world = await createSearchWorld(auditEvents);
    const found = await world.bundle(practice({ audit }), address);
    expect(names(found)).toEqual(expected.map((id) => `AuditEvent/${id}`));
  });

  test("come in pages, part after part", async () => {
    await using world = await createSearchWorld(auditEvents);
    const met: string[] = [];
    for (let next: string | undefined = "AuditEvent?_count=1"; next !== undefined; ) {
      const page = await world.bundle(practice({ audit: true }), next);
      met.push(...names(page));
      next = nextOf(page);
    }
    expect(met).toEqual(["e0-2", "e0-1", "e1-2", "e1-1", "e2-2", "e2-1"].map((id) => `AuditEvent/${id}`));
  });

  test.each<[string, AuditBounds]>([
    ["date=ge2026-11-02", { from_ms: Date.UTC(2026, 10, 2) }],
    ["date=ge2026-11-02&date=lt2026-11-05", { from_ms: Date.UTC(2026, 10, 2), until_ms: Date.UTC(2026, 10, 6) }],
    ["_lastUpdated=2026-11-02", { from_ms: Date.UTC(2026, 10, 2), until_ms: Date.UTC(2026, 10, 3) }],
    ["date=2026-11-02,2026-11-04", {}],
    ["date=ne2026-11-02", {}],
    ["action=E", {}],
  ])("are asked for by the time that %s names, never less", async (query, bounds) => {
    await using world = await createSearchWorld(auditEvents);
    asked.length = 0;
    await world.bundle(practice({ audit: true }), `AuditEvent?${query}`);
    expect(asked).toEqual([bounds]);
  });
});

describe("a question", () => {
  const QUESTION = { type: "Observation", conditions: [], lead: undefined } as const;

  test("is answered ascending by record, at most as many as wanted", async () => {
    await using world = await createSearchWorld();
    for (const id of ["a", "b", "c"]) {
      const record = await world.child({ resourceType: "Patient", id, active: true });
      await world.put(record, [observation(`${id}-1`, id), observation(`${id}-2`, id)]);
    }
    const who = {
      requester: practice(),
      at: {
        changes: await world.store.changeCounter(),
        now_ms: Date.parse("2026-11-20T12:00:00Z"),
        today: "2026-11-20",
      },
    };
    const ids = async (limit: number) =>
      (await ask(QUESTION, limit, who, world.ports)).map(({ pack, entry }) => pack.ids[entry]);
    expect(await ids(3)).toEqual(["a-1", "a-2", "b-1"]);
    expect(await ids(100)).toEqual(["a-1", "a-2", "b-1", "b-2", "c-1", "c-2"]);
  });

  test("sees within a transaction what the transaction wrote, and after it failed nothing of that", async () => {
    await using world = await createSearchWorld();
    const record = await world.child({ resourceType: "Patient", id: "a", active: true });
    await world.put(record, [observation("before", "a")]);
    const who = {
      requester: practice(),
      at: {
        changes: await world.store.changeCounter(),
        now_ms: Date.parse("2026-11-20T12:00:00Z"),
        today: "2026-11-20",
      },
    };
    const ids = async (ports: typeof world.ports | ReturnType<typeof withinTransaction>) =>
      (await ask(QUESTION, 10, who, ports)).map(({ pack, entry }) => pack.ids[entry]);
    expect(await ids(world.ports)).toEqual(["before"]);
    const failing = world.store.write(async (transaction) => {
      const stored = await transaction.record(record);
      await transaction.remove("Observation", "before", "", 1);
      expect(await ids(withinTransaction(world.ports, transaction))).toEqual([]);
      expect(stored?.resources.length).toBe(1);
      throw new Error("undone");
    });
    await expect(failing).rejects.toThrow("undone");
    expect(await ids(world.ports)).toEqual(["before"]);
  });

  test("within a question needs the scope of its type", async () => {
    await using world = await createSearchWorld();
    const who = {
      requester: practice({}, "system/Observation.s"),
      at: { changes: 0, now_ms: Date.parse("2026-11-20T12:00:00Z"), today: "2026-11-20" },
    };
    const inner = { type: "Practitioner", conditions: [], lead: undefined } as const;
    const chained = { ...QUESTION, conditions: [{ kind: "chain", code: "performer", targets: [inner] }] } as const;
    await expect(ask(chained, 1, who, world.ports)).rejects.toThrow(QuestionRefused);
  });
});
