import { setImmediate as nextTurn } from "node:timers/promises";
import { isRecordType, type RecordType, SERVED_RESOURCES } from "#profiles/interactions.ts";
import type { Labels } from "../disclosure/labels/label.ts";
import type { Labelling } from "../disclosure/labels/labels.ts";
import { confidentialityOf } from "../disclosure/labels/rank.ts";
import type { SourceFacts } from "../disclosure/visibility.ts";
import { DECISION_SOURCE } from "../identity/decisions/ports.ts";
import { toLoadedRecord } from "../interactions/record-reader-load.ts";
import { type ReadVerbs, type RecordKey, SHARED_ID_SPACE } from "../store/store.ts";
import { type EvidenceSection, type EvidenceTable, listOf } from "./section.ts";
import { type Shown, type SuppressionProfile, shownShare, suppressBy } from "./suppression.ts";

export interface LabelCoverageOptions {
  /** Absent: nothing is stored yet. */
  readonly store: ReadVerbs | undefined;
  readonly sources: ReadonlyMap<string, SourceFacts>;
  readonly labelling: Labelling;
  readonly fhirBase: string;
  readonly profile: SuppressionProfile;
}

interface Coverage {
  resources: number;
  unlabelled: number;
  restricted: number;
}

const PAGE_records = 200;

/** Whether everything that is held is labelled, by the lists in force: one record in memory at a time. */
export async function labelSection(options: LabelCoverageOptions): Promise<EvidenceSection> {
  const { store, labelling, profile } = options;
  const coverage = new Map<string, Coverage>();
  if (store !== undefined) {
    for await (const key of keysOf(store, options)) {
      await cover(coverage, store, { key, options });
      // A gateway beside this one is not kept from its disk.
      await nextTurn();
    }
  }
  return {
    id: "labels",
    title: "Labels",
    text: [
      `Every current resource was labelled by the lists in force, ${labelling.version}. What no list knows counts as very restricted, so that it reaches only agreements up to V. ${profile.policy}`,
    ],
    tables: [coverageTable(coverage, suppressBy(profile)), ...listTables(labelling)],
  };
}

async function* keysOf(store: ReadVerbs, { sources }: LabelCoverageOptions): AsyncGenerator<RecordKey> {
  const authorities = [...new Set([...sources.values()].map(({ authority }) => authority))];
  for (let after = 0; ; ) {
    const page = await store.scanRecords({ authorities }, after, PAGE_records);
    yield* page;
    after = page.at(-1) ?? after;
    if (page.length < PAGE_records) break;
  }
  const kinds = SERVED_RESOURCES.flatMap(({ type }): RecordType[] => (isRecordType(type) ? [type] : []));
  for (const kind of kinds) yield* await store.sharedRecords(kind, authorities);
}

async function cover(
  coverage: Map<string, Coverage>,
  store: ReadVerbs,
  { key, options }: { readonly key: RecordKey; readonly options: LabelCoverageOptions },
): Promise<void> {
  const stored = await store.record(key);
  // In a space of its own nobody is real, and nothing is weighed.
  if (stored === undefined || stored.idSpace !== SHARED_ID_SPACE) return;
  const { sources, fhirBase, labelling } = options;
  const record = toLoadedRecord(stored, 0, { sources, fhirBase, labelling: () => labelling });
  for (const [entry, type] of record.pack.types.entries()) {
    const source = record.pack.sources[entry] ?? "";
    const unregistered = source === DECISION_SOURCE ? "decided here" : "source not registered";
    const name = `${sources.get(source)?.dataClass ?? unregistered}\t${type}`;
    const known = coverage.get(name) ?? { resources: 0, unlabelled: 0, restricted: 0 };
    coverage.set(name, known);
    known.resources += 1;
    count(known, record.labelsOf(entry));
  }
}

function count(known: Coverage, labels: Labels): void {
  if (labels === undefined) known.unlabelled += 1;
  else if (["R", "V"].includes(confidentialityOf(labels))) known.restricted += 1;
}

function coverageTable(coverage: ReadonlyMap<string, Coverage>, shown: Shown): EvidenceTable {
  const rows = [...coverage].toSorted(([one], [other]) => (one < other ? -1 : 1));
  return {
    id: "label-coverage",
    title: "Resources by data class and type",
    head: ["Data class", "Type", "Resources", "Unlabelled", "Share unlabelled", "Labelled R or V"],
    rows: rows.map(([name, { resources, unlabelled, restricted }]) => {
      const [whole, part] = [shown(resources), shown(unlabelled)];
      return [...name.split("\t"), whole, part, shownShare(part, whole), shown(restricted)];
    }),
  };
}

function listTables({ lists }: Labelling): readonly EvidenceTable[] {
  const { version, defaults, services } = lists;
  const told = lists.lists.map(({ id, reason, from, confidentiality, sensitivities = [], handling = [] }) => [
    "codes",
    id,
    version,
    listOf([confidentiality, ...sensitivities, ...handling]),
    reason,
    from,
  ]);
  const assumed = defaults.map(({ id, reason, types, confidentiality, sensitivities = [], handling = [] }) => [
    "default",
    id,
    version,
    listOf([confidentiality, ...sensitivities, ...handling]),
    reason,
    listOf(types),
  ]);
  const named = services.map(({ id, reason, kind, confidentiality, sensitivities = [] }) => [
    "services",
    id,
    version,
    listOf([confidentiality, ...sensitivities]),
    reason,
    `told as: ${kind}`,
  ]);
  return [
    {
      id: "label-lists",
      title: "Lists in force",
      head: ["Kind", "List", "Version", "Labels", "Why", "From, or of what"],
      rows: [...told, ...assumed, ...named],
    },
  ];
}
