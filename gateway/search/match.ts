import type { Resource } from "@medplum/fhirtypes";
import type { DateRange } from "./date-range.ts";
import { DATE_CODES } from "./keys.ts";
import { meetsSpan } from "./matching/date.ts";
import { beginsWith } from "./matching/string.ts";
import { glimpse, type Pack } from "./pack.ts";
import type { Condition } from "./search-query.ts";
import type { TokenHash } from "./token-hash.ts";

/** Whether an entry of a pack carries one of these tokens. */
export function hasToken(pack: Pack, entry: number, hashes: readonly TokenHash[]): boolean {
  const { tokens, tokenStarts } = pack;
  const start = tokenStarts[entry] ?? 0;
  const end = tokenStarts[entry + 1] ?? 0;
  for (const { high, low } of hashes) {
    for (let i = start; i < end; i += 2) {
      if (tokens[i] === high && tokens[i + 1] === low) return true;
    }
  }
  return false;
}

function meetsDate(pack: Pack, entry: number, { code, spans }: Extract<Condition, { kind: "date" }>): boolean {
  if (code === "_lastUpdated") {
    const instant_ms = pack.lastUpdated_ms[entry] ?? 0;
    const updated = [{ low_ms: instant_ms, high_ms: instant_ms + 1 }];
    return spans.some((span) => meetsSpan(updated, span));
  }
  const dates = datesOf(pack, entry, code);
  return spans.some((span) => meetsSpan(dates, span));
}

const NO_DATES: readonly DateRange[] = [];

/** The dates that keys hold of an entry under a code. */
export function datesOf({ types, dates, dateStarts }: Pack, entry: number, code: string): readonly DateRange[] {
  if (DATE_CODES.get(types[entry] ?? "") !== code) return NO_DATES;
  const found: DateRange[] = [];
  for (let at = dateStarts[entry] ?? 0; at < (dateStarts[entry + 1] ?? 0); at += 2) {
    found.push({ low_ms: dates[at] ?? Number.NaN, high_ms: dates[at + 1] ?? Number.NaN });
  }
  return found;
}

function meetsString(pack: Pack, entry: number, condition: Extract<Condition, { kind: "string" }>): boolean {
  const { code, texts, atWords } = condition;
  for (let i = pack.stringStarts[entry] ?? 0; i < (pack.stringStarts[entry + 1] ?? 0); i++) {
    const key = pack.strings[i];
    if (key?.code === code && texts.some((text) => beginsWith(key.text, text, atWords))) return true;
  }
  return false;
}

/** The resource of an entry, parsed anew: only for what its keys cannot tell. */
export function parseEntry(pack: Pack, entry: number): Resource {
  return JSON.parse(glimpse(pack, entry).toString());
}

/**
 * Whether an entry meets every condition that is about the entry itself; chains, `_has` and the identifiers of the child
 * are for who can see other resources. The body is parsed once at most, and only when all that keys can tell holds.
 */
export function meetsConditions(pack: Pack, entry: number, conditions: readonly Condition[]): boolean {
  let needsResource = false;
  for (const condition of conditions) {
    switch (condition.kind) {
      case "token":
        if (!hasToken(pack, entry, condition.hashes)) return false;
        break;
      case "not-token":
        if (hasToken(pack, entry, condition.hashes)) return false;
        break;
      case "date":
        if (!meetsDate(pack, entry, condition)) return false;
        break;
      case "string":
        if (!meetsString(pack, entry, condition)) return false;
        break;
      case "resource":
        needsResource ||= !isKnownToMeet(pack, entry, condition);
        break;
    }
  }
  if (!needsResource) return true;
  const resource = parseEntry(pack, entry);
  return conditions.every(
    (condition) => condition.kind !== "resource" || isKnownToMeet(pack, entry, condition) || condition.holds(resource),
  );
}

function isKnownToMeet(pack: Pack, entry: number, { hashes }: Extract<Condition, { kind: "resource" }>): boolean {
  return hashes !== undefined && hasToken(pack, entry, hashes);
}
