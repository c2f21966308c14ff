import type { Patient } from "@medplum/fhirtypes";
import { isNhsNumber, normaliseNhsNumber } from "#mappers/datatypes/nhs-number.ts";
import type { SourceIdentity } from "#mappers/mapper.ts";
import { NHS_NUMBER, NHS_NUMBER_STATUS_EXTENSION, UPN } from "#profiles/systems.ts";
import { NOBODY, type Person, type PersonNumber } from "../person.ts";

/** NHS NUMBER STATUS INDICATOR CODE: number present and verified. */
const VERIFIED = "01";

/** What a source record says of whose it is, as the matcher takes it. */
export function toPerson(identity: SourceIdentity): Person {
  const { given, family, birthDate, postcode, gender, nhsNumber, nhsNumberStatus, upn } = identity;
  const hasName = given !== undefined || family !== undefined;
  return {
    ...NOBODY,
    names: hasName ? [{ ...(given === undefined ? {} : { given }), ...(family === undefined ? {} : { family }) }] : [],
    birthDates: listed(birthDate),
    postcodes: listed(postcode),
    genders: listed(gender).filter((told) => told !== "unknown"),
    nhsNumbers: toNhsNumbers(nhsNumber, nhsNumberStatus === "01"),
    upns: listed(upn),
  };
}

/** What a Patient says of who it is, every name and address that ever was its own included. */
export function personOfPatient(patient: Patient): Person {
  const { identifier = [], name = [], address = [], telecom = [], birthDate, gender } = patient;
  const order = patient.multipleBirthInteger;
  return {
    names: name.map(({ given, family }) => ({
      ...(given === undefined || given.length === 0 ? {} : { given: given.join(" ") }),
      ...(family === undefined ? {} : { family }),
    })),
    birthDates: listed(birthDate),
    postcodes: address.flatMap(({ postalCode }) => listed(postalCode)),
    genders: listed(gender).filter((told) => told !== "unknown"),
    nhsNumbers: identifier
      .filter(({ system }) => system === NHS_NUMBER)
      .flatMap(({ value, extension = [] }) => toNhsNumbers(value, extension.some(isVerified))),
    upns: identifier.filter(({ system }) => system === UPN).flatMap(({ value }) => listed(value)),
    identifiers: identifier
      .filter(({ system }) => system !== NHS_NUMBER && system !== UPN)
      .flatMap(({ system = "", value }) => listed(value).map((told) => `${system}|${told}`)),
    addressLines: address.flatMap(({ line = [] }) => (line.length === 0 ? [] : [line.join(" ")])),
    cities: address.flatMap(({ city }) => listed(city)),
    districts: address.flatMap(({ district }) => listed(district)),
    telecoms: telecom.flatMap(({ value }) => listed(value)),
    ...(order === undefined || order < 1 ? {} : { birthOrder: order }),
  };
}

function isVerified(extension: NonNullable<Patient["extension"]>[number]): boolean {
  if (extension.url !== NHS_NUMBER_STATUS_EXTENSION) return false;
  return extension.valueCodeableConcept?.coding?.some(({ code }) => code === VERIFIED) ?? false;
}

function toNhsNumbers(text: string | undefined, isVerified: boolean): readonly PersonNumber[] {
  const value = normaliseNhsNumber(text ?? "");
  return isNhsNumber(value) ? [{ value, isVerified }] : [];
}

function listed(value: string | undefined): readonly string[] {
  const trimmed = value?.trim() ?? "";
  return trimmed === "" ? [] : [trimmed];
}
