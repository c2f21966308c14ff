import type { MeasureReport, MeasureReportGroup } from "@medplum/fhirtypes";
import { canonical } from "#profiles/canonical.ts";
import type { DeliveryQuality, QualityReport, Share } from "./quality-report.ts";
import { type ShownCount, SUPPRESSED } from "./suppress.ts";

const POPULATION = "http://terminology.hl7.org/CodeSystem/measure-population";
const MASKED = {
  extension: [{ url: "http://hl7.org/fhir/StructureDefinition/data-absent-reason", valueCode: "masked" }],
};

/** A measure of one delivery, by name. */
interface Measured {
  readonly name: string;
  /** Either may be missing: a bucket has no rate, validity no count of its own. */
  readonly share: { readonly count?: ShownCount | undefined; readonly rate?: Share["rate"] };
  readonly whole?: ShownCount;
}

/**
 * The latest delivery of each table as groups, each measure with its records and its rate, and one stratum a delivery for
 * the trend. What is suppressed is `masked`. https://hl7.org/fhir/R4/measurereport.html
 */
export function toMeasureReport(
  report: QualityReport,
  told: { readonly id: string; readonly now: number },
): MeasureReport {
  const instants = report.tables.flatMap(({ deliveries }) => deliveries.map(({ receivedAt }) => receivedAt)).toSorted();
  const date = new Date(told.now).toISOString();
  const groups = report.tables.flatMap(({ table, deliveries }) => toGroups(table, deliveries));
  return {
    resourceType: "MeasureReport",
    id: told.id,
    text: {
      status: "generated",
      div: `<div xmlns="http://www.w3.org/1999/xhtml">Data quality of ${report.source}. ${report.suppression.policy}</div>`,
    },
    status: "complete",
    type: "summary",
    measure: canonical("Measure", "source-data-quality"),
    date,
    reporter: { display: `Early Years FHIR Gateway, of the source ${report.source}` },
    period: { start: instants[0] ?? date, end: instants.at(-1) ?? date },
    improvementNotation: {
      coding: [
        {
          system: "http://terminology.hl7.org/CodeSystem/measure-improvement-notation",
          code: "increase",
          display: "Increased score indicates improvement",
        },
      ],
    },
    ...(groups.length === 0 ? {} : { group: groups }),
  };
}

function toGroups(table: string, deliveries: readonly DeliveryQuality[]): MeasureReportGroup[] {
  const measured = deliveries.map((delivery) => ({ delivery, byName: byName(delivery) }));
  const [latest] = measured;
  if (latest === undefined) return [];
  return [...latest.byName.values()].map((one) => ({
    code: { text: table === "" ? one.name : `${table}: ${one.name}` },
    ...toFigures(one),
    stratifier: [
      {
        code: [{ text: "delivery" }],
        stratum: measured.flatMap(({ delivery, byName }) => {
          const same = byName.get(one.name);
          return same === undefined ? [] : [{ value: { text: delivery.receivedAt }, ...toFigures(same) }];
        }),
      },
    ],
  }));
}

function byName(delivery: DeliveryQuality): ReadonlyMap<string, Measured> {
  const { received } = delivery.records;
  const measured: readonly Measured[] = [
    { name: "records sent twice", share: delivery.uniqueness.recordsAgain, whole: received },
    { name: "records of a child sent twice", share: delivery.uniqueness.childrenAgain, whole: received },
    ...(delivery.timeliness.buckets === SUPPRESSED ? [] : delivery.timeliness.buckets).map(({ name, records }) => ({
      name: `delay: ${name}`,
      share: { count: records },
    })),
    ...delivery.fields.flatMap(({ field, completeness, validity, conformity }) => [
      { name: `completeness of ${field}`, share: completeness, whole: received },
      { name: `validity of ${field}`, share: { rate: validity.rate }, whole: received },
      { name: `conformity of ${field}`, share: conformity, whole: completeness.count },
    ]),
  ];
  return new Map(measured.map((one) => [one.name, one]));
}

function toFigures({ share, whole }: Measured): Pick<MeasureReportGroup, "population" | "measureScore"> {
  const { count, rate } = share;
  const populations = [
    ...(whole === undefined ? [] : [toPopulation("denominator", "Denominator", whole)]),
    ...(count === undefined ? [] : [toPopulation("numerator", "Numerator", count)]),
  ];
  return {
    ...(populations.length === 0 ? {} : { population: populations }),
    ...(rate === undefined
      ? {}
      : {
          measureScore: rate === SUPPRESSED ? MASKED : { value: rate, system: "http://unitsofmeasure.org", code: "1" },
        }),
  };
}

function toPopulation(code: string, display: string, count: ShownCount) {
  return {
    code: { coding: [{ system: POPULATION, code, display }] },
    ...(count === SUPPRESSED ? { _count: MASKED } : { count }),
  };
}
