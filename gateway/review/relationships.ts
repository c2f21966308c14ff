import type { ReviewedChild } from "./child.ts";
import type { ReviewPorts } from "./ports.ts";
import type { PartyRelationship, SharedRelationship } from "./shapes.ts";
import type { Sight } from "./sight.ts";

type Told = ReviewedChild["record"]["relationships"][number];

const KIND_WORDS: Readonly<Record<Told["kind"], string>> = {
  "gp-registration": "GP practice",
  caseload: "health-visiting team",
  roll: "school or setting",
  "hub-registration": "family hub",
};

/** With which organisations a child stands, from when to when. Of a restricted child no organisation is named. */
export function toRelationships(
  { record, isRestricted }: ReviewedChild,
  sight: Sight,
  { register }: Pick<ReviewPorts, "register">,
): readonly PartyRelationship[] {
  return record.relationships
    .filter(({ source }) => sight.shows(source))
    .map(({ kind, organization: { system, value }, start, end, source }) => {
      const named = register.organizations.find((one) => one.system === system && one.value === value);
      return {
        kind: KIND_WORDS[kind],
        ...(isRestricted ? {} : { organization: named === undefined ? value : `${named.name} (${value})` }),
        ...(start === undefined ? {} : { start }),
        ...(end === undefined ? {} : { end }),
        source,
      };
    });
}

interface Labelled {
  readonly label: string;
  readonly child: ReviewedChild;
}

/**
 * One place at the same time speaks for one child; two practices or schools at the same time speak against. A hub and a
 * caseload serve many, and a child may have two of them, so there only the same one says something.
 */
export function toSharedRelationships(subject: Labelled, other: Labelled, sight: Sight): readonly SharedRelationship[] {
  const shared: SharedRelationship[] = [];
  const mine = subject.child.record.relationships.filter(({ source }) => sight.shows(source));
  const theirs = other.child.record.relationships.filter(({ source }) => sight.shows(source));
  for (const kind of ["gp-registration", "roll", "caseload", "hub-registration"] as const) {
    const pairs = mine
      .filter((one) => one.kind === kind)
      .flatMap((one) =>
        theirs
          .filter((another) => another.kind === kind && overlaps(one, another))
          .map((another) => [one, another] as const),
      );
    if (pairs.length === 0) continue;
    const isSame = pairs.some(([one, another]) => isOfOne(one, another));
    if (!isSame && (kind === "caseload" || kind === "hub-registration")) continue;
    shared.push({
      speaks: isSame ? "for" : "against",
      parties: [subject.label, other.label],
      words: isSame ? `The same ${KIND_WORDS[kind]} at the same time` : `Another ${KIND_WORDS[kind]} at the same time`,
    });
  }
  return shared;
}

function isOfOne(one: Told, other: Told): boolean {
  return one.organization.system === other.organization.system && one.organization.value === other.organization.value;
}

/** Dates are YYYY-MM-DD; an open end lasts. */
function overlaps(one: Told, other: Told): boolean {
  return startsBefore(one, other) && startsBefore(other, one);
}

function startsBefore({ start }: Told, { end }: Told): boolean {
  return start === undefined || end === undefined || start <= end;
}
