import { AREAS, type Area } from "./areas.ts";
import { lastProfileYear } from "./calendar.ts";
import {
  COMMON_TRANSFER_FILE_TAIL,
  commonTransferFileHead,
  commonTransferFileRecordId,
  toPupil,
} from "./common-transfer-file.ts";
import {
  COMMUNITY_TABLES,
  communityHeader,
  communityRecordId,
  toCommunityLines,
} from "./community-services-data-set.ts";
import { toCsvLine } from "./csv.ts";
import { progressRecordId, toProgressLine } from "./digital-child-health.ts";
import { messagesInLines, messagesInXml, messagesOf } from "./digital-child-health-files.ts";
import {
  censusRecordId,
  earlyYearsCensusHead,
  earlyYearsCensusTail,
  sendsXml,
  toCensusChild,
} from "./early-years-census.ts";
import { EYFS_PROFILE_HEADER, eyfsProfileRecordId, toEyfsProfileLine } from "./eyfs-profile.ts";
import {
  HUB_CONTACT_HEADER,
  HUB_REGISTRATION_HEADER,
  hubRecordId,
  toHubContactLines,
  toHubRegistrationLine,
} from "./family-hub.ts";
import { MOTHERS_FROM, UPNS_IN_YEAR } from "./identifiers.ts";
import { adtRecordId, toAdtMessages } from "./itk-adt.ts";
import { indicesOf, type Setting } from "./people.ts";
import { PROGRESS_CHECK_HEADER, progressCheckRecordId, toProgressCheckLine } from "./progress-check.ts";
import { recordsOf } from "./record-keeping.ts";
import type { ChildRecords, RecordKind, SourceRecord } from "./records.ts";
import { SCENARIOS } from "./scenarios.ts";
import { SHARING_REGISTER_HEADER, sharingRecordId, toSharingRegisterLine } from "./sharing-register.ts";

export interface GenerateOptions {
  /** How many children, from 0; the named children come on top. Each area has 49,000 at most, 396,000 in all. */
  readonly children: number;
  /** The same seed gives the same bytes; `1` and `"1"` are the same seed. */
  readonly seed: number | string;
  /** Share of source records with something wrong, 0 to 1. Default 0.05. */
  readonly dirtRate?: number;
  /** YYYY-MM-DD; ages are as on this day. */
  readonly today: string;
  /** Default: all of `AREAS`. */
  readonly areas?: readonly Area[];
  /** Whether the named children are among the rest. Default true. */
  readonly scenarios?: boolean;
}

/** One file of one source. `truth.csv` is of no source: its `source` is empty. */
export interface SyntheticFile {
  /** As `leeds-eyfsp`. */
  readonly source: string;
  /** As `leeds-csds-CYP001MPI.csv`. */
  readonly name: string;
  /** Made while it is read, and made anew each time. */
  readonly chunks: Iterable<string>;
}

export const DEFAULT_DIRT_RATE = 0.05;
export const TRUTH_FILE = "truth.csv";

/** Big enough that a write is worth its call, small enough to hold many. */
const CHUNK_CHARACTERS = 64 * 1024;

/**
 * The files of all sources, area by area: profiles, transfer file, community tables in the order of their keys,
 * messages, census, progress checks, family hub, ADT, sharing register; then `truth.csv`. Nothing is kept: every file makes its children again as it is read.
 *
 * Throws a RangeError when the options are outside what they say.
 */
export function* generate(options: GenerateOptions): Generator<SyntheticFile> {
  const setting = toSetting(options);
  const named = namedOf(options);
  for (const area of setting.areas) {
    yield* filesOf(area, (kind) => childrenOf(area, setting, { named, wanted: WANTED[kind] }), setting);
  }
  yield { source: "", name: TRUTH_FILE, chunks: chunked(() => truthLines(setting, named)) };
}

