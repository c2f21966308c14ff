import { randomBytes } from "node:crypto";
import type { Observation, Patient } from "@medplum/fhirtypes";
import { describe, expect, test } from "vitest";
import { toKeys, toRecordSearchKeys } from "./keys.ts";
import { meetsConditions } from "./match.ts";
import { resourceBytes, toPack } from "./pack.ts";
import { createOrder, TopMatches } from "./page.ts";
import { createPageTokens } from "./page-token.ts";
import { parseQuery } from "./query.ts";
import { BASE, packable } from "./search.fixtures.ts";

function observation(id: string, effective: Partial<Observation>, code = "29463-7"): Observation {
  return {
    resourceType: "Observation",
    id,
    status: "final",
    identifier: [{ system: "urn:s", value: `v|${id}` }, { value: "bare" }],
    category: [{ coding: [{ system: "urn:category", code: "survey" }] }],
    code: { coding: [{ system: "http://loinc.org", code }, { code: "local" }] },
    subject: { reference: "Patient/p1" },
    ...effective,
  };
}

const DAY = observation("day", { effectiveDateTime: "2026-06-26" });
const MINUTE = observation("minute", { effectiveDateTime: "2026-06-26T09:30:00+01:00" }, "8302-2");
const YEAR = observation("year", { effectivePeriod: { start: "2025-09-01", end: "2026-08-31" } });
const OPEN = observation("open", { effectivePeriod: { start: "2026-01-01" } });
const NONE = observation("none", {});
const PACK = toPack([NONE, YEAR, DAY, OPEN, MINUTE].map(packable), "http://base/fhir/R4");

function matches(text: string): readonly string[] {
  const parsed = parseQuery("Observation", new URLSearchParams(text), {
    handling: "strict",
    fhirBase: "http://base/fhir/R4",
  });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues));
  const { conditions } = parsed.query;
  return PACK.ids.filter((_, entry) => meetsConditions(PACK, entry, conditions)).sort();
}

const ALL = ["day", "minute", "none", "open", "year"];

describe("an Observation matches", () => {
  test.each([
    ["code=29463-7", ["day", "none", "open", "year"]],
    ["code=http://loinc.org|8302-2", ["minute"]],
    ["code=http://loinc.org|", ALL],
    ["code=|local", ALL],
    ["code=|8302-2", []],
    ["code=urn:other|8302-2", []],
    ["code=8302-2,29463-7", ALL],
    ["category=survey&code=8302-2", ["minute"]],
    ["status=final", ALL],
    ["status=http://hl7.org/fhir/observation-status|final", ALL],
    ["status=amended", []],
    ["identifier=urn:s|v\\|day", ["day"]],
    ["identifier=|bare", ALL],
    ["identifier=urn:s\\|v\\|day", []],
    ["patient=p1", ALL],
    ["patient=Patient/p1", ALL],
    ["patient=http://base/fhir/R4/Patient/p1", ALL],
    ["patient=p2", []],
    ["subject=Device/p1", []],
    ["patient=http://elsewhere/fhir/R4/Patient/p1", []],
    ["_id=day,year", ["day", "year"]],
    ["date=2026-06-26", ["day", "minute"]],
    ["date=2026-06", ["day", "minute"]],
    ["date=2025", []],
    ["date=ne2026-06-26", ["open", "year"]],
    ["date=gt2026-06-26", ["open", "year"]],
    ["date=ge2026-06-26", ["day", "minute", "open", "year"]],
    ["date=lt2026-06-26", ["open", "year"]],
    ["date=le2026-06-26", ["day", "minute", "open", "year"]],
    ["date=sa2025-12-31", ["day", "minute", "open"]],
    ["date=eb2026-09-01", ["day", "minute", "year"]],
    ["date=ap2026-06-26", ["day", "minute", "open", "year"]],
    ["date=ge2026-06-01&date=le2026-06-30", ["day", "minute", "open", "year"]],
    ["date=2026-06-26T08:30:00Z", ["minute"]],
    ["_lastUpdated=2026-06-01", ALL],
    ["_lastUpdated=gt2026-06-01T10:00:00Z", []],
  ])("%s", (text, ids) => {
    expect(matches(text)).toEqual(ids);
  });
});

test("a pack keeps every body as it stands, newest first and those without a date last", () => {
  expect(PACK.ids).toEqual(["minute", "day", "open", "year", "none"]);
  expect(JSON.parse(resourceBytes(PACK, 1).toString())).toEqual(DAY);
});

test("keys survive being stored, open periods included", () => {
  const { tokens, dates, likeness } = toKeys(OPEN);
  const pack = toPack([packable(OPEN)], BASE);
  expect(pack.tokens).toEqual(tokens);
  expect([...pack.dates]).toEqual(dates.flatMap(({ low_ms, high_ms }) => [low_ms, high_ms]));
  expect(pack.dates[1]).toBe(Number.POSITIVE_INFINITY);
  expect(pack.likenesses).toEqual([likeness]);
});

test("a child's record is found by identifiers, folded names and birth date", () => {
  const patient: Patient = {
    resourceType: "Patient",
    identifier: [{ system: "urn:s", value: "1" }],
    name: [{ family: "O’Brien-Núñez", given: ["Zoë"] }],
    birthDate: "2024-01-02",
  };
  expect(toRecordSearchKeys(patient)).toEqual([
    { code: "identifier", value: "urn:s|1" },
    { code: "family", value: "obrien nunez" },
    { code: "family", value: "nunez" },
    { code: "given", value: "zoe" },
    { code: "birthdate", value: "2024-01-02" },
  ]);
});

