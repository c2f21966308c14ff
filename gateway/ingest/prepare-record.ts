import { hash } from "node:crypto";
import type { CsvRow, FieldIssue, Parsed, RecordMapper, StagedTable } from "#mappers/mapper.ts";
import { LIMITS } from "../limits.ts";
import { toRowContent } from "./kept-content.ts";
import type { Prepared } from "./prepared.ts";
import type { PlaceIssue } from "./readers/read-item.ts";
import type { ExplainFault } from "./validate-mapped.ts";

/** A raw record at the door. */
export interface AtDoor<Raw> {
  readonly raw: Raw;
  /** What may be stored of it. */
  readonly kept: Raw;
  /** Fields that were there and were dropped. */
  readonly dropped: readonly string[];
  readonly line: number;
  readonly toContent: (kept: Raw) => string;
  readonly vocabulary: string;
  readonly explainFault: ExplainFault;
  /** Entry of the quarantine that the record comes from. */
  readonly quarantineId?: string | undefined;
  /** Number of the authority that the source belongs to. */
  readonly localAuthority?: string | undefined;
}

/** A record parsed, or with the reason why not. */
export interface PreparedAtDoor {
  readonly prepared: Prepared;
  readonly dropped: readonly string[];
  readonly found: readonly FieldIssue[];
}

/**
 * A mapper may look at what is dropped (a looked-after child's former number is left out); what is kept of the record
 * does not hold it. The content that counts is what was read: the same message as XML and as JSON is one content.
 */
export function prepareRecord<Raw, Rec>(mapper: RecordMapper<Raw, Rec>, door: AtDoor<Raw>): PreparedAtDoor {
  const { raw, line, explainFault } = door;
  const withheld = mapper.withhold?.(door.kept);
  const kept = withheld?.kept ?? door.kept;
  const dropped = [...door.dropped, ...(withheld?.dropped ?? [])];
  const content = (): string => door.toContent(kept);
  const from = door.quarantineId === undefined ? {} : { quarantineId: door.quarantineId };
  const refuse = (issues: readonly PlaceIssue[], found: readonly FieldIssue[] = []): PreparedAtDoor => ({
    prepared: { kind: "refused", line, issues, content, ...from },
    dropped,
    found,
  });
  try {
    const parsed = mapper.parse(raw);
    if (!parsed.ok) return refuse(parsed.issues.map(toPlace(line)), parsed.issues);
    const misdirected = toMisdirected(mapper, parsed.record, door.localAuthority);
    if (misdirected?.severity === "error") return refuse([toPlace(line)(misdirected)], [misdirected]);
    const warnings = misdirected === undefined ? parsed.warnings : [...parsed.warnings, misdirected];
    const { record, text, isWhole } = settle(parsed.record, dropped, () => mapper.parse(kept));
    const key = mapper.recordId(record);
    const identity = mapper.identity(record);
    if (isTooLong(key) || isTooLong(identity.localId)) return refuse([{ line, message: TOO_LONG }]);
    const { vocabulary } = door;
    const unit = {
      key,
      hash: hash("sha256", text, "base64url"),
      record: key,
      line,
      writtenAt: mapper.writtenAt?.(record),
      identity,
      text,
      map: (context: Parameters<typeof mapper.map>[1]) => mapper.map(record, context),
      ...(isWhole ? { raw: () => ({ content: content(), vocabulary }) } : {}),
    };
    return { prepared: { kind: "unit", line, unit, warnings, content, ...from }, dropped, found: warnings };
  } catch (error) {
    return refuse([{ line, ...explainFault(error) }]);
  }
}

function toMisdirected<Raw, Rec>(
  mapper: RecordMapper<Raw, Rec>,
  record: Rec,
  localAuthority: string | undefined,
): FieldIssue | undefined {
  return localAuthority === undefined ? undefined : mapper.misdirected?.(record, localAuthority);
}

interface Settled<Rec> {
  readonly record: Rec;
  readonly text: string;
  /** What may be kept gives the same record again: only then can it be taken in anew from there. */
  readonly isWhole: boolean;
}

/** A record that differs from what may be kept by the names of what was dropped, and by nothing else, goes without them. */
function settle<Rec>(record: Rec, dropped: readonly string[], parseKept: () => Parsed<Rec>): Settled<Rec> {
  const text = JSON.stringify(record);
  if (dropped.length === 0) return { record, text, isWhole: true };
  const kept = parseKept();
  if (!kept.ok) return { record, text, isWhole: false };
  const keptText = JSON.stringify(kept.record);
  const isWhole = text === keptText || JSON.stringify(record, withoutNames(dropped)) === keptText;
  return isWhole ? { record: kept.record, text: keptText, isWhole } : { record, text, isWhole };
}

function withoutNames(names: readonly string[]): (key: string, value: unknown) => unknown {
  return (_, value) => (Array.isArray(value) ? value.filter((one) => !names.includes(one)) : value);
}

/** A row of a table, parsed by itself; its children and parents are the store's affair. */
export function prepareRow(
  table: StagedTable,
  row: CsvRow,
  door: Pick<AtDoor<CsvRow>, "line" | "explainFault" | "quarantineId">,
): Omit<PreparedAtDoor, "dropped"> {
  const { line, explainFault } = door;
  const admitted = table.withhold?.(row) ?? row;
  const content = (): string => toRowText(admitted);
  const from = {
    line,
    content,
    table: table.name,
    ...(door.quarantineId === undefined ? {} : { quarantineId: door.quarantineId }),
  };
  try {
    const parsed = table.parse(admitted);
    if (!parsed.ok) {
      return { prepared: { ...from, kind: "refused", issues: parsed.issues.map(toPlace(line)) }, found: parsed.issues };
    }
    const { record, warnings } = parsed;
    const parent = table.parent(record);
    const key = table.key(record);
    if (isTooLong(key) || isTooLong(parent?.key)) {
      return { prepared: { ...from, kind: "refused", issues: [{ line, message: TOO_LONG }] }, found: [] };
    }
    // Rows are told apart by their names, and not every store spells this character.
    if (key.includes("\0") || parent?.key.includes("\0")) {
      return { prepared: { ...from, kind: "refused", issues: [{ line, message: HAS_NUL }] }, found: [] };
    }
    const staged = {
      table: table.name,
      key,
      ...(parent === undefined ? {} : { parent }),
      body: toRowText(record),
    };
    return { prepared: { ...from, kind: "row", row: staged, warnings }, found: warnings };
  } catch (error) {
    return { prepared: { ...from, kind: "refused", issues: [{ line, ...explainFault(error) }] }, found: [] };
  }
}

const TOO_LONG = `what the record, or the child that it is of, is called is longer than ${LIMITS.source_name_characters_max} characters; call it by less`;

const HAS_NUL = "what the record, or the one that it hangs off, is called holds a NUL; correct it";

function isTooLong(name = ""): boolean {
  return name.length > LIMITS.source_name_characters_max;
}

function toPlace(line: number): (issue: FieldIssue) => PlaceIssue {
  return ({ field, message }) => ({ line, field, message });
}

/** The same text for the same row, whatever the order of its columns. */
function toRowText(row: CsvRow): string {
  return toRowContent(Object.fromEntries(Object.entries(row).sort(([left], [right]) => (left < right ? -1 : 1))));
}
