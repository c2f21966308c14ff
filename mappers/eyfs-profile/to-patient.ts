import type { Patient } from "@medplum/fhirtypes";
import { toAddress } from "../datatypes/address.ts";
import { toHumanName } from "../datatypes/human-name.ts";
import { toSourceChildIdentifier, toUpnIdentifier } from "../datatypes/identifier.ts";
import { toSettingReference } from "../foundation-stage/setting.ts";
import type { MapContext } from "../mapper.ts";
import type { EyfsProfileRecord } from "./record.ts";

/** What the profile says of the person. */
export function toPatient(record: EyfsProfileRecord, context: MapContext): Patient {
  const name = toHumanName({ use: "official", family: record.family, given: [record.given] });
  const address = toAddress({ postalCode: record.postcode });
  const identifier = [
    ...(record.upn === undefined ? [] : [toUpnIdentifier(record.upn)]),
    ...(record.matchingReference === undefined
      ? []
      : [toSourceChildIdentifier(context.source, record.matchingReference)]),
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
