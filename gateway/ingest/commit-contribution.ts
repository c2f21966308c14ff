import type { Patient } from "@medplum/fhirtypes";
import { withoutWithheld } from "../disclosure/withheld.ts";
import type { Resolution } from "../identity/resolve-child.ts";
import { toRecordSearchKeys } from "../search/keys.ts";
import type { RecordKey, WriteTransaction } from "../store/store.ts";
import type { CommitContext } from "./commit-unit.ts";
import type { KnownIdentifier } from "./unit.ts";

export interface Contributed {
  readonly isChanged: boolean;
  readonly identifiers: readonly KnownIdentifier[];
}

export const SAID_NOTHING: Contributed = { isChanged: false, identifiers: [] };

interface Told {
  readonly patient: Patient | undefined;
  readonly resolution: Resolution;
  readonly context: CommitContext;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Key of the unit that tells it. */
  readonly unit: string;
}

/** Stores what a source says of the child; the same words again change nothing. */
export async function commitContribution(
  transaction: WriteTransaction,
  record: RecordKey,
  { context, now, unit, ...told }: Told,
): Promise<Contributed> {
  const patient = told.patient ?? toUnspoken(told.resolution);
  if (patient === undefined) return SAID_NOTHING;
  const { source, authority } = context.source;
  const { localId } = told.resolution.identity;
  const body = JSON.stringify(patient);
  const withheld = withheldOf(patient, told.resolution);
  if (told.resolution.facts.linked !== undefined) {
    const before = await transaction.contribution(record, source, localId);
    if (before?.body === body && isSame(before.withheld ?? [], withheld)) return SAID_NOTHING;
  }
  const { dataClass } = context;
  await transaction.putContribution(
    record,
    authority,
    {
      source,
      localId,
      dataClass,
      lastUpdated: now,
      body,
      unit,
      ...(withheld.length === 0 ? {} : { withheld }),
    },
    toRecordSearchKeys(withoutWithheld(patient, withheld)),
  );
  const identifiers = (patient.identifier ?? []).flatMap(({ system, value }) =>
    system === undefined || value === undefined ? [] : [{ system, value, record }],
  );
  return { isChanged: true, identifiers };
}

/** A source that tells nothing to show of the person (a register of objections) still stands in the record of a child. */
function toUnspoken({ identity: { given, family, birthDate } }: Resolution): Patient | undefined {
  const isTold = given !== undefined && family !== undefined && birthDate !== undefined;
  return isTold ? { resourceType: "Patient" } : undefined;
}

/** Identifiers of a Patient that are neither indexed nor served for this child, each as it stands there. */
function withheldOf({ identifier = [] }: Patient, { withheldIdentifiers }: Resolution): readonly string[] {
  return identifier.flatMap(({ system, value }) => {
    const isWithheld = withheldIdentifiers.some((one) => one.system === system && one.value === normalised(value));
    return isWithheld ? [`${system}|${value}`] : [];
  });
}

function normalised(value = ""): string {
  return value.replace(/[\s-]/g, "").toUpperCase();
}

function isSame(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((one, n) => one === right[n]);
}
