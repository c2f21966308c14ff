import { ukInstant_ms } from "#mappers/datatypes/uk-time.ts";
import type { Relationship } from "#mappers/mapper.ts";
import type { Requester } from "../access/requester.ts";

/** A tie of a child to an organisation, and since when it is known. */
export interface ToldRelationship extends Relationship {
  /** Milliseconds since 1970; absent: it always was. */
  readonly toldAt?: number;
}

const DAY_ms = 86_400_000;

/**
 * Since when a child has been the requester's without a break: the later of the day on which its relationship began and
 * the moment at which it was told, ties that follow each other day by day being one. Milliseconds since 1970; `undefined`
 * where it always was, where nothing but the agreement itself makes the child the requester's, or where it is not.
 */
export function relatedSince(
  relationships: readonly ToldRelationship[],
  { agreement, organization }: Requester,
  now_ms: number,
): number | undefined {
  if (agreement.relationship === "authority") return undefined;
  const spans = relationships.flatMap(({ kind, organization: other, start, end, toldAt }) => {
    const isOwn =
      kind === agreement.relationship && other.system === organization.system && other.value === organization.value;
    if (!isOwn) return [];
    const from = Math.max(
      start === undefined ? Number.NEGATIVE_INFINITY : dayStart_ms(start),
      toldAt ?? Number.NEGATIVE_INFINITY,
    );
    return [{ from, until: end === undefined ? Number.POSITIVE_INFINITY : nextDay_ms(end) }];
  });
  const holding = spans.filter(({ from, until }) => from <= now_ms && now_ms < until);
  if (holding.length === 0) return undefined;
  let since = Math.min(...holding.map(({ from }) => from));
  for (;;) {
    const before = spans.filter(({ from, until }) => from < since && until >= since).map(({ from }) => from);
    if (before.length === 0) break;
    since = Math.min(...before);
  }
  return Number.isFinite(since) ? since : undefined;
}

function dayStart_ms(date: string): number {
  return ukInstant_ms(Date.parse(`${date}T00:00:00Z`));
}

function nextDay_ms(date: string): number {
  return ukInstant_ms(Date.parse(`${date}T00:00:00Z`) + DAY_ms);
}
