import type { Identifier, Patient } from "@medplum/fhirtypes";
import { isMarkedRestricted } from "./patient-fold.ts";

interface ToldIdentifier {
  /** Empty where there is none. */
  readonly system: string;
  readonly value: string;
}

/** What a source says today of who the child is, kept without the rest of its word. */
export interface ToldIdentity {
  readonly source: string;
  readonly identifiers: readonly ToldIdentifier[];
  /** Whether every identifier is a system and a value: of others more counts than these. */
  readonly isPlain: boolean;
  readonly isMarkedRestricted: boolean;
}

export function toToldIdentity(source: string, patient: Patient): ToldIdentity {
  const { identifier = [] } = patient;
  return {
    source,
    identifiers: identifier.map(({ system = "", value }) => ({ system, value: String(value) })),
    isPlain: identifier.every(isPlain),
    isMarkedRestricted: isMarkedRestricted(patient),
  };
}

function isPlain(identifier: Identifier): boolean {
  const { system, value } = identifier;
  return (
    typeof system === "string" && typeof value === "string" && !("code" in identifier) && !("coding" in identifier)
  );
}
