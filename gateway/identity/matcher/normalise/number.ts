import { isNhsNumber, normaliseNhsNumber } from "#mappers/datatypes/nhs-number.ts";
import { isTemporaryUpn, isUpn, normaliseUpn } from "#mappers/datatypes/upn.ts";

const IDENTIFIER_LENGTH_MAX = 64;

/** Ten digits with a right check digit, or `undefined`. Ten equal digits are "not known". */
export function normaliseNhs(text: string): string | undefined {
  const number = normaliseNhsNumber(text.slice(0, IDENTIFIER_LENGTH_MAX));
  return isNhsNumber(number) ? number : undefined;
}

/** A permanent UPN, or `undefined`: a temporary one is given to another child later. */
export function normalisePermanentUpn(text: string): string | undefined {
  const upn = normaliseUpn(text.slice(0, IDENTIFIER_LENGTH_MAX));
  return isUpn(upn) && !isTemporaryUpn(upn) ? upn : undefined;
}

/** Any other number as it is compared: letters and digits. `undefined` when it is empty or one sign repeated. */
export function normaliseIdentifier(text: string): string | undefined {
  const bare = text
    .slice(0, 2 * IDENTIFIER_LENGTH_MAX)
    .toLowerCase()
    .replace(/[\s\p{Cf}\p{Cc}-]/gu, "");
  const value = bare.slice(bare.lastIndexOf("|") + 1);
  return value === "" || /^(.)\1*$/.test(value) ? undefined : bare;
}
