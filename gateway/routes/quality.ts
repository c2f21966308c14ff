import { randomUUID } from "node:crypto";
import { hasIngestScope } from "../access/scope.ts";
import type { RegisteredSource } from "../access/source.ts";
import type { MapperOf } from "../ingest/mappers.ts";
import type { QualityBody } from "../ingest/quality/quality-counts.ts";
import { type QualityReport, toQualityReport } from "../ingest/quality/quality-report.ts";
import { toHtml } from "../ingest/quality/to-html.ts";
import { toMeasureReport } from "../ingest/quality/to-measure-report.ts";
import type { ReadVerbs } from "../store/store.ts";
import { answerIngest, type IngestAnswerPorts } from "./ingest-answer.ts";
import { readCount } from "./ingest-query.ts";
import { FHIR_JSON } from "./negotiate.ts";
import type { RequestIds } from "./respond.ts";

/** Deliveries that a report goes back when nobody says how many, and at most. */
const DELIVERIES = 12;
const DELIVERIES_MAX = 60;
/** Kept counts that are looked at: of messages, each may be of one. */
const BODIES_MAX = 2_000;

export interface QualityRoutePorts extends IngestAnswerPorts {
  readonly store: Pick<ReadVerbs, "qualityOf">;
  readonly mapperOf: MapperOf;
  source(name: string): RegisteredSource | undefined;
  now(): number;
}

/**
 * `GET /ingest/quality/{source}?deliveries=12`: how good what a source sent is, for its officers. JSON as `QualityReport`;
 * by `Accept` a MeasureReport (`application/fhir+json`) or a page (`text/html`).
 */
export function createQualityRoute(ports: QualityRoutePorts) {
  return (request: Request, ids: RequestIds, name: string) =>
    answerIngest(
      { request, ids, interaction: "ingest-quality", parameters: ["deliveries"] },
      ports,
      async (requester, asked) => {
        if (!hasIngestScope(requester.scopes, name)) return { kind: "source-not-allowed", source: name };
        const source = ports.source(name);
        if (source === undefined) return { kind: "unknown-source", source: name };
        const count = readCount(asked.deliveries, { otherwise: DELIVERIES, max: DELIVERIES_MAX });
        if (typeof count === "string") return { kind: "bad-parameter-value", parameter: "deliveries", expected: count };
        const bodies = await ports.store.qualityOf(name, BODIES_MAX);
        const { fields } = await ports.mapperOf(source.kind);
        const report = toQualityReport(
          { source: name, kind: source.kind, fields, deliveries: count },
          bodies.map(toBody),
        );
        return {
          ...toForm(report, request.headers.get("accept"), ports.now()),
          released: [`quality/${name}`],
          detail: `source=${name} deliveries=${count}`,
        };
      },
    );
}

function toBody(text: string): QualityBody {
  return JSON.parse(text);
}

/** The first of the forms that `Accept` names; JSON where it names none of them. */
function toForm(
  report: QualityReport,
  accept: string | null,
  now: number,
): { readonly body: string; readonly contentType?: string } {
  const types = (accept ?? "").split(",").map((range) => range.split(";", 1)[0]?.trim().toLowerCase());
  const wanted = types.find(
    (type) => type === "text/html" || type === "application/fhir+json" || type === "application/json",
  );
  if (wanted === "text/html") return { body: toHtml(report), contentType: "text/html; charset=utf-8" };
  if (wanted === "application/fhir+json") {
    return { body: JSON.stringify(toMeasureReport(report, { id: randomUUID(), now })), contentType: FHIR_JSON };
  }
  return { body: JSON.stringify(report) };
}
