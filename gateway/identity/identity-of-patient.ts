import type { Address, HumanName, Patient } from "@medplum/fhirtypes";
import type { SourceIdentity } from "#mappers/mapper.ts";
import { NHS_NUMBER, NHS_NUMBER_STATUS_EXTENSION, UPN } from "#profiles/systems.ts";
import { linkingNhsNumber, linkingUpn } from "./numbers.ts";

/**
 * Who a client says that its Patient is: current names and homes before former ones, a number only where it tells one of
 * its kind that links.
 */
export function toIdentity(patient: Patient, localId: string): SourceIdentity {
  const { identifier = [], name = [], address = [], birthDate = "", gender } = patient;
  const called = best(name, NAME_USES);
  const given = called?.given?.join(" ").trim() ?? "";
  const family = called?.family?.trim() ?? "";
  const postcode = best(address, ADDRESS_USES)?.postalCode?.trim() ?? "";
  const current = identifier.filter(({ use }) => use !== "old");
  const valuesOf = (system: string) => current.filter((one) => one.system === system).map(({ value }) => value);
  const nhsNumber = only(valuesOf(NHS_NUMBER).flatMap((value) => linkingNhsNumber({ nhsNumber: value ?? "" }) ?? []));
  const upn = only(valuesOf(UPN).flatMap((value) => linkingUpn({ upn: value ?? "" }) ?? []));
  const status = nhsNumber === undefined ? undefined : statusOf(patient);
  return {
    localId,
    ...(nhsNumber === undefined ? {} : { nhsNumber }),
    ...(status === undefined ? {} : { nhsNumberStatus: status }),
    ...(upn === undefined ? {} : { upn }),
    ...(given === "" ? {} : { given }),
    ...(family === "" ? {} : { family }),
    ...(DATE.test(birthDate) ? { birthDate } : {}),
    ...(postcode === "" ? {} : { postcode }),
    ...(gender === undefined ? {} : { gender }),
  };
}

/** A year or a month is no birth date by which children are told apart. */
const DATE = /^\d{4}-\d{2}-\d{2}$/;
const NAME_USES: readonly string[] = ["official", "usual", "", "temp", "nickname", "anonymous", "old", "maiden"];
const ADDRESS_USES: readonly string[] = ["home", "", "temp", "work", "billing", "old"];

function best<T extends HumanName | Address>(told: readonly T[], uses: readonly string[]): T | undefined {
  const rank = ({ use }: T): number => uses.indexOf(use ?? "");
  return told.toSorted((one, other) => rank(one) - rank(other))[0];
}

/** Two numbers of a kind say nothing for certain. */
function only(values: readonly string[]): string | undefined {
  const [value, another] = new Set(values);
  return another === undefined ? value : undefined;
}

/** NHS NUMBER STATUS INDICATOR CODE, where the client tells one. */
function statusOf({ identifier = [] }: Patient): string | undefined {
  const number = identifier.find(({ system, use }) => system === NHS_NUMBER && use !== "old");
  const extension = number?.extension?.find(({ url }) => url === NHS_NUMBER_STATUS_EXTENSION);
  return extension?.valueCodeableConcept?.coding?.find(({ code }) => code !== undefined)?.code;
}
