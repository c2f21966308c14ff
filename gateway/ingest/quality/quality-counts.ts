import type { FieldRow } from "#mappers/mapper.ts";
import { bucketOf, TIMELINESS_BUCKETS } from "./timeliness.ts";
import { fitCode, NOT_A_CODE } from "./unmapped-code.ts";

/** What the line tells of one source record once its fate is known: names and counts, no value but an unknown code. */
export interface QualityRecord {
  /** Table of a staged row; absent for a source of one kind of record. */
  readonly table?: string | undefined;
  /** Fields that have a value, as in the mapper's table. */
  readonly filled: readonly string[];
  readonly issues: readonly QualityIssue[];
  readonly fate: "committed" | "unchanged" | "quarantined";
  /** A record of the same name came before in this delivery. */
  readonly again?: boolean;
  /** A record of the same child came before in this delivery, under another name. */
  readonly childAgain?: boolean;
}

export interface QualityIssue {
  readonly severity: "error" | "warning";
  readonly field?: string | undefined;
  readonly unmapped?: { readonly list: string; readonly code: string } | undefined;
}

/** Counts of one field: in how many records it is filled, wrong, doubtful; and filled with what is wrong or doubtful. */
export interface FieldCounts {
  filled: number;
  errors: number;
  warnings: number;
  misfits: number;
}

/** Counts of the records of one table of a delivery. */
export interface TableCounts {
  received: number;
  committed: number;
  unchanged: number;
  quarantined: number;
  again: number;
  childAgain: number;
  readonly fields: Record<string, FieldCounts>;
  /** List → code → records; `NOT_A_CODE` for what does not look like one. */
  readonly unmapped: Record<string, Record<string, number>>;
}

/** What is kept of a delivery's quality. */
export interface QualityBody {
  readonly shape: 1;
  readonly delivery: string;
  readonly source: string;
  /** Milliseconds since 1970. */
  readonly receivedAt: number;
  /** By table; "" for a source of one kind of record. */
  readonly tables: Readonly<Record<string, TableCounts>>;
  /** Records (children, of staged tables) by the days from their latest date to the receipt, as TIMELINESS_BUCKETS. */
  readonly ages: readonly number[];
  /** Those without a date. */
  readonly undated: number;
}

/** More different codes of one list than this are counted together: a list of unknown codes is for repair, not a dump. */
const CODES_MAX = 200;
const LISTS_MAX = 100;

/** Counts while a delivery is read; nothing of a record stays but what it adds to the counts. */
export class QualityCounts {
  readonly #tables: Record<string, TableCounts> = {};
  readonly #known: ReadonlySet<string>;
  readonly #receivedAt: number;
  readonly #ages: number[] = TIMELINESS_BUCKETS.map(() => 0);
  #undated = 0;

  /** `receivedAt` in milliseconds since 1970. What is dropped at the door is not even counted. */
  constructor(fields: readonly FieldRow[], receivedAt: number) {
    this.#known = new Set(fields.filter(({ droppedAtDoor }) => droppedAtDoor !== true).map(({ field }) => field));
    this.#receivedAt = receivedAt;
  }

  /** One source record, after it was committed or held back. */
  add(record: QualityRecord): void {
    const table = this.#table(record.table ?? "");
    table.received += 1;
    table[record.fate] += 1;
    if (record.again === true) table.again += 1;
    if (record.childAgain === true) table.childAgain += 1;
    for (const name of record.filled) {
      const field = this.#fieldOf(name, record.table);
      if (field !== undefined) countsOf(table, field).filled += 1;
    }
    if (record.issues.length > 0) this.#addIssues(record, table);
  }

  /** The latest date (YYYY-MM-DD) of a record that was committed, or none. Of staged tables, of a child. */
  date(until: string | undefined): void {
    const bucket = until === undefined ? undefined : bucketOf(until, this.#receivedAt);
    if (bucket === undefined) this.#undated += 1;
    else this.#ages[bucket] = (this.#ages[bucket] ?? 0) + 1;
  }

  /** JSON text for `putQuality`. */
  toBody(about: { readonly delivery: string; readonly source: string }): string {
    const body: QualityBody = {
      shape: 1,
      delivery: about.delivery,
      source: about.source,
      receivedAt: this.#receivedAt,
      tables: this.#tables,
      ages: this.#ages,
      undated: this.#undated,
    };
    return JSON.stringify(body);
  }

  /** Of several issues with a field in one record the worst counts, so that the counts add up. */
  #addIssues({ issues, filled, table: name }: QualityRecord, table: TableCounts): void {
    const worst = new Map<string, "error" | "warning">();
    for (const { field, severity, unmapped } of issues) {
      const known = field === undefined ? undefined : this.#fieldOf(field, name);
      if (known !== undefined && worst.get(known) !== "error") worst.set(known, severity);
      if (unmapped !== undefined) addUnmapped(table.unmapped, unmapped);
    }
    const withValue = new Set(filled.flatMap((field) => this.#fieldOf(field, name) ?? []));
    for (const [field, severity] of worst) {
      const counts = countsOf(table, field);
      if (severity === "error") counts.errors += 1;
      else counts.warnings += 1;
      if (withValue.has(field)) counts.misfits += 1;
    }
  }

  #table(name: string): TableCounts {
    const known = this.#tables[name];
    if (known !== undefined) return known;
    const made = toTableCounts();
    this.#tables[name] = made;
    return made;
  }

  /** The name in the mapper's table: without what picks one of several elements, and with the table of a row. */
  #fieldOf(name: string, table: string | undefined): string | undefined {
    if (this.#known.has(name)) return name;
    const plain = name.replaceAll(/\[[^\]]*\]/g, "");
    if (this.#known.has(plain)) return plain;
    const inTable = `${table ?? ""}.${plain}`;
    return this.#known.has(inTable) ? inTable : undefined;
  }
}

function toTableCounts(): TableCounts {
  return {
    received: 0,
    committed: 0,
    unchanged: 0,
    quarantined: 0,
    again: 0,
    childAgain: 0,
    fields: Object.create(null),
    unmapped: Object.create(null),
  };
}

function countsOf({ fields }: TableCounts, field: string): FieldCounts {
  const known = fields[field];
  if (known !== undefined) return known;
  const made = { filled: 0, errors: 0, warnings: 0, misfits: 0 };
  fields[field] = made;
  return made;
}

function addUnmapped(
  lists: TableCounts["unmapped"],
  { list, code }: { readonly list: string; readonly code: string },
): void {
  const known = lists[list];
  if (known === undefined && Object.keys(lists).length >= LISTS_MAX) return;
  const codes: Record<string, number> = known ?? Object.create(null);
  lists[list] = codes;
  const fit = fitCode(code);
  const name = fit in codes || Object.keys(codes).length < CODES_MAX ? fit : NOT_A_CODE;
  codes[name] = (codes[name] ?? 0) + 1;
}
