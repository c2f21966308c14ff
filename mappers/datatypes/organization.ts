import type { Organization } from "@medplum/fhirtypes";
import type { MapContext } from "../mapper.ts";

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
    meta: { profile: ["https://fhir.hl7.org.uk/StructureDefinition/UKCore-Organization"] },
    identifier: identifiers.map((identifier) => ({ ...identifier })),
    ...(name === undefined ? {} : { name }),
  };
}
