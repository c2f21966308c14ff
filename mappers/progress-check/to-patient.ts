import type { Identifier, Patient } from "@medplum/fhirtypes";
import { toAddress } from "../datatypes/address.ts";
import { toHumanName } from "../datatypes/human-name.ts";
import { toNhsNumberIdentifier, toUpnIdentifier } from "../datatypes/identifier.ts";
import { toSettingReference } from "../foundation-stage/setting.ts";
import type { MapContext } from "../mapper.ts";
import type { ProgressCheckRecord } from "./record.ts";

/**
 * What the check says of the person. What the setting calls the child is not among it: it names the setting, which of a
 * restricted child nobody may learn.
 */
export function toPatient(record: ProgressCheckRecord, context: MapContext): Patient {
  const name = toHumanName({ use: "official", family: record.family, given: [record.given] });
  const address = toAddress({ postalCode: record.postcode });
  const identifier: Identifier[] = [
    ...(record.nhsNumber === undefined ? [] : [toNhsNumberIdentifier(record.nhsNumber)]),
    ...(record.upn === undefined ? [] : [toUpnIdentifier(record.upn)]),
  ];
  return {
    resourceType: "Patient",
    ...(identifier.length === 0 ? {} : { identifier }),
    active: true,
    ...(name === undefined ? {} : { name: [name] }),
    ...(record.gender === undefined ? {} : { gender: record.gender }),
    birthDate: record.birthDate,
    ...(address === undefined ? {} : { address: [address] }),
    managingOrganization: toSettingReference(record.setting, context),
  };
}
