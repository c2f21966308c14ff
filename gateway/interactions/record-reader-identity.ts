import type { Identifier, Patient } from "@medplum/fhirtypes";
import { NHS_NUMBER } from "#profiles/systems.ts";
import { elementsOf } from "../disclosure/minimised.ts";
import { type IdentifierSystems, isShown, RESTRICTED } from "../disclosure/patient-fold.ts";
import type { ToldIdentity } from "../disclosure/told-identity.ts";
import type { Visibility } from "../disclosure/visibility.ts";
import { extractKeys } from "../search/keys.ts";
import { type Pack, toPack } from "../search/pack.ts";
import { type LoadedRecord, type LoadOptions, toOwnBuffer } from "./record-reader-load.ts";
import { visiblePatient } from "./record-reader-patient.ts";

type Looking = Parameters<typeof visiblePatient>[2];

const NO_PACK = toPack([], "");

/**
 * The Patient as far as most questions ask of it: whether there is one, its identifiers, and whether it is marked as
 * restricted. Made of these alone where they follow from what sources say today, each by itself; else all of it is made.
 */
export function visibleIdentity(record: LoadedRecord, visibility: Visibility, looking: Looking): Pack {
  const { patientId, isRestricted } = record;
  const identifiers = identifiersOf(record, visibility, looking);
  if (identifiers === undefined) return visiblePatient(record, visibility, looking);
  if (identifiers === "none") return NO_PACK;
  const patient: Patient = {
    resourceType: "Patient",
    id: patientId,
    ...(isRestricted && { meta: { security: [RESTRICTED] } }),
    ...(identifiers.length > 0 && { identifier: [...identifiers] }),
  };
  const body = toOwnBuffer(JSON.stringify(patient));
  const told = { type: "Patient", id: patientId, version: "", lastUpdated: 0, source: "" } as const;
  return toPack([{ ...told, body, keys: extractKeys(patient) }], looking.options.fhirBase);
}

/** `none`: nobody whom the requester sees says anything of the child. `undefined`: that needs the whole Patient. */
function identifiersOf(
  record: LoadedRecord,
  { sources, identitySources }: Visibility,
  { requester: { agreement }, options }: Looking,
): readonly Identifier[] | "none" | undefined {
  if (elementsOf(agreement, "Patient") !== undefined) return undefined;
  const visible = record.told.filter(({ source }) => sources.has(source));
  const identityOnly = record.told.filter(({ source }) => identitySources.has(source));
  if (visible.length + identityOnly.length === 0) return "none";
  const isApart = ({ source, isPlain }: ToldIdentity): boolean =>
    !isPlain || source === agreement.writes?.source || isWritten(source, options);
  if (visible.some(isApart) || identityOnly.some(isApart)) return undefined;
  const systems = agreement.identifierSystems === "any" ? "any" : new Set(agreement.identifierSystems);
  const shown = eachOnce(visible, systems);
  const numbers = shown.some(isNumber) ? [] : eachOnce(identityOnly, systems).filter(isNumber);
  const all = [...numbers, ...shown];
  // Which of two numbers goes first is for the rank of who told them.
  return all.filter(isNumber).length > 1 ? undefined : all;
}

function isWritten(source: string, { sources }: LoadOptions): boolean {
  return sources.get(source)?.isWritten === true;
}

function eachOnce(told: readonly ToldIdentity[], systems: IdentifierSystems): readonly Identifier[] {
  const byName = new Map<string, Identifier>();
  for (const { identifiers } of told) {
    for (const identifier of identifiers) {
      if (isShown(identifier, systems)) byName.set(`${identifier.system}|${identifier.value}`, identifier);
    }
  }
  return [...byName.values()];
}

function isNumber({ system }: Identifier): boolean {
  return system === NHS_NUMBER;
}
