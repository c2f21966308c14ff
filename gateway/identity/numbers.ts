import { isNhsNumber, normaliseNhsNumber } from "#mappers/datatypes/nhs-number.ts";
import { isTemporaryUpn, isUpn, normaliseUpn } from "#mappers/datatypes/upn.ts";
import type { SourceIdentity } from "#mappers/mapper.ts";

/** The numbers that may link records of different sources. */
export type LinkingNumber = "nhs-number" | "upn";

export const LINKING_NUMBERS: readonly LinkingNumber[] = ["nhs-number", "upn"];

/** The NHS number in the form in which it links, or `undefined`. */
export function linkingNhsNumber(identity: Pick<SourceIdentity, "nhsNumber">): string | undefined {
  const number = normaliseNhsNumber(identity.nhsNumber ?? "");
  return isNhsNumber(number) ? number : undefined;
}

/** The UPN in the form in which it links, or `undefined`: a temporary number is given to another child later. */
export function linkingUpn(identity: Pick<SourceIdentity, "upn">): string | undefined {
  const upn = normaliseUpn(identity.upn ?? "");
  return isUpn(upn) && !isTemporaryUpn(upn) ? upn : undefined;
}

export function linkingValue(number: LinkingNumber, identity: SourceIdentity): string | undefined {
  return number === "upn" ? linkingUpn(identity) : linkingNhsNumber(identity);
}

/** Under which a record holds a number. */
export function toIdentityKey(number: LinkingNumber, value: string): string {
  return `${number}|${value}`;
}

/** The first that waits for a number, and the first that waits for it with this birth date. */
export function toAwaitedKeys(number: LinkingNumber, value: string, { birthDate }: SourceIdentity): readonly string[] {
  const key = `awaited-${number}|${value}`;
  return birthDate === undefined ? [key] : [key, `${key}|${birthDate}`];
}

/** Whose holders are looked for when it is decided whose record an identity is of. */
export function identityKeysOf(identity: SourceIdentity): readonly string[] {
  const keys = LINKING_NUMBERS.flatMap((number) => {
    const value = linkingValue(number, identity);
    return value === undefined ? [] : [toIdentityKey(number, value), ...toAwaitedKeys(number, value, identity)];
  });
  const nhsNumber = linkingNhsNumber(identity);
  return nhsNumber === undefined ? keys : [toVoidKey(nhsNumber), ...keys];
}

/** Claimed for an NHS number that the national register took out of use: it links nobody and is served nowhere. */
export function toVoidKey(nhsNumber: string): string {
  return `void-nhs-number|${nhsNumber}`;
}
