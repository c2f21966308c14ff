import type { HumanName, Identifier, Organization, Patient, Reference } from "@medplum/fhirtypes";
import { CONFIDENTIALITY, ETHNIC_CATEGORY_EXTENSION, IDENTIFIER_TYPE, ODS_ORGANIZATION } from "#profiles/systems.ts";
import { toAddress } from "../datatypes/address.ts";
import { toCodeableConcept, toCoding } from "../datatypes/coding.ts";
import { toHumanName } from "../datatypes/human-name.ts";
import { toNhsNumberIdentifier, toSourceChildIdentifier } from "../datatypes/identifier.ts";
import type { LocalNumber } from "./numbers.ts";
import type { AdtRecord, Person, PersonName } from "./record.ts";

const ETHNIC_CATEGORY = "https://fhir.hl7.org.uk/CodeSystem/UKCore-EthnicCategoryEngland";

/** HL7 table 0203, the types that local numbers have. */
const TYPES: ReadonlyMap<string, string> = new Map([
  ["MR", "Medical record number"],
  ["PI", "Patient internal identifier"],
  ["PT", "Patient external identifier"],
  ["PN", "Person number"],
]);

/** What the message says of the child. A restricted child is told without its address and practice, as PDS does. */
export function toPatient(record: AdtRecord, person: Person, source: string): Patient {
  const { isRestricted, ethnicCategory, gender, birthDate } = person;
  const name = toName(person.name);
  const address = isRestricted || person.address === undefined ? undefined : toAddress(person.address);
  const { nhsNumber, nhsNumberStatus } = record;
  const identifier = [
    ...(nhsNumber === undefined ? [] : [toNhsNumberIdentifier(nhsNumber, nhsNumberStatus)]),
    ...record.numbers.flatMap((number) => toLocalIdentifier(number, source)),
  ];
  return {
    resourceType: "Patient",
    ...(isRestricted ? { meta: { security: [toCoding(CONFIDENTIALITY, "R")] } } : {}),
    ...(ethnicCategory === undefined
      ? {}
      : {
          extension: [
            {
              url: ETHNIC_CATEGORY_EXTENSION,
              valueCodeableConcept: toCodeableConcept(ETHNIC_CATEGORY, ethnicCategory),
            },
          ],
        }),
    ...(identifier.length === 0 ? {} : { identifier }),
    ...(name === undefined ? {} : { name: [name] }),
    ...(gender === undefined ? {} : { gender }),
    ...(birthDate === undefined ? {} : { birthDate }),
    ...toDeceased(person.deceased),
    ...(address === undefined ? {} : { address: [address] }),
    ...toMultipleBirth(person.multipleBirth),
    ...(isRestricted || person.practice === undefined
      ? {}
      : {
          generalPractitioner: [
            { type: "Organization", identifier: { system: ODS_ORGANIZATION, value: person.practice } },
          ],
        }),
  };
}

function toName({ family, given, prefix, suffix }: PersonName): HumanName | undefined {
  const name = toHumanName({ use: "official", family, given });
  if (name === undefined) return undefined;
  return {
    ...name,
    ...(prefix === undefined ? {} : { prefix: [prefix] }),
    ...(suffix === undefined ? {} : { suffix: [suffix] }),
  };
}

/** A number that an organisation gave the child, unless it is in truth a number of the person. */
/** Who gave the number stands beside it alone, and not in it: of a restricted child nobody may learn that. */
function toLocalIdentifier({ shown, assigner, type }: LocalNumber, source: string): Identifier[] {
  if (shown === undefined) return [];
  const display = type === undefined ? undefined : TYPES.get(type);
  return [
    {
      ...toSourceChildIdentifier(source, shown),
      ...(type === undefined ? {} : { type: { coding: [toCoding(IDENTIFIER_TYPE, type, display)] } }),
      ...(assigner === undefined ? {} : { assigner: toAssigner(assigner) }),
    },
  ];
}

/** Who gave the number: by its ODS code, where what stands there can be one. */
function toAssigner(assigner: string): Reference<Organization> {
  return /^[A-Z0-9]{3,12}$/.test(assigner)
    ? { type: "Organization", identifier: { system: ODS_ORGANIZATION, value: assigner } }
    : { type: "Organization", display: assigner };
}

function toDeceased(deceased: Person["deceased"]): Pick<Patient, "deceasedBoolean" | "deceasedDateTime"> {
  if (deceased === undefined) return {};
  return deceased === true ? { deceasedBoolean: true } : { deceasedDateTime: deceased };
}

function toMultipleBirth(
  birth: Person["multipleBirth"],
): Pick<Patient, "multipleBirthBoolean" | "multipleBirthInteger"> {
  if (birth === undefined) return {};
  return typeof birth === "boolean" ? { multipleBirthBoolean: birth } : { multipleBirthInteger: birth };
}
