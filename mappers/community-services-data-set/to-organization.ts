import type { Organization } from "@medplum/fhirtypes";
import { ODS_ORGANIZATION } from "#profiles/systems.ts";
import { toOrganization as toKnownOrganization } from "../datatypes/organization.ts";
import type { MapContext } from "../mapper.ts";

/** The provider, of which the extract knows the ODS code alone. */
export function toOrganization(provider: string, context: MapContext): Organization {
  return toKnownOrganization({ identifiers: [{ system: ODS_ORGANIZATION, value: provider }] }, context);
}