export function toSetting({
  children,
  seed,
  dirtRate = DEFAULT_DIRT_RATE,
  today,
  areas = AREAS,
}: GenerateOptions): Setting {
  const [first, ...others] = areas;
  if (first === undefined) throw new RangeError("areas: expected at least one");
  const most = Math.min(MOTHERS_FROM, UPNS_IN_YEAR * areas.length);
  if (!Number.isInteger(children) || children < 0 || children > most) {
    throw new RangeError(`children: expected a whole number from 0 to ${most}`);
  }
  if (!(dirtRate >= 0 && dirtRate <= 1)) throw new RangeError("dirtRate: expected a number from 0 to 1");
  if (!/^20[0-9]{2}-[0-9]{2}-[0-9]{2}$/.test(today) || Number.isNaN(Date.parse(today))) {
    throw new RangeError("today: expected a date as YYYY-MM-DD");
  }
  return { children, seed, dirtRate, today, areas: [first, ...others] };
}

/** The children of the area with their records of a kind, made anew at each call. */
type Children = (kind: RecordKind) => Iterable<ChildRecords>;

function* filesOf(area: Area, children: Children, setting: Setting): Generator<SyntheticFile> {
  yield {
    source: `${area.id}-eyfsp`,
    name: `${area.id}-eyfsp.csv`,
    chunks: chunked(() => linesOf(EYFS_PROFILE_HEADER, pick(children("profile"), "eyfsp", area), toEyfsProfileLine)),
  };
  yield {
    source: `${area.id}-ctf`,
    name: `${area.id}-ctf.xml`,
    chunks: chunked(function* () {
      yield* linesOf(
        commonTransferFileHead(area, lastProfileYear(setting.today)),
        pick(children("profile"), "ctf", area),
        toPupil,
      );
      yield COMMON_TRANSFER_FILE_TAIL;
    }),
  };
  for (const table of COMMUNITY_TABLES) {
    const toLines = (record: ChildRecords["health"][number]): string => toCommunityLines(table, record);
    yield {
      source: `${area.id}-csds`,
      name: `${area.id}-csds-${table.name}.csv`,
      chunks: chunked(() => linesOf(communityHeader(table), pick(children("health"), "health", area), toLines)),
    };
  }
  yield {
    source: `${area.id}-dch`,
    name: `${area.id}-dch.ndjson`,
    chunks: chunked(function* () {
      yield* linesOf("", pick(children("progress"), "progress", area), toProgressLine);
      yield* messagesInLines(area, setting);
    }),
  };
  for (const [index, { xml }] of messagesInXml(area, setting).entries()) {
    yield { source: `${area.id}-dch`, name: `${area.id}-dch-${index + 1}.xml`, chunks: [xml] };
  }
  yield {
    source: `${area.id}-eyc`,
    name: `${area.id}-eyc.${sendsXml(area) ? "xml" : "csv"}`,
    chunks: chunked(function* () {
      yield* linesOf(
        earlyYearsCensusHead(area, setting.today),
        pick(children("census"), "census", area),
        toCensusChild,
      );
      yield earlyYearsCensusTail(area);
    }),
  };
  yield {
    source: `${area.id}-progress`,
    name: `${area.id}-progress.csv`,
    chunks: chunked(() => linesOf(PROGRESS_CHECK_HEADER, pick(children("check"), "check", area), toProgressCheckLine)),
  };
  yield {
    source: `${area.id}-hub`,
    name: `${area.id}-hub-registrations.csv`,
    chunks: chunked(() => linesOf(HUB_REGISTRATION_HEADER, pick(children("hub"), "hub", area), toHubRegistrationLine)),
  };
  yield {
    source: `${area.id}-hub`,
    name: `${area.id}-hub-contacts.csv`,
    chunks: chunked(() => linesOf(HUB_CONTACT_HEADER, pick(children("hub"), "hub", area), toHubContactLines)),
  };
  yield {
    source: `${area.id}-adt`,
    name: `${area.id}-adt.hl7`,
    chunks: chunked(() => linesOf("", pick(children("adt"), "adt", area), toAdtMessages)),
  };
  yield {
    source: `${area.id}-sharing`,
    name: `${area.id}-sharing.csv`,
    chunks: chunked(() =>
      linesOf(SHARING_REGISTER_HEADER, pick(children("sharing"), "sharing", area), toSharingRegisterLine),
    ),
  };
}

