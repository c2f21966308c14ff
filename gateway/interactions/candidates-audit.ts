import type { Condition, Question } from "../search/search-query.ts";
import type { AuditBounds } from "./candidates.ts";

/** What a question says of the time at which events were recorded; never narrower than what it asks for. */
export function toAuditBounds({ conditions }: Question): AuditBounds {
  const bounds = conditions.map(boundsOf);
  const from_ms = Math.max(...bounds.map(({ from_ms: from = Number.NEGATIVE_INFINITY }) => from));
  const until_ms = Math.min(...bounds.map(({ until_ms: until = Number.POSITIVE_INFINITY }) => until));
  return { ...(Number.isFinite(from_ms) && { from_ms }), ...(Number.isFinite(until_ms) && { until_ms }) };
}

/** An event has one time, which is its date and that of its only version. */
function boundsOf(condition: Condition): AuditBounds {
  if (condition.kind !== "date" || (condition.code !== "date" && condition.code !== "_lastUpdated")) return {};
  const [span, another] = condition.spans;
  if (!span || another) return {};
  switch (span.prefix) {
    case "eq":
      return { from_ms: span.low_ms, until_ms: span.high_ms };
    case "ge":
    case "gt":
    case "sa":
      return { from_ms: span.low_ms };
    case "le":
    case "lt":
    case "eb":
      return { until_ms: span.high_ms };
    default:
      return {};
  }
}
