import type { FieldRow, SourceKind } from "#mappers/mapper.ts";
import { type JoinedBody, joinSmall } from "./join-small.ts";
import type { QualityBody, TableCounts } from "./quality-counts.ts";
import {
  isSmall,
  rateOf,
  SHOWN_COUNT_MIN,
  type ShownCount,
  type ShownParts,
  type ShownRate,
  SUPPRESSED,
  suppressCodes,
  suppressPart,
  suppressParts,
} from "./suppress.ts";
import { type Delay, medianOf, toDelays } from "./timeliness.ts";

/**
 * What `GET /ingest/quality/{source}` answers: how good what a source sent is, by table and delivery. Counts are of source
 * records; `c` stands for one that is suppressed (`suppression`). It holds no value from a record but unknown codes.
 * Members are only ever added.
 */
export interface QualityReport {
  readonly source: string;
  readonly kind: SourceKind;
  readonly suppression: { readonly symbol: typeof SUPPRESSED; readonly shownFrom: number; readonly policy: string };
  /** One for each table; a single one with an empty name for a source of one kind of record. */
  readonly tables: readonly TableQuality[];
}

export interface TableQuality {
  readonly table: string;
  /** Newest first: the first is how the source stands, all together are the trend. */
  readonly deliveries: readonly DeliveryQuality[];
}

export interface Share {
  readonly count: ShownCount;
  readonly rate: ShownRate;
}

export interface DeliveryQuality {
  /** Id of the receipt; of the latest where several small deliveries of a day are told as one. */
  readonly delivery: string;
  /** How many deliveries it tells of. */
  readonly deliveries: ShownCount;
  /** Instant; of the latest of several. */
  readonly receivedAt: string;
  readonly records: {
    readonly received: ShownCount;
    readonly committed: ShownCount;
    readonly unchanged: ShownCount;
    readonly quarantined: ShownCount;
  };
  /** Rates over all fields, made of those rates alone that `fields` shows. */
  readonly overall: { readonly completeness: ShownRate; readonly conformity: ShownRate; readonly validity: ShownRate };
  readonly uniqueness: {
    /** Records whose name had come before in the delivery. */
    readonly recordsAgain: Share;
    /** Records of a child of whom the delivery had brought another record. */
    readonly childrenAgain: Share;
  };
  /**
   * Days from the latest date in a record that was taken in to its receipt; of the whole delivery, whatever its tables,
   * and of staged tables by child. Buckets are joined until none is small, and suppressed where that does not help or
   * where their sum would tell how many were taken in.
   */
  readonly timeliness: {
    readonly median: string | undefined;
    readonly buckets: readonly Delay[] | typeof SUPPRESSED;
  };
  /** In the order of the mapper's table; those that never came are there too. */
  readonly fields: readonly FieldQuality[];
  readonly unmapped: readonly UnmappedList[];
}

export interface FieldQuality {
  readonly field: string;
  /** Records in which it has a value. */
  readonly completeness: Share;
  /** Records with an error, which holds them back, or else a warning at the field; the rate is of those with neither. */
  readonly validity: { readonly errors: ShownCount; readonly warnings: ShownCount; readonly rate: ShownRate };
  /** Of the records in which it has a value, those that fit its code list or format. */
  readonly conformity: Share;
}

export interface UnmappedList {
  readonly list: string;
  readonly codes: readonly { readonly code: string; readonly records: number }[];
  /** Whether there were further codes, suppressed or not fit to be repeated. */
  readonly others: boolean;
}

const SUPPRESSION_POLICY = `Policy of this gateway: a count from 1 to ${SHOWN_COUNT_MIN - 1} is shown as ${SUPPRESSED}, and so is every other count or rate from which it could be computed.`;

/** Bodies newest first, as `qualityOf` gives them; of what they tell, the latest `deliveries` of each table. */
export function toQualityReport(
  about: {
    readonly source: string;
    readonly kind: SourceKind;
    readonly fields: readonly FieldRow[];
    readonly deliveries: number;
  },
  bodies: readonly QualityBody[],
): QualityReport {
  const joined = joinSmall(bodies);
  const names = [...new Set(joined.flatMap(({ tables }) => Object.keys(tables)))].toSorted();
  return {
    source: about.source,
    kind: about.kind,
    suppression: { symbol: SUPPRESSED, shownFrom: SHOWN_COUNT_MIN, policy: SUPPRESSION_POLICY },
    tables: names.map((table) => ({
      table,
      deliveries: joined
        .flatMap((body) => {
          const counts = body.tables[table];
          return counts === undefined ? [] : [toDelivery(body, { table, counts }, fieldsOf(table, about.fields))];
        })
        .slice(0, about.deliveries),
    })),
  };
}

/** Fields of a table, without those dropped at the door, of which not even how many is told. */
function fieldsOf(table: string, fields: readonly FieldRow[]): readonly string[] {
  return fields
    .filter(({ field, droppedAtDoor }) => droppedAtDoor !== true && (table === "" || field.startsWith(`${table}.`)))
    .map(({ field }) => field);
}

