import { z } from "zod";
import { parseDate, parseDayFirstDate } from "../datatypes/date.ts";
import { toFieldIssues, toFieldWarning } from "../datatypes/field-issue.ts";
import { type Gender, toGenderFromDfe } from "../datatypes/gender.ts";
import { isPersonalNumber } from "../datatypes/local-id.ts";
import { isNhsNumber, normaliseNhsNumber } from "../datatypes/nhs-number.ts";
import { normalisePostcode } from "../datatypes/postcode.ts";
import { isSpreadsheetError, SPREADSHEET_ERROR } from "../datatypes/spreadsheet-error.ts";
import { isUpn, normaliseUpn } from "../datatypes/upn.ts";
import { readSetting, type SettingColumns } from "../early-years-setting/setting-columns.ts";
import { notCarriedOf } from "../field-table.ts";
import type { Setting } from "../foundation-stage/setting.ts";
import type { CsvRow, FieldIssue, Parsed } from "../mapper.ts";
import { FIELDS } from "./fields.ts";
import { TEXT_COLUMNS, type Text } from "./texts.ts";
import { PARENTS, ROLES, toWord } from "./words.ts";

/** What the parents answered on sharing the check. */
export interface SharingAnswer {
  readonly isAgreed: boolean;
  /** One of `PARENTS`. */
  readonly by?: string | undefined;
  /** YYYY-MM-DD. */
  readonly on?: string | undefined;
}

/** One progress check, checked. */
export interface ProgressCheckRecord {
  readonly checkId?: string | undefined;
  readonly childId?: string | undefined;
  readonly nhsNumber?: string | undefined;
  readonly upn?: string | undefined;
  readonly given: string;
  readonly family: string;
  readonly birthDate: string;
  readonly gender?: Gender | undefined;
  readonly postcode?: string | undefined;
  readonly setting: Setting;
  /** YYYY-MM-DD. */
  readonly checkDate: string;
  /** As it is shown. */
  readonly role?: string | undefined;
  readonly texts: readonly [Text, ...Text[]];
  readonly sharing?: SharingAnswer | undefined;
  readonly notCarried: readonly string[];
}

const SETTING_COLUMNS: SettingColumns = {
  schoolUrn: "school_urn",
  laestab: "laestab",
  earlyYearsUrn: "early_years_urn",
  ofstedUrn: "ofsted_urn",
  name: "setting_name",
};

function fail(check: z.RefinementCtx, message: string): never {
  check.addIssue({ code: "custom", message });
  return z.NEVER;
}

const toDate = (text: string, check: z.RefinementCtx): string =>
  parseDate(text) ??
  parseDayFirstDate(text) ??
  fail(check, "not a day of the calendar; expected YYYY-MM-DD or dd/mm/yyyy");

const freeText = z
  .string()
  .refine((text) => !isSpreadsheetError(text), {
    error: "an error of a spreadsheet, not a text; write the text again, without = at its beginning",
  })
  .transform((text) => text.replaceAll(/\r\n?/g, "\n"))
  .optional();

const name = (error: string) =>
  z.string({ error }).refine((text) => !isSpreadsheetError(text), { error: SPREADSHEET_ERROR });

const shape = z.object({
  check_id: z.string().optional(),
  child_id: z.string().optional(),
  nhs_number: z
    .string()
    .refine(isNhsNumber, {
      error:
        "not an NHS number: expected 10 digits, the last the modulus 11 check digit (NHS Data Dictionary); correct it, or leave it empty",
    })
    .transform(normaliseNhsNumber)
    .optional(),
  upn: z
    .string()
    .transform(normaliseUpn)
    .refine(isUpn, {
      error:
        "not a unique pupil number: expected 13 characters with a right check letter (CBDS N00001); correct it, or leave it empty",
    })
    .optional(),
  given_name: name("missing; expected the child's given name"),
  family_name: name("missing; expected the child's family name"),
  birth_date: z.string({ error: "missing; expected a birth date" }).transform(toDate),
  sex: z.string().optional(),
  postcode: z.string().optional(),
  check_date: z.string({ error: "missing; expected the date of the check" }).transform(toDate),
  practitioner_role: z.string().optional(),
  communication_and_language: freeText,
  physical_development: freeText,
  personal_social_emotional: freeText,
  areas_of_concern: freeText,
  planned_support: freeText,
  sharing_agreed: z
    .string()
    .regex(/^(y|n|yes|no)$/i, { error: "expected Y or N, or nothing where the parents did not answer" })
    .transform((text) => /^y/i.test(text))
    .optional(),
  sharing_agreed_by: z.string().optional(),
  sharing_agreed_on: z.string().transform(toDate).optional(),
});
type Shape = z.output<typeof shape>;

