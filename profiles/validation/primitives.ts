import { type Check, type Issues, report } from "./issue.ts";

/** Checks of the FHIR R4 primitive datatypes: https://hl7.org/fhir/R4/datatypes.html#primitive */

const INTEGER_MAX = 2_147_483_647;
/** "Strings SHALL NOT exceed 1MB in size" */
const STRING_LENGTH_MAX = 1_048_576;

// biome-ignore lint/suspicious/noControlCharactersInRegex: exactly these are what FHIR forbids in a string
const FORBIDDEN_CHARACTER = /[\u0000-\u0008\u000b\u000c\u000e-\u001f]/;
const YEAR = "(?:[0-9](?:[0-9](?:[0-9][1-9]|[1-9]0)|[1-9]00)|[1-9]000)";
const MONTH = "(?:0[1-9]|1[0-2])";
const DAY = "(?:0[1-9]|[12][0-9]|3[01])";
const TIME = "(?:[01][0-9]|2[0-3]):[0-5][0-9]:(?:[0-5][0-9]|60)(?:\\.[0-9]+)?";
const ZONE = "(?:Z|[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00))";
const DATE = new RegExp(`^${YEAR}(?:-${MONTH}(?:-${DAY})?)?$`);
const DATE_TIME = new RegExp(`^${YEAR}(?:-${MONTH}(?:-${DAY}(?:T${TIME}${ZONE})?)?)?$`);
const INSTANT = new RegExp(`^${YEAR}-${MONTH}-${DAY}T${TIME}${ZONE}$`);
const TIME_OF_DAY = new RegExp(`^${TIME}$`);
const URI = /^\S+$/;
const OID = /^urn:oid:[0-2](?:\.(?:0|[1-9][0-9]*))+$/;
const UUID = /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const CODE = /^[^\s]+(?:\s[^\s]+)*$/;
const ID = /^[A-Za-z0-9.-]{1,64}$/;
const BASE64 = /^[0-9A-Za-z+/]+={0,2}$/;
const MIME_TYPE = /^[^\s/;]+\/[^\s/;]+(?:;.*)?$/;
const LAST_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
/** No month is shorter, so earlier days need no calendar. */
const SHORTEST_MONTH_DAYS = 28;

/** Whether the day of a date or dateTime of right form is in the calendar. */
function isCalendarDay(value: string): boolean {
  if (value.length < 10) return true;
  const day = Number(value.slice(8, 10));
  if (day <= SHORTEST_MONTH_DAYS) return true;
  const year = Number(value.slice(0, 4));
  const month = Number(value.slice(5, 7));
  const isLeapYear = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  return day <= (month === 2 && isLeapYear ? 29 : (LAST_DAYS[month - 1] ?? 0));
}

function wrong(out: Issues, expected: string): void {
  report(out, "value", "", `Expected ${expected}.`);
}

function matching(pattern: RegExp, expected: string): Check {
  return (value, out) => {
    if (typeof value !== "string" || !pattern.test(value)) wrong(out, expected);
  };
}

function dated(pattern: RegExp, expected: string): Check {
  return (value, out) => {
    if (typeof value !== "string" || !pattern.test(value) || !isCalendarDay(value)) wrong(out, expected);
  };
}

function whole(min: number, expected: string): Check {
  return (value, out) => {
    const fits = typeof value === "number" && Number.isInteger(value) && value >= min && value <= INTEGER_MAX;
    if (!fits) wrong(out, expected);
  };
}

function isText(value: unknown): value is string {
  if (typeof value !== "string" || value.length === 0 || value.length > STRING_LENGTH_MAX) return false;
  if (FORBIDDEN_CHARACTER.test(value)) return false;
  return value.charCodeAt(0) > 32 || value.trim() !== "";
}

export const booleanValue: Check = (value, out) => {
  if (typeof value !== "boolean") wrong(out, "true or false");
};
export const decimalValue: Check = (value, out) => {
  if (typeof value !== "number" || !Number.isFinite(value)) wrong(out, "a number");
};
export const stringValue: Check = (value, out) => {
  if (!isText(value)) wrong(out, "a string that is not empty, without control characters, of at most 1 MB");
};
export const integerValue = whole(-INTEGER_MAX - 1, "a whole number of 32 bits");
export const unsignedIntValue = whole(0, "a whole number from 0");
export const positiveIntValue = whole(1, "a whole number from 1");
export const markdownValue = stringValue;
export const uriValue = matching(URI, "a URI without blanks");
export const urlValue = uriValue;
export const canonicalValue = uriValue;
export const oidValue = matching(OID, "an OID as urn:oid:1.2.3");
export const uuidValue = matching(UUID, "a UUID as urn:uuid: and lower-case hexadecimal digits");
export const codeValue = matching(CODE, "a code: no blank at either end, single blanks inside");
/** BCP 13, which is a value set too large to write out. */
export const mimeTypeValue = matching(MIME_TYPE, "a media type as text/plain");
export const idValue = matching(ID, "an id: 1 to 64 letters, digits, hyphens and dots");
export const dateValue = dated(DATE, "a calendar date as YYYY, YYYY-MM or YYYY-MM-DD");
export const dateTimeValue = dated(
  DATE_TIME,
  "a date as YYYY, YYYY-MM or YYYY-MM-DD, or with a time as YYYY-MM-DDThh:mm:ss and a time zone",
);
export const instantValue = dated(INSTANT, "an instant as YYYY-MM-DDThh:mm:ss and a time zone");
export const timeValue = matching(TIME_OF_DAY, "a time as hh:mm:ss");
export const base64BinaryValue: Check = (value, out) => {
  const groups = typeof value === "string" ? value.replace(/\s/g, "") : "";
  if (groups.length % 4 !== 0 || !BASE64.test(groups)) wrong(out, "base64 in groups of four");
};

/** A code of a required binding. `codes` are separated by bars; a long list is named by its value set. */
export function codeOf(codes: string, valueSet: string): Check {
  const known = new Set(codes.split("|"));
  const isShort = known.size <= 20;
  const expected = isShort ? `one of: ${[...known].join(", ")}` : `a code of ${valueSet}`;
  return (value, out) => {
    if (typeof value !== "string") wrong(out, "a code");
    else if (!known.has(value)) report(out, "code-invalid", "", `Expected ${expected}.`);
  };
}
