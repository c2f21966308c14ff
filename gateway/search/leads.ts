import { isRecordType, type RecordType, type ServedType } from "#profiles/interactions.ts";
import { fold } from "./fold.ts";
import { parseAskedReference } from "./matching/reference.ts";
import { identifierLead, unescapeValue } from "./query-values.ts";
import type { Lead } from "./search-query.ts";
import type { CriterionOptions } from "./value-tests.ts";

/** How much a lead narrows: an id is one record, a name some hundred. */
const RANK: Readonly<Record<Lead["kind"], number>> = {
  id: 0,
  identifier: 1,
  "resource-identifier": 2,
  birthdate: 3,
  names: 4,
  linked: 5,
};

/** The most telling of several leads: each of them alone holds all that can match. */
export function bestLead(leads: readonly Lead[]): Lead | undefined {
  return leads.reduce<Lead | undefined>(
    (best, lead) => (best === undefined || RANK[lead.kind] < RANK[best.kind] ? lead : best),
    undefined,
  );
}

/** References whose target says in which child's record a resource lies. */
const HOMES: Readonly<Partial<Record<ServedType, readonly string[]>>> = {
  Observation: ["patient", "subject"],
  Consent: ["patient"],
  Provenance: ["patient", "target"],
};

/** Where the values of an unmodified parameter lead, if they narrow at all. */
export function leadOf(
  type: ServedType,
  code: string,
  values: readonly string[],
  { fhirBase, strictNhsNumbers = true }: CriterionOptions,
): Lead | undefined {
  if (code === "_id") return { kind: "id", type, ids: values.map(unescapeValue) };
  if (HOMES[type]?.includes(code)) return homeLead({ type, code }, values.map(unescapeValue), fhirBase);
  if (type !== "Patient") return code === "identifier" && isRecordType(type) ? carriedLead(type, values) : undefined;
  switch (code) {
    case "identifier":
      return identifierLead(values, strictNhsNumbers);
    case "birthdate":
      return values.every((value) => /^(eq)?\d{4}-\d{2}-\d{2}$/.test(value))
        ? { kind: "birthdate", dates: values.map((value) => value.slice(-10)) }
        : undefined;
    case "family":
    case "given":
    case "name":
      return { kind: "names", code, texts: values.map((value) => fold(unescapeValue(value))) };
    case "link":
      return linkedLead(values.map(unescapeValue), fhirBase);
    default:
      return undefined;
  }
}

function linkedLead(values: readonly string[], fhirBase: string): Lead {
  const ids = values.flatMap((value) => {
    const asked = parseAskedReference(value, fhirBase);
    return asked?.kind === "id" || (asked?.kind === "local" && asked.type === "Patient") ? [asked.id] : [];
  });
  return { kind: "linked", ids };
}

/** Identifiers of things are compared to the letter, an NHS number in groups of digits included. */
function carriedLead(type: RecordType, values: readonly string[]): Lead | undefined {
  const lead = identifierLead(values, false);
  return lead && { kind: "resource-identifier", type, identifiers: lead.identifiers };
}

/**
 * Values of other servers lead nowhere, so that they narrow to nothing. A bare id of a subject is taken for a child's:
 * what is about anybody else lies in no child's record.
 */
function homeLead(
  { type, code }: { readonly type: ServedType; readonly code: string },
  values: readonly string[],
  fhirBase: string,
): Lead | undefined {
  const patients: string[] = [];
  const observations: string[] = [];
  for (const value of values) {
    const asked = parseAskedReference(value, fhirBase);
    if (asked?.kind === "id") {
      if (code === "target") return undefined;
      patients.push(asked.id);
    } else if (asked?.kind === "local" && asked.type === "Patient") patients.push(asked.id);
    else if (asked?.kind === "local" && asked.type === "Observation" && code === "target") observations.push(asked.id);
    // A Provenance of a child may target other things beside.
    else if (type === "Provenance") return undefined;
  }
  if (patients.length > 0 && observations.length > 0) return undefined;
  return observations.length > 0
    ? { kind: "id", type: "Observation", ids: observations }
    : { kind: "id", type: "Patient", ids: patients };
}