/** One row of the template. Errors name the column and what was expected, never what came. */
export function parseRecord(row: CsvRow): Parsed<ProgressCheckRecord> {
  const checked = shape.safeParse(row);
  const settingRead = readSetting(
    {
      schoolUrn: row.school_urn,
      laestab: row.laestab,
      earlyYearsUrn: row.early_years_urn,
      ofstedUrn: row.ofsted_urn,
      name: row.setting_name,
    },
    SETTING_COLUMNS,
  );
  const errors = [
    ...(checked.success ? contradictionsOf(checked.data) : toFieldIssues(checked.error, "row")),
    ...("issues" in settingRead ? settingRead.issues : []),
  ];
  if (!checked.success || "issues" in settingRead) return { ok: false, issues: errors };
  const { data } = checked;
  const [first, ...others] = TEXT_COLUMNS.flatMap((column): Text[] => {
    const text = data[column.field];
    return text === undefined ? [] : [{ column, text }];
  });
  if (first === undefined) {
    errors.push(error("communication_and_language", "no text in any area; expected what the check found"));
  }
  if (first === undefined || errors.length > 0) return { ok: false, issues: errors };
  const record = toRecord(data, { setting: settingRead.setting, texts: [first, ...others], row });
  return { ok: true, record, warnings: [...settingRead.warnings, ...warningsOf(data, record)] };
}

function contradictionsOf(data: Shape): FieldIssue[] {
  return data.check_date < data.birth_date ? [error("check_date", "lies before birth_date; correct one of them")] : [];
}

function toRecord(
  data: Shape,
  read: Pick<ProgressCheckRecord, "setting" | "texts"> & { readonly row: CsvRow },
): ProgressCheckRecord {
  const named = (id: string | undefined): string | undefined =>
    id === undefined || isPersonalNumber(id) ? undefined : id;
  const by = data.sharing_agreed_by === undefined ? undefined : toWord(data.sharing_agreed_by);
  const isAgreed = data.sharing_agreed;
  const taken = {
    checkId: named(data.check_id),
    childId: named(data.child_id),
    gender: data.sex === undefined ? undefined : toGenderFromDfe(data.sex),
    postcode: data.postcode === undefined ? undefined : normalisePostcode(data.postcode),
    role: data.practitioner_role === undefined ? undefined : ROLES.get(toWord(data.practitioner_role)),
    sharing:
      isAgreed === undefined
        ? undefined
        : { isAgreed, by: by !== undefined && PARENTS.includes(by) ? by : undefined, on: data.sharing_agreed_on },
  };
  return {
    ...taken,
    nhsNumber: data.nhs_number,
    upn: data.upn,
    given: data.given_name,
    family: data.family_name,
    birthDate: data.birth_date,
    setting: read.setting,
    checkDate: data.check_date,
    texts: read.texts,
    notCarried: [
      ...notCarriedOf(FIELDS, Object.keys(read.row)),
      ...notTakenOf([
        ["check_id", data.check_id, taken.checkId],
        ["child_id", data.child_id, taken.childId],
        ["sex", data.sex, taken.gender],
        ["postcode", data.postcode, taken.postcode],
        ["practitioner_role", data.practitioner_role, taken.role],
        ["sharing_agreed_by", data.sharing_agreed_by, taken.sharing?.by],
        ["sharing_agreed_on", data.sharing_agreed_on, taken.sharing?.on],
      ]),
    ],
  };
}

/** Columns that said something of which nothing was taken. */
function notTakenOf(
  columns: readonly (readonly [field: string, said: string | undefined, taken: string | undefined])[],
): string[] {
  return columns.flatMap(([field, said, taken]) => (said !== undefined && taken === undefined ? [field] : []));
}

const NOT_TAKEN: Readonly<Record<string, string>> = {
  check_id: "a number of the person, expected a reference; not taken",
  child_id: "a number of the person, expected a reference; not taken",
  sex: "expected M, F or U; not taken",
  postcode: "not the shape of a postcode; not taken",
  practitioner_role: `expected one of ${[...ROLES.keys()].join(", ")}; not taken`,
  sharing_agreed_by: `expected one of ${PARENTS.join(", ")}, beside an answer in sharing_agreed; not taken`,
  sharing_agreed_on: "stands without an answer in sharing_agreed; not taken",
};

function warningsOf(data: Shape, record: ProgressCheckRecord): FieldIssue[] {
  const warnings = record.notCarried.flatMap((field) => {
    const message = NOT_TAKEN[field];
    return message === undefined ? [] : [toFieldWarning(field, message)];
  });
  for (const { field, isPrime } of TEXT_COLUMNS) {
    if (isPrime && data[field] === undefined) {
      warnings.push(toFieldWarning(field, "missing; the check speaks of all three prime areas"));
    }
  }
  if (!isBetweenTwoAndThree(record.birthDate, record.checkDate)) {
    warnings.push(toFieldWarning("check_date", "the child was not between 24 and 36 months old; check both dates"));
  }
  if (record.sharing?.on !== undefined && record.sharing.on < record.birthDate) {
    warnings.push(toFieldWarning("sharing_agreed_on", "lies before birth_date; check it"));
  }
  return warnings;
}

/** From the second birthday to the third, both included. A child of 29 February has its birthday on 1 March. */
function isBetweenTwoAndThree(birthDate: string, date: string): boolean {
  const birthday = (age: number): string => `${Number(birthDate.slice(0, 4)) + age}${birthDate.slice(4)}`;
  return date >= birthday(2) && date <= birthday(3);
}

function error(field: string, message: string): FieldIssue {
  return { severity: "error", field, message };
}
