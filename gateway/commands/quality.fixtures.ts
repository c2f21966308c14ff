import { type QualityBody, QualityCounts } from "../ingest/quality/quality-counts.ts";
import { type QualityReport, toQualityReport } from "../ingest/quality/quality-report.ts";

const FIELDS = [
  { field: "code", to: "Observation.value" },
  { field: "birth_date", to: "Patient.birthDate" },
];

/** The report on a source that sent one delivery of so many records, or none. */
export function createQualityReport(records: number): QualityReport {
  const counts = new QualityCounts(FIELDS, Date.UTC(2026, 10, 2));
  for (let nth = 0; nth < records; nth++) {
    counts.add({ filled: nth % 2 === 0 ? ["code"] : ["code", "birth_date"], issues: [], fate: "committed" });
    counts.date("2026-11-01");
  }
  const body: QualityBody = JSON.parse(counts.toBody({ delivery: "d1", source: "leeds-eyfsp" }));
  const bodies = records === 0 ? [] : [body];
  return toQualityReport({ source: "leeds-eyfsp", kind: "eyfs-profile", fields: FIELDS, deliveries: 12 }, bodies);
}