describe("an order", () => {
  const sorts = [
    [],
    [{ code: "date", descending: true }],
    [{ code: "date", descending: false }],
    [{ code: "_id", descending: true }],
    [{ code: "code", descending: false }],
    [{ code: "value-quantity", descending: true }],
    [
      { code: "identifier", descending: true },
      { code: "_lastUpdated", descending: false },
    ],
    [
      { code: "status", descending: false },
      { code: "subject", descending: true },
      { code: "date", descending: false },
    ],
  ];

  test.each(sorts)("%j pages through everything once, whatever the page size", (...sort) => {
    const order = createOrder(sort);
    const everything = [1, 2].flatMap((record) =>
      PACK.ids.map((_, entry) => ({ record, pack: PACK, entry, values: order.valuesOf(PACK, entry) })),
    );
    const whole = new TopMatches(order, everything.length, false);
    for (const match of everything) whole.offer(match);
    const walked: string[] = [];
    let cursor: { values: readonly (string | number | null)[]; record: number; id: string } | undefined;
    for (;;) {
      const page = new TopMatches(order, 3, order.isRecordOrder);
      for (const match of everything) if (!cursor || order.compare(match, cursor) > 0) page.offer(match);
      const found = page.first();
      walked.push(...found.map(({ record, entry }) => `${record}/${PACK.ids[entry]}`));
      const last = found.at(-1);
      if (!last) break;
      cursor = JSON.parse(JSON.stringify({ values: last.values, record: last.record, id: PACK.ids[last.entry] }));
    }
    expect(walked).toEqual(whole.first().map(({ record, entry }) => `${record}/${PACK.ids[entry]}`));
    expect(new Set(walked).size).toBe(everything.length);
  });
});

describe("resources sorted", () => {
  const weight = (id: string, value: number, code: string): Observation =>
    observation(id, { valueQuantity: { value, system: "http://unitsofmeasure.org", code } });
  const RESOURCES = [
    weight("kg", 1, "kg"),
    weight("g", 900, "g"),
    weight("below", 2, "kg"),
    observation("words", {
      valueString: "b",
      performer: [{ reference: "Practitioner/b" }],
      meta: { profile: ["urn:a"] },
    }),
    observation("several", {
      identifier: [{ value: "9" }, { value: "1" }],
      performer: [{ reference: "Practitioner/a" }, { reference: "Practitioner/c" }],
    }),
  ];
  const SORTED = toPack(RESOURCES.map(packable), "http://base/fhir/R4");

  test.each([
    [{ code: "value-quantity", descending: false }, ["g", "kg", "below", "several", "words"]],
    [{ code: "value-quantity", descending: true }, ["below", "kg", "g", "several", "words"]],
    [{ code: "value-string", descending: true }, ["words", "below", "g", "kg", "several"]],
    [{ code: "performer", descending: false }, ["several", "words", "below", "g", "kg"]],
    [{ code: "performer", descending: true }, ["several", "words", "below", "g", "kg"]],
    [{ code: "_profile", descending: false }, ["words", "below", "g", "kg", "several"]],
    [{ code: "identifier", descending: false }, ["several", "below", "g", "kg", "words"]],
    [{ code: "_id", descending: true }, ["words", "several", "kg", "g", "below"]],
  ])("by %j stand in the order %j, those without a value last", (key, ids) => {
    const order = createOrder([key]);
    const top = new TopMatches(order, 10, false);
    for (let entry = 0; entry < SORTED.size; entry++) {
      top.offer({ record: 1, pack: SORTED, entry, values: order.valuesOf(SORTED, entry) });
    }
    expect(top.first().map(({ entry }) => SORTED.ids[entry])).toEqual(ids);
  });
});

describe("a page token", () => {
  const secret = randomBytes(32);
  const tokens = createPageTokens(secret);
  const token = {
    type: "Observation",
    query: "code=x",
    cursor: { values: [1, null], record: 7, id: "a" },
    requester: "gp TREAT gp/1",
    expires_s: 1,
  };

  test("opens as it was sealed, in another process too", () => {
    expect(tokens.open(tokens.seal(token))).toEqual(token);
    expect(createPageTokens(secret).open(tokens.seal(token))).toEqual(token);
  });

  test("tells nothing of what it holds", () => {
    expect(Buffer.from(tokens.seal(token), "base64url").toString("latin1")).not.toContain("code");
  });

  test.each(["", "x", "AAAA", "!"])("does not open when it is %j", (text) => {
    expect(tokens.open(text)).toBeUndefined();
  });

  test("is another one each time, and opens whichever came first", () => {
    const [first, second] = [tokens.seal(token), tokens.seal({ ...token, query: "code=y" })];
    expect(tokens.open(second)?.query).toBe("code=y");
    expect(tokens.open(first)).toEqual(token);
    expect(tokens.seal(token)).not.toBe(first);
  });

  test("does not open when any byte was changed, when it was cut, or under another key", () => {
    const sealed = Buffer.from(tokens.seal(token), "base64url");
    for (let place = 0; place < sealed.length; place++) {
      const changed = Buffer.from(sealed);
      changed[place] = (changed[place] ?? 0) ^ 1;
      expect(tokens.open(changed.toString("base64url"))).toBeUndefined();
      expect(tokens.open(sealed.subarray(0, place).toString("base64url"))).toBeUndefined();
    }
    expect(createPageTokens(randomBytes(32)).open(tokens.seal(token))).toBeUndefined();
  });
});
