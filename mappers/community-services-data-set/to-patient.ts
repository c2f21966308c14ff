import type { Identifier, Patient } from "@medplum/fhirtypes";
import { ETHNIC_CATEGORY_EXTENSION, ODS_ORGANIZATION } from "#profiles/systems.ts";
import { toAddress } from "../datatypes/address.ts";
import { toCodeableConcept } from "../datatypes/coding.ts";
import { toGenderFromPersonStated } from "../datatypes/gender.ts";
import { toHumanName } from "../datatypes/human-name.ts";
import { toNhsNumberIdentifier, toSourceChildIdentifier } from "../datatypes/identifier.ts";
import { isPersonalNumber } from "../datatypes/local-id.ts";
import { isPseudoPostcode } from "../datatypes/postcode.ts";
import type { CsvRow } from "../mapper.ts";

const ETHNIC_CATEGORY = "https://fhir.hl7.org.uk/CodeSystem/UKCore-EthnicCategoryEngland";

/** What the provider says of the child. `Gender` is stated gender: it fills gender and never the birth sex extension. */
export function toPatient(root: CsvRow, registrations: readonly CsvRow[], source: string): Patient {
  const patient: Patient = { resourceType: "Patient", identifier: [] };
  if (root.EthnicCategory !== undefined) {
    patient.extension = [
      { url: ETHNIC_CATEGORY_EXTENSION, valueCodeableConcept: toCodeableConcept(ETHNIC_CATEGORY, root.EthnicCategory) },
    ];
  }
  patient.identifier = [
    ...(root.NHSNumber === undefined ? [] : [toNhsNumberIdentifier(root.NHSNumber, root.NHSNumber_Status)]),
    ...toLocalIdentifiers(root, source),
  ];
  const name = toHumanName({ use: "official", family: root.PersonFamilyName, given: [root.PersonGivenName] });
  if (name !== undefined) patient.name = [name];
  const gender = toGenderFromPersonStated(root.Gender ?? "");
  if (gender !== undefined) patient.gender = gender;
  if (root.DateOfBirth !== undefined) patient.birthDate = root.DateOfBirth;
  if (root.DateOfDeath !== undefined) patient.deceasedDateTime = root.DateOfDeath;
  const address = toAddress({ postalCode: placePostcodeOf(root) });
  if (address !== undefined) patient.address = [address];
  const practice = toGeneralPractitioner(registrations);
  if (practice !== undefined) patient.generalPractitioner = [practice];
  return patient;
}

/** What the provider calls the child, unless that is a number of the person, which is shown as what it is or not at all. */
function toLocalIdentifiers({ LocalPatientID: localId }: CsvRow, source: string): Identifier[] {
  return localId === undefined || isPersonalNumber(localId) ? [] : [toSourceChildIdentifier(source, localId)];
}

/** The postcode if it names a place; a ZZ99 code does not. */
export function placePostcodeOf(root: CsvRow): string | undefined {
  const { Postcode: postcode } = root;
  return postcode === undefined || isPseudoPostcode(postcode) ? undefined : postcode;
}

/** The practice with which the child registered last, in the form that PDS gives a registration. */
function toGeneralPractitioner(
  registrations: readonly CsvRow[],
): NonNullable<Patient["generalPractitioner"]>[number] | undefined {
  const latest = registrations.reduce<CsvRow | undefined>(
    (found, row) => (found === undefined || rank(row) > rank(found) ? row : found),
    undefined,
  );
  if (latest?.OrgID_GP === undefined) return undefined;
  const { GPRegistration_StartDate: start, GPRegistration_EndDate: end } = latest;
  const period = { ...(start === undefined ? {} : { start }), ...(end === undefined ? {} : { end }) };
  return {
    type: "Organization",
    identifier: {
      system: ODS_ORGANIZATION,
      value: latest.OrgID_GP.toUpperCase(),
      ...(Object.keys(period).length === 0 ? {} : { period }),
    },
  };
}

/** Later starts rank higher; the practice code decides between equals, so that the order of rows does not. */
function rank({ GPRegistration_StartDate: start = "", OrgID_GP: practice = "" }: CsvRow): string {
  return `${start.padEnd(10)}${practice}`;
}
