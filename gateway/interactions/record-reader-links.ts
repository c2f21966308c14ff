import type { Patient } from "@medplum/fhirtypes";
import type { Requester } from "../access/requester.ts";
import type { DecidedLink, Telling } from "../disclosure/patient-timeline.ts";
import { isReleasable, type Visibility } from "../disclosure/visibility.ts";
import type { LoadedRecord, LoadOptions } from "./record-reader-load.ts";

interface Looking {
  readonly requester: Requester;
  readonly options: LoadOptions;
  /** Of a child that is merged into another: logical id of that one's Patient. */
  readonly replacedBy?: string;
}

type Seen = Pick<Visibility, "sources" | "identitySources">;

/** Whether a requester knows of a child that was merged: somebody whom the requester sees had told of it. */
export function isKnownBy(told: readonly string[], { sources, identitySources }: Seen): boolean {
  return told.some((source) => sources.has(source) || identitySources.has(source));
}

/** What decisions say of the Patient, in the form of words that hold for a time. */
export function decidedTellings(record: LoadedRecord, seen: Seen, { replacedBy }: Looking): readonly Telling[] {
  const { merged, replaces, mergedBefore } = record;
  const now = Number.POSITIVE_INFINITY;
  const told: Telling[] = mergedBefore.map(({ at, until, sources }) =>
    toTelling({ kind: "inactive", other: "", sources }, at, until),
  );
  if (merged && replacedBy !== undefined) {
    const { at, sources } = merged;
    told.push(toTelling({ kind: "replaced-by", other: replacedBy, sources }, at, now));
  }
  for (const { patientId, at, sources } of replaces) {
    told.push(toTelling({ kind: "replaces", other: patientId, sources }, at, merged?.at ?? now));
  }
  return told.filter(({ decided }) => decided !== undefined && isKnownBy(decided.sources, seen));
}

function toTelling(decided: DecidedLink, at: number, until: number): Telling {
  const patient: Patient = { resourceType: "Patient" };
  const localId = `${decided.kind} ${decided.other} ${at}`;
  return { source: "", localId, lastUpdated: at, until, body: "", patient, decided };
}

export function isInactive(told: readonly Telling[]): boolean {
  return told.some(({ decided }) => decided !== undefined && decided.kind !== "replaces");
}

/** https://hl7.org/fhir/R4/patient-definitions.html#Patient.link */
export function toLinks(told: readonly Telling[]): Pick<Patient, "link"> {
  const link = told.flatMap(({ decided }): NonNullable<Patient["link"]> => {
    if (decided === undefined || decided.kind === "inactive") return [];
    return [{ other: { reference: `Patient/${decided.other}` }, type: decided.kind }];
  });
  return link.length === 0 ? {} : { link };
}

/**
 * Times at which it was found that a source's word had not been of this child. Who may read that source gets a version
 * of its own then, so that whoever follows the changes learns that what came before was another.
 */
export function renewalsOf(
  { leavings }: LoadedRecord,
  { toldClasses }: Pick<Visibility, "toldClasses">,
  { requester, options }: Looking,
): readonly number[] {
  const times = leavings.flatMap(({ source, at }) => {
    const facts = options.sources.get(source);
    return facts !== undefined && isReleasable(facts, requester) && toldClasses.has(facts.dataClass) ? [at] : [];
  });
  return [...new Set(times)].sort((a, b) => a - b);
}
