import type { Patient } from "@medplum/fhirtypes";
import { toAddress } from "../datatypes/address.ts";
import { toHumanName } from "../datatypes/human-name.ts";
import { toNhsNumberIdentifier, toSourceChildIdentifier } from "../datatypes/identifier.ts";
import { isPseudoPostcode } from "../datatypes/postcode.ts";
import type { CsvRow } from "../mapper.ts";

const GENDERS = ["female", "male", "other", "unknown"] as const;

/** What the register of a hub says of the child. How an NHS number was traced it does not know, so no status is told. */
export function toPatient(root: CsvRow, source: string): Patient {
  const { child_id: child = "", nhs_number: nhsNumber, birth_date: birthDate } = root;
  const name = toHumanName({ use: "official", family: root.family_name, given: [root.given_name] });
  const gender = genderOf(root);
  const address = toAddress({ postalCode: placePostcodeOf(root) });
  return {
    resourceType: "Patient",
    identifier: [
      ...(nhsNumber === undefined ? [] : [toNhsNumberIdentifier(nhsNumber)]),
      toSourceChildIdentifier(source, child),
    ],
    ...(name === undefined ? {} : { name: [name] }),
    ...(gender === undefined ? {} : { gender }),
    ...(birthDate === undefined ? {} : { birthDate }),
    ...(address === undefined ? {} : { address: [address] }),
  };
}

export function genderOf({ gender }: CsvRow): (typeof GENDERS)[number] | undefined {
  return GENDERS.find((word) => word === gender);
}

/** The postcode if it names a place; a ZZ99 code does not. */
export function placePostcodeOf({ postcode }: CsvRow): string | undefined {
  return postcode === undefined || isPseudoPostcode(postcode) ? undefined : postcode;
}
