import type { Patient } from "@medplum/fhirtypes";
import { isMarkedRestricted } from "../disclosure/patient-fold.ts";
import type { AlikeChild, RecordKey, StoredRecord } from "../store/store.ts";
import type { ReviewPorts } from "./ports.ts";
import type { Sight } from "./sight.ts";

/** One child as review looks at it: the record, and what every source says of who it is. */
export interface ReviewedChild {
  readonly record: StoredRecord;
  readonly told: readonly AlikeChild[];
  /** Of all that its sources' children are. */
  readonly authorities: readonly string[];
  readonly isRestricted: boolean;
}

type ChildPorts = Pick<ReviewPorts, "store" | "register">;

/** The child that a record is now: of a merged one, the child it was merged into. */
export async function readChild(key: RecordKey, ports: ChildPorts): Promise<ReviewedChild | undefined> {
  const named = await ports.store.record(key);
  const record = named?.mergedInto === undefined ? named : await ports.store.record(named.mergedInto);
  return record === undefined || record.kind !== "child" ? undefined : readFolded(record, ports);
}

/** The child of a record as it stands, merged or not. */
export async function readFolded(record: StoredRecord, { store, register }: ChildPorts): Promise<ReviewedChild> {
  const told = await store.sourceChildrenOf(record.key);
  // Those of whom only a link or a client's own words are left tell of the child as well.
  const tellers = [...(await store.namesOf(record.key)), ...record.contributions];
  return {
    record,
    told: told.toSorted((one, other) => order(one, other)),
    authorities: [...new Set(tellers.map(({ source }) => register.authorityOf(source)))],
    isRestricted: record.contributions.some(({ body }) => isMarkedRestricted(parsePatient(body))),
  };
}

function order(one: AlikeChild, other: AlikeChild): number {
  return one.source.localeCompare(other.source) || one.localId.localeCompare(other.localId);
}

function parsePatient(body: string): Patient {
  return JSON.parse(body);
}

/** Whether every authority of the child is the steward's or matches with one that is. */
export function isReached({ authorities }: ReviewedChild, sight: Sight): boolean {
  return authorities.length > 0 && authorities.every((authority) => sight.reaches(authority));
}

/** Whether every authority of one child matches with every one of the other's. */
export function mayStandBeside(
  one: ReviewedChild,
  other: ReviewedChild,
  { register }: Pick<ReviewPorts, "register">,
): boolean {
  return one.authorities.every((left) => other.authorities.every((right) => register.matches(left, right)));
}
