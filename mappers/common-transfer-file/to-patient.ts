import type { Address, HumanName, Patient } from "@medplum/fhirtypes";
import { toAddress } from "../datatypes/address.ts";
import { toHumanName } from "../datatypes/human-name.ts";
import { toUpnIdentifier } from "../datatypes/identifier.ts";
import { toSettingReference } from "../foundation-stage/setting.ts";
import type { MapContext } from "../mapper.ts";
import type { AddressParts, CommonTransferFileRecord } from "./record.ts";

/** What the transfer file says of the person. */
export function toPatient(record: CommonTransferFileRecord, context: MapContext): Patient {
  const identifier = [
    ...(record.upn === undefined ? [] : [toUpnIdentifier(record.upn)]),
    ...(record.formerUpn === undefined ? [] : [toUpnIdentifier(record.formerUpn, "old")]),
  ];
  const address = toHomeAddress(record.address);
  const { source } = record.schools;
  return {
    resourceType: "Patient",
    ...(identifier.length === 0 ? {} : { identifier }),
    active: true,
    name: toNames(record),
    ...(record.gender === undefined ? {} : { gender: record.gender }),
    birthDate: record.birthDate,
    ...(address === undefined ? {} : { address: [address] }),
    ...(source === undefined ? {} : { managingOrganization: toSettingReference(source, context) }),
  };
}

function toNames(record: CommonTransferFileRecord): HumanName[] {
  const official = toHumanName({
    use: "official",
    family: record.family,
    given: [record.given, ...(record.middleNames ?? "").split(/\s+/)],
  });
  const hasPreferred = record.preferredGiven !== undefined || record.preferredFamily !== undefined;
  const usual = toHumanName({
    use: "usual",
    family: record.preferredFamily ?? record.family,
    given: [record.preferredGiven ?? record.given],
  });
  return [official, hasPreferred ? usual : undefined].filter((name) => name !== undefined);
}

/** BS7666 parts or plain lines, whichever the file has. */
function toHomeAddress(parts: AddressParts): Address | undefined {
  const town = parts["BS7666Address/Town"];
  const postTown = parts["BS7666Address/PostTown"];
  const districts = new Set(
    [parts["BS7666Address/AdministrativeArea"], parts.County].filter((part) => part !== undefined),
  );
  return toAddress({
    line: [
      parts["BS7666Address/SAON"],
      [parts["BS7666Address/PAON"], parts["BS7666Address/Street"]].filter((part) => part !== undefined).join(" "),
      parts["BS7666Address/Locality"],
      postTown !== undefined && town !== postTown ? town : undefined,
      parts["AddressLines/AddressLine1"],
      parts["AddressLines/AddressLine2"],
      parts["AddressLines/AddressLine3"],
      parts["AddressLines/AddressLine4"],
      parts["AddressLines/AddressLine5"],
    ],
    city: postTown ?? town,
    district: [...districts].join(", "),
    postalCode: parts.PostCode,
    country: parts.Country,
  });
}
