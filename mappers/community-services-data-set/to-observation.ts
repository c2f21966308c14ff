import type { CodeableConcept, Observation } from "@medplum/fhirtypes";
import { canonical } from "#profiles/canonical.ts";
import { OBSERVATION_CATEGORY, ODS_ORGANIZATION } from "#profiles/systems.ts";
import { toCodeableConcept } from "../datatypes/coding.ts";
import { toSourceRecordIdentifier } from "../datatypes/identifier.ts";
import { toOrganizationReference, toPatientReference } from "../datatypes/reference.ts";
import type { Made, MapContext } from "../mapper.ts";

/** What every Observation of one occasion (a contact, an assessment of a referral, a screen) has in common. */
export interface Surroundings {
  readonly context: MapContext;
  readonly occasion: Occasion;
  /** ODS code of the provider, upper case. */
  readonly provider: string;
}

export interface Occasion {
  /** Table and key of the row that stands for it, as `CYP201CareContact/C-1`, where it may be shown. */
  readonly record?: string;
  /** FHIR dateTime; absent where the tables do not say when. */
  readonly effective?: string;
}

/** The row that says it, by table and key, and what of the row it is. */
export interface Origin {
  readonly table: string;
  readonly key: string;
  readonly item: string;
}

/** What one finding says of its own. */
export interface Finding extends Pick<Observation, "valueQuantity" | "valueCodeableConcept" | "hasMember"> {
  readonly origin: Origin;
  /** Profiles that it follows, the most specific first. */
  readonly profiles: readonly string[];
  readonly category: CodeableConcept[];
  readonly code: CodeableConcept;
}

const UK_CORE_OBSERVATION = "https://fhir.hl7.org.uk/StructureDefinition/UKCore-Observation";

/** UK Core's Observation, and before it our own profile of this id. */
export function toProfiles(id: string): readonly string[] {
  return [canonical("StructureDefinition", id), UK_CORE_OBSERVATION];
}

/**
 * All Observations of one occasion carry the same identifier, `<source>/<table>/<key>` of the row that stands for it, which
 * keeps together what was found together; no Encounter is made.
 */
export function toObservation(surroundings: Surroundings, finding: Finding): Made {
  const { context, occasion, provider } = surroundings;
  const { origin, profiles, category, code, ...said } = finding;
  const record = `${origin.table}/${origin.key}`;
  const slot = `${record}/${origin.item}`;
  return {
    slot,
    record,
    resource: {
      resourceType: "Observation",
      id: context.id(slot),
      meta: { profile: [...profiles] },
      ...(occasion.record === undefined
        ? {}
        : { identifier: [toSourceRecordIdentifier(context.source, occasion.record)] }),
      status: "final",
      category,
      code,
      subject: toPatientReference(context.patientId),
      ...(occasion.effective === undefined ? {} : { effectiveDateTime: occasion.effective }),
      performer: [toOrganizationReference(context.organizationId({ system: ODS_ORGANIZATION, value: provider }))],
      ...said,
    },
  };
}

/** One category of the R4 code system, as `exam`. */
export function toCategory(code: string): CodeableConcept[] {
  return [toCodeableConcept(OBSERVATION_CATEGORY, code)];
}

/** References to what a panel groups; in the order of slots, so that the order of rows changes nothing. */
export function toMembers(made: readonly Made[]): { reference: string }[] {
  const ordered = made.toSorted((left, right) => (left.slot < right.slot ? -1 : 1));
  return ordered.map(({ resource }) => ({ reference: `${resource.resourceType}/${resource.id}` }));
}
