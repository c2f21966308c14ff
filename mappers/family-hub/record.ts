import { z } from "zod";
import { parseDate, parseDayFirstDate } from "../datatypes/date.ts";
import { isPersonalNumber } from "../datatypes/local-id.ts";
import { isNhsNumber } from "../datatypes/nhs-number.ts";
import { isSpreadsheetError, SPREADSHEET_ERROR } from "../datatypes/spreadsheet-error.ts";

/**
 * The rows of both tables, by the columns of our own template, in one form: a spreadsheet writes days with the day first
 * and times with seconds when it saves a file, and people write words in any case. No message holds the value that came.
 */

/** A name that is shown and logged, so it may be no number of the person. */
function name(expected: string) {
  return z
    .string(`missing: expected ${expected}`)
    .min(1, `missing: expected ${expected}`)
    .refine(
      (text) => !isPersonalNumber(text),
      `an NHS number or pupil number: expected ${expected}, because it is shown`,
    );
}

const DAY = "expected a day of the calendar as YYYY-MM-DD or dd/mm/yyyy";
const day = z.string(`missing: ${DAY}`).transform((text, check) => {
  const read = parseDate(text) ?? parseDayFirstDate(text);
  if (read !== undefined) return read;
  check.addIssue(DAY);
  return z.NEVER;
});
const time = z
  .string()
  .regex(/^([01]?[0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$/, "expected a time as HH:MM")
  .transform((text) => text.replace(/^(?=[0-9]:)/, "0").slice(0, 5));
const HUB_CODE = /^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$/;
const hubCode = z
  .string("missing: expected the hub's code")
  .regex(HUB_CODE, "expected the hub's code: at most 40 letters, digits, dots, underscores or hyphens")
  .refine((text) => !isPersonalNumber(text), "an NHS number or pupil number: expected the hub's code");
const odsCode = z.string().regex(/^[A-Za-z0-9]{3,12}$/, "expected an ODS code of 3 to 12 letters and digits");
const kept = z.string().optional();
const personName = z
  .string()
  .refine((text) => !isSpreadsheetError(text), SPREADSHEET_ERROR)
  .optional();
const lowerCase = z.string().transform((text) => text.toLowerCase());

const CHILD_ID = "what the register calls the child";

export const registration = z.object({
  child_id: name(CHILD_ID),
  nhs_number: z
    .string()
    .refine(isNhsNumber, "expected ten digits, the last a right modulus 11 check digit (NHS Data Dictionary)")
    .optional(),
  given_name: personName,
  family_name: personName,
  birth_date: day,
  gender: lowerCase
    .pipe(z.enum(["female", "male", "other", "unknown"], "expected female, male, other or unknown"))
    .optional(),
  postcode: kept,
  hub_code: hubCode,
  hub_ods_code: odsCode.optional(),
  hub_name: kept,
  registered_on: day,
  ended_on: day.optional(),
  home_language: kept,
  how_heard_of_hub: kept,
});

export const contact = z.object({
  contact_id: name("a name of the contact that no other contact has"),
  child_id: name(CHILD_ID),
  contact_date: day,
  contact_time: time.optional(),
  activity: z
    .string("missing: expected a code of the list of family hub activities")
    .transform((text) => text.toLowerCase()),
  attended: z
    .string("missing: expected yes, no or cancelled")
    .transform((text) => text.toLowerCase())
    .pipe(z.enum(["yes", "no", "cancelled"], "expected yes, no or cancelled")),
  hub_code: hubCode.optional(),
  hub_name: kept,
  session_name: kept,
  staff_name: kept,
});
