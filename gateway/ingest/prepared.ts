import type { FieldIssue } from "#mappers/mapper.ts";
import type { StagedRow } from "../store/store.ts";
import type { PlaceIssue } from "./readers/read-item.ts";
import type { Unit } from "./unit.ts";

interface PreparedRecord {
  readonly line: number;
  /** The record as quarantine would hold it. */
  readonly content: () => string;
  /** Table of a row. */
  readonly table?: string;
  /** Entry of the quarantine that the record comes from. */
  readonly quarantineId?: string;
}

export interface PreparedUnit extends PreparedRecord {
  readonly kind: "unit";
  readonly unit: Unit;
  readonly warnings: readonly FieldIssue[];
}

export interface PreparedRow extends PreparedRecord {
  readonly kind: "row";
  readonly row: StagedRow;
  readonly warnings: readonly FieldIssue[];
}

/** The rows of a child that are staged already, to be mapped anew. */
export interface PreparedChild extends PreparedRecord {
  readonly kind: "child";
  /** Key of the child's own row. */
  readonly child: string;
}

export interface PreparedRefusal extends PreparedRecord {
  readonly kind: "refused";
  readonly issues: readonly PlaceIssue[];
}

/** A source record that was read, on its way into the store. */
export type Prepared = PreparedUnit | PreparedRow | PreparedChild | PreparedRefusal;

/** A record read and parsed, with what of it goes nowhere. */
export interface Read {
  readonly prepared: Prepared;
  readonly notCarried: readonly string[];
  /** Fields dropped at the door. */
  readonly dropped: readonly string[];
  /** Names of the fields that have a value. */
  readonly filled: () => readonly string[];
  /** What its parse found wrong with its fields, errors and warnings. */
  readonly found: readonly FieldIssue[];
}

/** Name of a record within its source, when it could be read so far: the key of its unit, or table and key of a row. */
export function nameOf(prepared: Prepared): string | undefined {
  if (prepared.kind === "unit") return prepared.unit.key;
  if (prepared.kind === "row") return `${prepared.row.table}/${prepared.row.key}`;
  return prepared.kind === "child" ? toChildUnit(prepared.child) : undefined;
}

const CHILD = "child/";

/** Key of the unit that the joined rows of a child make. */
export function toChildUnit(child: string): string {
  return `${CHILD}${child}`;
}

/** Key of the child's own row, for the unit that joined rows make. */
export function toChild(unit: string): string | undefined {
  return unit.startsWith(CHILD) ? unit.slice(CHILD.length) : undefined;
}
