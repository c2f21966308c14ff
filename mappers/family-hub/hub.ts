import type { Organization } from "@medplum/fhirtypes";
import { FAMILY_HUB_CODE, ODS_ORGANIZATION } from "#profiles/systems.ts";
import { type OrganizationIdentifier, toOrganization } from "../datatypes/organization.ts";
import type { CsvRow, MapContext } from "../mapper.ts";

/** A hub as one row names it. */
export interface Hub {
  /** The authority's own code first; the ODS code after it, where there is one. */
  readonly identifiers: readonly [OrganizationIdentifier, ...OrganizationIdentifier[]];
  readonly name?: string;
}

/** The hub of the registration. Codes of hubs are an authority's own, so its number stands before them. */
export function toRegisteredHub(root: CsvRow, { localAuthority }: MapContext): Hub {
  const { hub_code: code = "", hub_ods_code: odsCode, hub_name: name } = root;
  return {
    identifiers: [
      { system: FAMILY_HUB_CODE, value: `${localAuthority}/${code}` },
      ...(odsCode === undefined ? [] : [{ system: ODS_ORGANIZATION, value: odsCode.toUpperCase() }]),
    ],
    ...(name === undefined ? {} : { name }),
  };
}

/** The hub at which a contact took place: that of the registration unless the contact names another. */
export function toContactHub(contact: CsvRow, root: CsvRow, context: MapContext): Hub {
  const { hub_code: code, hub_name: name } = contact;
  if (code === undefined || code === root.hub_code) {
    const hub = toRegisteredHub(root, context);
    return name === undefined ? hub : { name, ...hub };
  }
  const identifiers: Hub["identifiers"] = [{ system: FAMILY_HUB_CODE, value: `${context.localAuthority}/${code}` }];
  return name === undefined ? { identifiers } : { identifiers, name };
}

/** Each hub once, by its first identifier; of two rows that name one, the one with a name says it. */
export function toHubOrganizations(hubs: readonly Hub[], context: MapContext): Organization[] {
  const distinct = new Map<string, Hub>();
  for (const hub of hubs) {
    const key = hub.identifiers[0].value;
    if (distinct.get(key)?.name === undefined) distinct.set(key, hub);
  }
  return [...distinct.values()].map((hub) => toOrganization(hub, context));
}
