import type { Organization } from "@medplum/fhirtypes";
import { ODS_ORGANIZATION } from "#profiles/systems.ts";
import type { MapContext } from "../mapper.ts";
import type { ProgressCheck } from "./record.ts";

export function toOrganization(
  { odsCode, name }: NonNullable<ProgressCheck["organization"]>,
  context: MapContext,
): Organization {
  const identifier = { system: ODS_ORGANIZATION, value: odsCode };
  return {
    resourceType: "Organization",
    id: context.organizationId(identifier),
    meta: { profile: ["https://fhir.hl7.org.uk/StructureDefinition/UKCore-Organization"] },
    identifier: [identifier],
    ...(name === undefined ? {} : { name }),
  };
}
