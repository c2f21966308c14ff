import type { DisclosureFilter, StoredDisclosureDecision } from "../store/store.ts";
import type { AuditFigures, Tally } from "./audit-figures.ts";
import { type EvidenceSection, type EvidenceTable, monthOf } from "./section.ts";
import { type Shown, type SuppressionProfile, suppressBy } from "./suppression.ts";

export interface DisclosureOptions {
  readonly figures: AuditFigures;
  /** Of all children, one after another. */
  decisions(filter: DisclosureFilter): AsyncIterable<StoredDisclosureDecision>;
  readonly profile: SuppressionProfile;
  /** Within how many days a decision is to be reviewed. */
  readonly reviewDays: number;
  /** Milliseconds since 1970. */
  readonly now_ms: number;
}

const DAY_ms = 86_400_000;
const KINDS = ["objection", "duty", "break-glass"] as const;

/** How much was disclosed, refused, and released in spite of something: counts that name nobody. */
export async function disclosureSection(options: DisclosureOptions): Promise<EvidenceSection> {
  const { figures, profile } = options;
  const shown = suppressBy(profile);
  const tally = (id: string, title: string, head: readonly string[], tallies: readonly Tally[]) =>
    tallyTable({ id, title, head }, tallies, shown);
  return {
    id: "disclosures",
    title: "Disclosures",
    text: [
      `Counted in ${shown(figures.records)} records of the audit log, by calendar month in UTC. ${profile.policy} Cells are treated one by one, and no totals are given from which a suppressed one could be worked out.`,
      `The details of ${shown(figures.purged)} records were purged: whom they were about is not known any more, and they are in no table of children.`,
    ],
    tables: [
      {
        id: "disclosures",
        title: "Children and requests by client, purpose, organisation and month",
        head: ["Month", "Client", "Purpose", "Organisation", "Children", "Requests"],
        rows: figures.disclosures.map(({ month, client, purpose, organization, children, requests }) => [
          month,
          client,
          purpose,
          organization,
          shown(children),
          shown(requests),
        ]),
      },
      tally("withheld", "Disclosures of which something was held back", ["Client", "Month"], figures.withheld),
      tally("denied", "Requests that were refused", ["Client", "Interaction", "Month"], figures.denied),
      tally(
        "overridden",
        "Children's rows released in spite of an objection or without a relationship",
        ["By", "Client", "Month"],
        figures.overridden,
      ),
      ...(await decisionTables(options, shown)),
    ],
  };
}

function tallyTable(
  { id, title, head }: Pick<EvidenceTable, "id" | "title" | "head">,
  tallies: readonly Tally[],
  shown: Shown,
): EvidenceTable {
  const rows = tallies.map(({ words, count }) => [...words, shown(count)]);
  return { id, title, head: [...head, "Count"], rows: rows.toSorted(byWords) };
}

function byWords(one: readonly string[], other: readonly string[]): number {
  return one.join("\t") < other.join("\t") ? -1 : 1;
}

async function decisionTables(
  { decisions, reviewDays, now_ms }: DisclosureOptions,
  shown: Shown,
): Promise<readonly EvidenceTable[]> {
  const counts = new Map<string, number>();
  const count = (name: string) => counts.set(name, (counts.get(name) ?? 0) + 1);
  for await (const { kind, review, decidedAt_ms } of decisions({})) {
    const state = review === undefined ? "not reviewed" : review.isUpheld ? "upheld" : "not upheld";
    count([kind, monthOf(decidedAt_ms), state].join("\t"));
  }
  const overdue = new Map<string, number>(KINDS.map((kind) => [kind, 0]));
  const waiting = { isAwaitingReview: true, decidedBefore_ms: now_ms - reviewDays * DAY_ms } as const;
  for await (const { kind } of decisions(waiting)) overdue.set(kind, (overdue.get(kind) ?? 0) + 1);
  return [
    {
      id: "disclosure-decisions",
      title: "Objections decided, duties to share, and broken glasses",
      head: ["Kind", "Month", "Review", "Count"],
      rows: [...counts]
        .toSorted(([one], [other]) => (one < other ? -1 : 1))
        .map(([name, n]) => [...name.split("\t"), shown(n)]),
    },
    {
      id: "reviews-overdue",
      title: `Reviews overdue by more than ${reviewDays} days`,
      head: ["Kind", "Count"],
      rows: [...overdue].map(([kind, n]) => [kind, shown(n)]),
    },
  ];
}
