import type { CodeableConcept, Observation } from "@medplum/fhirtypes";
import { canonical } from "#profiles/canonical.ts";
import { OBSERVATION_CATEGORY, ODS_ORGANIZATION } from "#profiles/systems.ts";
import { toCodeableConcept } from "../datatypes/coding.ts";
import { toSourceRecordIdentifier } from "../datatypes/identifier.ts";
import { toOrganizationReference, toPatientReference } from "../datatypes/reference.ts";
import type { Made, MapContext } from "../mapper.ts";
import type { AttendedContact } from "./contact.ts";
import { CONTACT } from "./tables.ts";

/** What every Observation of one contact has in common. */
export interface Surroundings {
  readonly context: MapContext;
  readonly contact: AttendedContact;
  /** ODS code of the provider, upper case. */
  readonly provider: string;
}

/** The row that says it, by table and key, and what of the row it is. */
export interface Origin {
  readonly table: string;
  readonly key: string;
  readonly item: string;
}

/** What one finding says of its own. */
export interface Finding extends Pick<Observation, "valueQuantity" | "valueCodeableConcept"> {
  readonly origin: Origin;
  /** Profiles that it follows, the most specific first. */
  readonly profiles: readonly string[];
  readonly category: CodeableConcept[];
  readonly code: CodeableConcept;
}

const UK_CORE_OBSERVATION = "https://fhir.hl7.org.uk/StructureDefinition/UKCore-Observation";

/** UK Core's Observation, and before it our own profile of this id if there is one. */
export function toProfiles(id?: string): readonly string[] {
  return id === undefined ? [UK_CORE_OBSERVATION] : [canonical("StructureDefinition", id), UK_CORE_OBSERVATION];
}

/**
 * An Observation made at a contact. All Observations of one contact carry the same identifier, `<source>/CYP201CareContact/<id>`,
 * which keeps together what was found together; no Encounter is made.
 */
export function toObservation(surroundings: Surroundings, finding: Finding): Made {
  const { context, contact, provider } = surroundings;
  const { origin, profiles, category, code, ...value } = finding;
  const record = `${origin.table}/${origin.key}`;
  const slot = `${record}/${origin.item}`;
  return {
    slot,
    record,
    resource: {
      resourceType: "Observation",
      id: context.id(slot),
      meta: { profile: [...profiles] },
      identifier: [toSourceRecordIdentifier(context.source, `${CONTACT}/${contact.id}`)],
      status: "final",
      category,
      code,
      subject: toPatientReference(context.patientId),
      effectiveDateTime: contact.effective,
      performer: [toOrganizationReference(context.organizationId({ system: ODS_ORGANIZATION, value: provider }))],
      ...value,
    },
  };
}

/** One category of the R4 code system, as `exam`. */
export function toCategory(code: string): CodeableConcept[] {
  return [toCodeableConcept(OBSERVATION_CATEGORY, code)];
}
