import { isPersonalNumber } from "#mappers/datatypes/local-id.ts";
import { normalisePostcode } from "#mappers/datatypes/postcode.ts";

/** Stands for whatever is not told: a code list's field may hold a name, a number of the child, a sentence. */
export const NOT_A_CODE = "";

/** Digits, with letters or marks between them: `CH010`, `8H7A.`, `1082771000000100`; or a few capitals: `WBRI`. */
const LOOKS_LIKE_A_CODE = /^(?=.*\d)[A-Za-z0-9][A-Za-z0-9._-]{0,17}$|^[A-Z]{1,4}$/;
const LOOKS_LIKE_A_DATE =
  /^(19|20)\d{2}[-./]?\d{2}[-./]?\d{2}|^\d{1,2}[-./]\d{1,2}[-./]\d{2,4}$|^\d{2}\d{2}(19|20)\d{2}$/;

/** The code where it looks like one and like nothing that identifies a child, `NOT_A_CODE` otherwise. */
export function fitCode(text: string): string {
  const code = text.trim();
  const isFit =
    LOOKS_LIKE_A_CODE.test(code) &&
    !LOOKS_LIKE_A_DATE.test(code) &&
    !isPersonalNumber(code) &&
    normalisePostcode(code) === undefined;
  return isFit ? code : NOT_A_CODE;
}
