import type { ServedType } from "#profiles/interactions.ts";

const CANONICAL = ["_id", "url", "name", "status", "version", "date"] as const;

/**
 * The parameters that keys answer: those of common questions. Every other is answered by the resource itself, so that no
 * resource carries keys for rare ones. `_lastUpdated` is a column of its own.
 */
const KEYED: Readonly<Record<ServedType, readonly string[]>> = {
  Patient: ["_id", "identifier", "name", "family", "given", "birthdate", "gender", "active"],
  Observation: ["_id", "identifier", "subject", "code", "category", "date", "status"],
  Consent: ["_id", "identifier", "patient", "category", "date", "status"],
  Organization: ["_id", "identifier", "name", "type", "active"],
  Practitioner: ["_id", "identifier", "name", "family", "given", "active"],
  PractitionerRole: ["_id", "identifier", "practitioner", "organization", "role", "date", "active"],
  Provenance: ["_id", "target", "recorded"],
  AuditEvent: ["_id", "date", "type", "subtype", "action", "outcome", "agent", "entity", "patient"],
  StructureDefinition: CANONICAL,
  ValueSet: CANONICAL,
  CodeSystem: CANONICAL,
  ConceptMap: CANONICAL,
  SearchParameter: CANONICAL,
  OperationDefinition: CANONICAL,
  NamingSystem: CANONICAL,
};

/** `patient` is `subject` or `target` where that is a Patient: one key serves both. */
const SAME_KEY: Readonly<Partial<Record<ServedType, Readonly<Record<string, string>>>>> = {
  Observation: { patient: "subject" },
  Provenance: { patient: "target" },
};

export function keyedCodes(type: ServedType): readonly string[] {
  return KEYED[type];
}

/** Under which code the keys of a parameter stand; `undefined` when it has none. */
export function keyOf(type: ServedType, code: string): string | undefined {
  const key = SAME_KEY[type]?.[code] ?? code;
  return KEYED[type].includes(key) ? key : undefined;
}
