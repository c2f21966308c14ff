import type { Organization } from "@medplum/fhirtypes";
import { canonical } from "#profiles/canonical.ts";
import type { MapContext } from "../mapper.ts";

/** What every Organization claims: our profile, and the one of UK Core from which it is derived. */
export const ORGANIZATION_PROFILES: readonly string[] = [
  canonical("StructureDefinition", "organization"),
  "https://fhir.hl7.org.uk/StructureDefinition/UKCore-Organization",
];

/** An organisation as far as a source knows it. The first identifier decides its logical id. */
export interface KnownOrganization {
  readonly identifiers: readonly [OrganizationIdentifier, ...OrganizationIdentifier[]];
  readonly name?: string;
}

export interface OrganizationIdentifier {
  readonly system: string;
  readonly value: string;
}

export function toOrganization({ identifiers, name }: KnownOrganization, context: MapContext): Organization {
  return {
    resourceType: "Organization",
    id: context.organizationId(identifiers[0]),
    meta: { profile: [...ORGANIZATION_PROFILES] },
    identifier: identifiers.map((identifier) => ({ ...identifier })),
    ...(name === undefined ? {} : { name }),
  };
}
