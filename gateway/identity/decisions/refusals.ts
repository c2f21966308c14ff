import { isNhsNumber, normaliseNhsNumber } from "#mappers/datatypes/nhs-number.ts";
import {
  type ReadVerbs,
  type RecordKey,
  SHARED_ID_SPACE,
  type SourceChildName,
  type StoredDecision,
  type StoredRecord,
} from "../../store/store.ts";
import type { DecisionRefusal } from "./decisions.ts";
import type { MovingPorts } from "./ports.ts";

/** NHS NUMBER STATUS INDICATOR CODE `01`: present and verified. */
const VERIFIED = "01";
/** Decisions looked through at once. */
const PAGE = 100;

/** A child that can be decided about, or why not. */
export async function findChild(
  verbs: ReadVerbs,
  key: RecordKey,
): Promise<{ readonly child: StoredRecord } | { readonly refusal: DecisionRefusal }> {
  const record = await verbs.record(key);
  if (record?.kind !== "child" || record.idSpace !== SHARED_ID_SPACE) return { refusal: { kind: "unknown" } };
  if (record.mergedInto !== undefined) return { refusal: { kind: "already-merged", into: record.mergedInto } };
  return { child: record };
}

/** Everybody who tells of a child by a name of theirs: sources, and clients that wrote it. */
export async function tellersOf(verbs: ReadVerbs, record: StoredRecord): Promise<readonly SourceChildName[]> {
  const names = new Map<string, SourceChildName>();
  for (const { source, localId } of [...(await verbs.namesOf(record.key)), ...record.contributions]) {
    names.set(`${source} ${localId}`, { source, localId });
  }
  return [...names.values()];
}

/** Whether every source that tells of one may be linked with every one that tells of the other. */
export function isInScope(
  one: readonly SourceChildName[],
  other: readonly SourceChildName[],
  { matches }: Pick<MovingPorts, "matches">,
): boolean {
  return one.every(({ source }) => other.every((told) => matches(source, told.source)));
}

/** Whether both have verified NHS numbers and none in common. */
export async function numbersDiffer(verbs: ReadVerbs, one: RecordKey, other: RecordKey): Promise<boolean> {
  const numbers = await verifiedNumbers(verbs, one);
  const others = await verifiedNumbers(verbs, other);
  return numbers.size > 0 && others.size > 0 && numbers.isDisjointFrom(others);
}

async function verifiedNumbers(verbs: ReadVerbs, record: RecordKey): Promise<ReadonlySet<string>> {
  const numbers = new Set<string>();
  for (const { identity } of await verbs.sourceChildrenOf(record)) {
    const number = normaliseNhsNumber(identity.nhsNumber ?? "");
    if (identity.nhsNumberStatus === VERIFIED && isNhsNumber(number)) numbers.add(number);
  }
  return numbers;
}

/** The decision that keeps two children apart. */
export async function forbidding(
  verbs: ReadVerbs,
  one: StoredRecord,
  other: StoredRecord,
): Promise<number | undefined> {
  if (!(await verbs.neverLinked(one.key)).includes(other.key)) return undefined;
  const [left, right] = [keysOf(one), keysOf(other)];
  for (const record of left) {
    for await (const decision of decisionsAbout(verbs, record)) {
      const { survivor, other: second } = decision;
      const isOfBoth = (left.has(survivor) && right.has(second)) || (left.has(second) && right.has(survivor));
      if (decision.isForbidding && decision.undoneBy === undefined && isOfBoth) return decision.sequence;
    }
  }
  return undefined;
}

function keysOf({ key, replaces }: StoredRecord): ReadonlySet<RecordKey> {
  return new Set([key, ...replaces.map(({ record }) => record)]);
}

/** A later decision that moved on what this one had moved, or merged away where it would have to go back. */
export async function builtUpon(verbs: ReadVerbs, decision: StoredDecision): Promise<number | undefined> {
  const moved = new Set(decision.moved.map(({ source, localId }) => `${source} ${localId}`));
  const concerned = new Set([decision.survivor, decision.other]);
  let last: number | undefined;
  for (const record of concerned) {
    for await (const later of decisionsAbout(verbs, record)) {
      if (later.sequence <= decision.sequence) break;
      if (later.undoneBy !== undefined || later.kind === "undo" || later.kind === "never") continue;
      const isMoving = later.moved.some(({ source, localId }) => moved.has(`${source} ${localId}`));
      const isMerging = later.kind === "merge" && concerned.has(later.other);
      if ((isMoving || isMerging) && (last === undefined || later.sequence > last)) last = later.sequence;
    }
  }
  return last;
}

/** What was decided of a record, newest first. */
export async function* decisionsAbout(verbs: ReadVerbs, record: RecordKey): AsyncGenerator<StoredDecision> {
  let before: number | undefined;
  for (;;) {
    const page = await verbs.decisions({ record, ...(before === undefined ? {} : { before }) }, PAGE);
    yield* page;
    before = page.at(-1)?.sequence;
    if (page.length < PAGE) return;
  }
}
