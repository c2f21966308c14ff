import { LIMITS } from "../limits.ts";
import type { Issue } from "../outcome/issue.ts";
import { nearest } from "../outcome/nearest.ts";
import { type DateRange, toDateRange } from "../search/date-range.ts";
import type { Shape } from "../search/search-query.ts";
import { parseShape } from "../search/shape-parameters.ts";

/** What of a history is asked for. https://hl7.org/fhir/R4/http.html#history */
export interface HistoryQuery {
  /** Entries a page; 0 for the total alone. */
  readonly count: number;
  /** Versions that began at this instant or later. Milliseconds since 1970. */
  readonly since_ms: number | undefined;
  /** Versions that were current at some time within. */
  readonly at: DateRange | undefined;
  /** Whether the number of all entries is wanted, however many records must be read for it. */
  readonly isCounted: boolean;
  readonly shape: Shape | undefined;
  /** What was asked, minus what was ignored: the query string of the self link. */
  readonly self: string;
}

export type ParsedHistory =
  | { readonly ok: true; readonly query: HistoryQuery }
  | { readonly ok: false; readonly issues: readonly Issue[] };

const SHAPING = ["_summary", "_elements"];
const KNOWN = ["_count", "_since", "_at", "_total", ...SHAPING];
const TOTALS = ["none", "estimate", "accurate"];
/** Dealt with by who sends the answer. */
const ABOUT_FORMAT = ["_format", "_pretty"];
const INSTANT = "a date or time, as 2026-09-01 or 2026-09-01T12:00:00Z";

export function parseHistory(
  parameters: URLSearchParams,
  { handling, type }: { readonly handling: "strict" | "lenient"; readonly type: string },
): ParsedHistory {
  const names = [...new Set(parameters.keys())];
  const unknown = names.filter((name) => !KNOWN.includes(name) && !ABOUT_FORMAT.includes(name));
  const repeated = KNOWN.filter((name) => !SHAPING.includes(name) && parameters.getAll(name).length > 1);
  const count = toCount(parameters.get("_count"));
  const since = toRange(parameters.get("_since"));
  const at = toRange(parameters.get("_at"));
  const total = parameters.get("_total") || "none";
  const shaped = parseShape(parameters);
  const issues: readonly Issue[] = [
    ...(handling === "strict" ? unknown.map((name) => toUnknown(name, type)) : []),
    ...repeated.map((parameter): Issue => ({ kind: "repeated-parameter", parameter })),
    ...(count === undefined ? [bad("_count", "a whole number, as 20")] : []),
    ...(since === undefined ? [bad("_since", INSTANT)] : []),
    ...(at === undefined ? [bad("_at", INSTANT)] : []),
    ...(TOTALS.includes(total) ? [] : [bad("_total", "none, estimate or accurate")]),
    ...(shaped.ok ? [] : shaped.issues),
  ];
  if (count === undefined || since === undefined || at === undefined || !shaped.ok || issues.length > 0) {
    return { ok: false, issues };
  }
  const entries = shaped.countOnly ? 0 : count;
  const asked = new URLSearchParams([...parameters].filter(([name, value]) => KNOWN.includes(name) && value !== ""));
  // A page larger than the largest is not what is answered.
  if (asked.has("_count")) asked.set("_count", String(count));
  return {
    ok: true,
    query: {
      count: entries,
      isCounted: entries === 0 || total === "accurate",
      since_ms: since?.low_ms,
      at: at ?? undefined,
      shape: shaped.shape,
      self: asked.toString(),
    },
  };
}

function toUnknown(parameter: string, type: string): Issue {
  const meant = nearest(parameter, KNOWN);
  return { kind: "unknown-parameter", parameter, type, ...(meant !== undefined && { nearest: meant }) };
}

function bad(parameter: string, expected: string): Issue {
  return { kind: "bad-parameter-value", parameter, expected };
}

function toCount(text: string | null): number | undefined {
  if (text === null || text === "") return LIMITS.page_entries_default;
  return /^\d+$/.test(text) ? Math.min(Number(text), LIMITS.page_entries_max) : undefined;
}

/** `null` for a parameter that was not sent, `undefined` for one that is not understood. */
function toRange(text: string | null): DateRange | null | undefined {
  if (text === null || text === "") return null;
  // The plus of a time zone that was not encoded arrives as a space.
  return toDateRange(text.replace(/ (\d{2}:\d{2})$/, "+$1"));
}