function toDelivery(
  body: JoinedBody,
  at: { readonly table: string; readonly counts: TableCounts },
  names: readonly string[],
): DeliveryQuality {
  const { table, counts } = at;
  // Nothing is told of very few records: every share of them would be a share of one or two children.
  const isTold = suppressParts(fatesOf(counts)).isSafe;
  const fields = names.map((field) => toField(field, counts, isTold));
  const { parts } = suppressParts(fatesOf(counts), givesAway(counts, fields));
  const [committed = SUPPRESSED, unchanged = SUPPRESSED, quarantined = SUPPRESSED] = isTold ? parts : [];
  return {
    delivery: body.delivery,
    // Where each brought one record, to tell how many there were would tell how many records.
    deliveries: isTold || body.deliveries === 1 ? body.deliveries : SUPPRESSED,
    receivedAt: new Date(body.receivedAt).toISOString(),
    records: { received: isTold ? counts.received : SUPPRESSED, committed, unchanged, quarantined },
    overall: {
      completeness: meanOf(fields.map(({ completeness }) => completeness.rate)),
      conformity: meanOf(fields.map(({ conformity }) => conformity.rate)),
      validity: quarantined === SUPPRESSED ? SUPPRESSED : rateOf(counts.received - quarantined, counts.received),
    },
    uniqueness: {
      recordsAgain: isTold ? suppressPart(counts.again, counts.received) : HIDDEN,
      childrenAgain: isTold ? suppressPart(counts.childAgain, counts.received) : HIDDEN,
    },
    timeliness: toTimeliness(body, !isTold || (table === "" && committed === SUPPRESSED)),
    fields,
    unmapped: isTold ? toUnmapped(counts) : [],
  };
}

const HIDDEN: Share = { count: SUPPRESSED, rate: SUPPRESSED };

function fatesOf({ committed, unchanged, quarantined }: TableCounts): readonly number[] {
  return [committed, unchanged, quarantined];
}

/**
 * Whether the number held back gives away errors that are suppressed: at least as many records as are held back have an
 * error somewhere, so what the shown fields do not account for the others must.
 */
function givesAway({ quarantined }: TableCounts, fields: readonly FieldQuality[]): boolean {
  let shown = 0;
  let hidden = 0;
  for (const { validity } of fields) {
    if (validity.errors === SUPPRESSED) hidden += 1;
    else shown += validity.errors;
  }
  return hidden > 0 && quarantined - shown > hidden;
}

function toField(field: string, { received, fields }: TableCounts, isTold: boolean): FieldQuality {
  const { filled = 0, errors = 0, warnings = 0, misfits = 0 } = fields[field] ?? {};
  if (!isTold) {
    return {
      field,
      completeness: HIDDEN,
      validity: { errors: SUPPRESSED, warnings: SUPPRESSED, rate: SUPPRESSED },
      conformity: HIDDEN,
    };
  }
  const completeness = suppressPart(filled, received);
  const right = received - errors - warnings;
  const { parts, isSafe }: ShownParts = suppressParts([errors, warnings, right]);
  const [shownErrors = SUPPRESSED, shownWarnings = SUPPRESSED, shownRight = SUPPRESSED] = isSafe ? parts : [];
  // Issues with a field that is not there are the issues less the misfits, if both are told.
  const wouldTell = completeness.count === SUPPRESSED || isSmall(errors + warnings - misfits);
  return {
    field,
    completeness,
    validity: {
      errors: shownErrors,
      warnings: shownWarnings,
      rate: shownRight === SUPPRESSED ? SUPPRESSED : rateOf(shownRight, received),
    },
    conformity: wouldTell ? HIDDEN : suppressPart(filled - misfits, filled),
  };
}

function toTimeliness({ ages, undated }: QualityBody, isHidden: boolean): DeliveryQuality["timeliness"] {
  const delays = toDelays(ages, undated);
  return {
    median: delays === undefined ? undefined : medianOf(delays),
    buckets: isHidden || delays === undefined ? SUPPRESSED : delays,
  };
}

function toUnmapped({ unmapped }: TableCounts): readonly UnmappedList[] {
  return Object.keys(unmapped)
    .toSorted()
    .map((list) => {
      const { shown, others } = suppressCodes(unmapped[list] ?? {});
      return { list, codes: shown, others };
    });
}

/** Of shown rates alone, so that it tells nothing that they do not. */
function meanOf(rates: readonly ShownRate[]): ShownRate {
  const shown = rates.filter((rate) => typeof rate === "number");
  if (shown.length === 0) return rates.includes(SUPPRESSED) ? SUPPRESSED : undefined;
  return Math.round((shown.reduce((sum, rate) => sum + rate, 0) / shown.length) * 1_000) / 1_000;
}