interface Choice {
  readonly named: readonly ChildRecords[];
  readonly wanted?: ReadonlySet<RecordKind>;
}

/** The register knows the pupil number of a child whose profile says that it is at a school. */
const WANTED: Readonly<Record<RecordKind, ReadonlySet<RecordKind>>> = {
  health: new Set(["health"]),
  profile: new Set(["profile"]),
  progress: new Set(["progress"]),
  census: new Set(["census"]),
  check: new Set(["check"]),
  hub: new Set(["hub"]),
  adt: new Set(["adt"]),
  sharing: new Set(["sharing", "profile"]),
};

/** All named children, then the children of the area. */
function* childrenOf(area: Area, setting: Setting, { named, wanted }: Choice): Generator<ChildRecords> {
  yield* named;
  for (const index of indicesOf(area, setting)) yield recordsOf(index, setting, wanted);
}

/** What all sources hold on the children of an area, the named children first; those may be of other areas. */
export function childrenIn(area: Area, options: GenerateOptions): Iterable<ChildRecords> {
  return childrenOf(area, toSetting(options), { named: namedOf(options), wanted: WANTED.profile });
}

function namedOf({ scenarios }: GenerateOptions): readonly ChildRecords[] {
  return scenarios === false ? [] : SCENARIOS.map(({ records }) => records);
}

type RecordsKey = "health" | "eyfsp" | "ctf" | "progress" | "census" | "check" | "hub" | "adt" | "sharing";

function* pick<Key extends RecordsKey>(
  children: Iterable<ChildRecords>,
  key: Key,
  area: Area,
): Generator<ChildRecords[Key][number]> {
  for (const child of children) {
    for (const record of child[key]) if (record.area === area.id) yield record;
  }
}

function* linesOf<Rec>(head: string, records: Iterable<Rec>, toText: (record: Rec) => string): Generator<string> {
  yield head;
  for (const record of records) yield toText(record);
}

function* truthLines(setting: Setting, named: readonly ChildRecords[]): Generator<string> {
  yield toCsvLine(["source", "record_id", "child"]);
  for (const area of setting.areas) {
    for (const child of childrenOf(area, setting, { named })) {
      const line = <Story>(kind: string, recordId: (record: SourceRecord<Story>) => string) => {
        return (record: SourceRecord<Story>): string =>
          record.area === area.id ? toCsvLine([`${area.id}-${kind}`, recordId(record), child.child]) : "";
      };
      yield* child.eyfsp.map(line("eyfsp", eyfsProfileRecordId));
      yield* child.ctf.map(line("ctf", commonTransferFileRecordId));
      yield* child.health.map(line("csds", communityRecordId));
      yield* child.progress.map(line("dch", progressRecordId));
      for (const { recordId } of messagesOf(child, area)) yield toCsvLine([`${area.id}-dch`, recordId, child.child]);
      yield* child.census.map(line("eyc", censusRecordId));
      yield* child.check.map(line("progress", progressCheckRecordId));
      yield* child.hub.map(line("hub", hubRecordId));
      yield* child.adt.map(line("adt", adtRecordId));
      yield* child.sharing.map(line("sharing", sharingRecordId));
    }
  }
}

function chunked(lines: () => Iterable<string>): Iterable<string> {
  return {
    *[Symbol.iterator]() {
      let chunk = "";
      for (const line of lines()) {
        chunk += line;
        if (chunk.length < CHUNK_CHARACTERS) continue;
        yield chunk;
        chunk = "";
      }
      if (chunk !== "") yield chunk;
    },
  };
}
