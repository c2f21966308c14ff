import type { DeliveryQuality, QualityReport, Share, TableQuality } from "./quality-report.ts";
import { type ShownCount, type ShownRate, SUPPRESSED } from "./suppress.ts";

/** A table that a person reads: the first cell of a row is its head. */
export interface ReadableTable {
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** The report as tables: how each table of the source stands, field by field, and how that changed between deliveries. */
export function toReadableTables(report: QualityReport): readonly ReadableTable[] {
  return report.tables.flatMap((quality) => {
    const [latest] = quality.deliveries;
    if (latest === undefined) return [];
    const of = quality.table === "" ? report.source : `${report.source}, ${quality.table}`;
    return [
      toTrend(`${of}: deliveries, newest first`, quality),
      toFields(`${of}: fields in the delivery of ${dayOf(latest)}`, latest),
      toTimeliness(`${of}: days from the latest date of a record to its receipt`, latest),
      ...(latest.unmapped.length === 0 ? [] : [toUnmapped(`${of}: codes that no code list knows`, latest)]),
    ];
  });
}

function toTrend(title: string, { deliveries }: TableQuality): ReadableTable {
  return {
    title,
    head: [
      "received on",
      "records",
      "committed",
      "unchanged",
      "quarantined",
      "complete",
      "conforming",
      "taken in",
      "sent twice",
      "median delay",
    ],
    rows: deliveries.map((delivery) => [
      dayOf(delivery),
      ...[
        delivery.records.received,
        delivery.records.committed,
        delivery.records.unchanged,
        delivery.records.quarantined,
      ].map(count),
      ...[delivery.overall.completeness, delivery.overall.conformity, delivery.overall.validity].map(percent),
      count(delivery.uniqueness.recordsAgain.count),
      delivery.timeliness.median ?? "",
    ]),
  };
}

function toFields(title: string, { fields }: DeliveryQuality): ReadableTable {
  return {
    title,
    head: ["field", "with a value", "complete", "fits", "errors", "warnings"],
    rows: fields.map(({ field, completeness, conformity, validity }) => [
      field,
      count(completeness.count),
      percent(completeness.rate),
      share(conformity),
      count(validity.errors),
      count(validity.warnings),
    ]),
  };
}

function toTimeliness(title: string, { timeliness }: DeliveryQuality): ReadableTable {
  return {
    title,
    head: ["delay", "records"],
    rows:
      timeliness.buckets === SUPPRESSED
        ? [["all", SUPPRESSED]]
        : timeliness.buckets.map(({ name, records }) => [name, count(records)]),
  };
}

function toUnmapped(title: string, { unmapped }: DeliveryQuality): ReadableTable {
  return {
    title,
    head: ["code list", "code", "records"],
    rows: unmapped.flatMap(({ list, codes, others }) => [
      ...codes.map(({ code, records }) => [list, code, count(records)]),
      ...(others ? [[list, "others, not told", SUPPRESSED]] : []),
    ]),
  };
}

function dayOf({ receivedAt }: DeliveryQuality): string {
  return receivedAt.slice(0, 10);
}

function count(value: ShownCount): string {
  return String(value);
}

function percent(rate: ShownRate): string {
  if (rate === undefined) return "";
  return rate === SUPPRESSED ? SUPPRESSED : `${(rate * 100).toFixed(1)} %`;
}

function share({ rate }: Share): string {
  return percent(rate);
}
