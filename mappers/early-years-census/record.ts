import { z } from "zod";
import { displayOf } from "#profiles/generated/codes.ts";
import { CENSUS_ETHNICITY } from "#profiles/systems.ts";
import { parseDate, parseDayFirstDate } from "../datatypes/date.ts";
import { toFieldIssues, toFieldWarning } from "../datatypes/field-issue.ts";
import { type Gender, toGenderFromDfe } from "../datatypes/gender.ts";
import { isPersonalNumber } from "../datatypes/local-id.ts";
import { normalisePostcode } from "../datatypes/postcode.ts";
import { isSpreadsheetError, SPREADSHEET_ERROR } from "../datatypes/spreadsheet-error.ts";
import { isUpn, normaliseUpn } from "../datatypes/upn.ts";
import { readSetting, type SettingColumns } from "../early-years-setting/setting-columns.ts";
import { notCarriedOf } from "../field-table.ts";
import type { Setting } from "../foundation-stage/setting.ts";
import type { CsvRow, FieldIssue, Parsed } from "../mapper.ts";
import { checkEntitlement, type Hours } from "./entitlement.ts";
import { DROPPED, FIELDS } from "./fields.ts";
import type { ItemValue } from "./items.ts";
import { readItems } from "./read-items.ts";

/** A child at a setting in one census, checked. */
export interface EarlyYearsCensusRecord {
  /** Year and, where the header says it, term of the census, as `2026-SPR`. */
  readonly census: string;
  /** YYYY-MM-DD. */
  readonly referenceDate: string;
  /** Number of the authority whose census it is, where the header says it. */
  readonly localAuthority?: string | undefined;
  readonly childId?: string | undefined;
  readonly upn?: string | undefined;
  readonly family: string;
  readonly given: string;
  readonly middleNames?: string | undefined;
  readonly birthDate: string;
  readonly gender?: Gender | undefined;
  /** A code of the CodeSystem `census-ethnicity`. */
  readonly ethnicity?: string | undefined;
  readonly addressLines: readonly string[];
  readonly postcode?: string | undefined;
  readonly setting: Setting;
  readonly entryDate?: string | undefined;
  readonly leavingDate?: string | undefined;
  readonly items: readonly ItemValue[];
  readonly notCarried: readonly string[];
}

const SETTING_COLUMNS: SettingColumns = {
  schoolUrn: "SchoolURN",
  laestab: "LAESTAB",
  earlyYearsUrn: "EarlyYearsURN",
  ofstedUrn: "OfstedURN",
  name: "SettingName",
};

function fail(check: z.RefinementCtx, message: string): never {
  check.addIssue({ code: "custom", message });
  return z.NEVER;
}

const DATE = "not a day of the calendar; expected YYYY-MM-DD or dd/mm/yyyy";
const HEADER = "expected before the columns as H,EYC,SPR,2026,2026-01-15,L,383,…";
const toDate = (text: string, check: z.RefinementCtx): string =>
  parseDate(text) ?? parseDayFirstDate(text) ?? fail(check, DATE);

const name = (error: string) =>
  z.string({ error }).refine((text) => !isSpreadsheetError(text), { error: SPREADSHEET_ERROR });

const shape = z.object({
  "H.Collection": z
    .string({ error: `no header record; ${HEADER}` })
    .regex(/^EYC$/i, { error: "another collection; expected EYC" }),
  "H.Term": z
    .string()
    .regex(/^[A-Z]{3}$/i, { error: "expected a term of three letters, as SPR" })
    .optional(),
  "H.Year": z
    .string({ error: `missing from the header record, ${HEADER}` })
    .regex(/^20[0-9]{2}$/, { error: "expected the year of the census, 4 digits" }),
  "H.ReferenceDate": z.string({ error: `missing from the header record, ${HEADER}` }).transform(toDate),
  "H.LEA": z
    .string()
    .regex(/^[0-9]{3}$/, { error: "expected the number of the authority, 3 digits" })
    .optional(),
  "H.DateTime": z.string().optional(),
  ChildId: z.string().optional(),
  UPN: z
    .string()
    .transform(normaliseUpn)
    .refine(isUpn, {
      error:
        "not a unique pupil number: expected a check letter, 11 digits and a digit or letter, the check letter right by modulus 23 (CBDS N00001); correct it, or leave it empty",
    })
    .optional(),
  Surname: name("missing; expected the child's surname"),
  Forename: name("missing; expected the child's forename"),
  MiddleNames: z.string().optional(),
  DOB: z.string({ error: "missing; expected a birth date (CBDS N00066)" }).transform(toDate),
  Sex: z.string().optional(),
  Ethnicity: z.string().optional(),
  AddressLine1: z.string().optional(),
  AddressLine2: z.string().optional(),
  AddressLine3: z.string().optional(),
  AddressLine4: z.string().optional(),
  AddressLine5: z.string().optional(),
  PostCode: z.string().optional(),
  SettingName: z.string().optional(),
  SchoolURN: z.string().optional(),
  LAESTAB: z.string().optional(),
  EarlyYearsURN: z.string().optional(),
  OfstedURN: z.string().optional(),
  EntryDate: z.string().transform(toDate).optional(),
  LeavingDate: z.string().transform(toDate).optional(),
});
type Shape = z.output<typeof shape>;

/** One row with its header record. Errors name the column and what was expected, never what came. */
export function parseRow(row: CsvRow): Parsed<EarlyYearsCensusRecord> {
  const checked = shape.safeParse(row);
  const read = readItems(row);
  const settingRead = readSetting(
    {
      schoolUrn: row.SchoolURN,
      laestab: row.LAESTAB,
      earlyYearsUrn: row.EarlyYearsURN,
      ofstedUrn: row.OfstedURN,
      name: row.SettingName,
    },
    SETTING_COLUMNS,
  );
  const errors = [
    ...(checked.success ? contradictionsOf(checked.data) : toFieldIssues(checked.error, "row")),
    ...("issues" in settingRead ? settingRead.issues : []),
    ...read.issues.filter(({ severity }) => severity === "error"),
  ];
  if (!checked.success || "issues" in settingRead || errors.length > 0) return { ok: false, issues: errors };
  const { data } = checked;
  const kept = Object.keys(row).filter((field) => !DROPPED.has(field));
  const record = toRecord(data, {
    setting: settingRead.setting,
    items: read.items,
    notCarried: [...notCarriedOf(FIELDS, kept), ...read.notTaken],
  });
  return {
    ok: true,
    record,
    warnings: [
      ...settingRead.warnings,
      ...read.issues,
      ...checkEntitlement(hoursOf(read.items), Number(data["H.Year"])),
      ...warningsOf(data, record),
    ],
  };
}

function contradictionsOf(data: Shape): FieldIssue[] {
  const issues: FieldIssue[] = [];
  const error = (field: string, message: string): void => {
    issues.push({ severity: "error", field, message });
  };
  const referenceDate = data["H.ReferenceDate"];
  if (!referenceDate.startsWith(data["H.Year"])) {
    error("H.Year", "another year than that of ReferenceDate; correct the header record");
  }
  const written = toDayOf(data["H.DateTime"]);
  if (written !== undefined && referenceDate > written) {
    error("H.ReferenceDate", "lies behind the day on which the file was written; correct the header record");
  }
  if (data.DOB > referenceDate) error("DOB", "lies behind the reference date of the census; correct one of them");
  if (data.EntryDate !== undefined && data.EntryDate < data.DOB) error("EntryDate", "lies before DOB; correct it");
  if (data.LeavingDate !== undefined && data.LeavingDate < (data.EntryDate ?? referenceDate)) {
    error("LeavingDate", "lies before EntryDate, or before the reference date; correct it");
  }
  return issues;
}

/** The day of an instant as a census or a spreadsheet writes it; `undefined` where it says none. */
function toDayOf(instant: string | undefined): string | undefined {
  const [day = ""] = instant?.split(/[T ]/, 1) ?? [];
  return parseDate(day) ?? parseDayFirstDate(day);
}

function toRecord(
  data: Shape,
  read: Pick<EarlyYearsCensusRecord, "setting" | "items" | "notCarried">,
): EarlyYearsCensusRecord {
  const term = data["H.Term"]?.toUpperCase();
  const childId = data.ChildId === undefined || isPersonalNumber(data.ChildId) ? undefined : data.ChildId;
  const gender = data.Sex === undefined ? undefined : toGenderFromDfe(data.Sex);
  const postcode = data.PostCode === undefined ? undefined : normalisePostcode(data.PostCode);
  const ethnicity = data.Ethnicity?.toUpperCase();
  const isKnown = ethnicity !== undefined && displayOf(CENSUS_ETHNICITY, ethnicity) !== undefined;
  return {
    census: term === undefined ? data["H.Year"] : `${data["H.Year"]}-${term}`,
    referenceDate: data["H.ReferenceDate"],
    localAuthority: data["H.LEA"],
    childId,
    upn: data.UPN,
    family: data.Surname,
    given: data.Forename,
    middleNames: data.MiddleNames,
    birthDate: data.DOB,
    gender,
    ethnicity: isKnown ? ethnicity : undefined,
    addressLines: [
      data.AddressLine1,
      data.AddressLine2,
      data.AddressLine3,
      data.AddressLine4,
      data.AddressLine5,
    ].filter((line) => line !== undefined),
    postcode,
    entryDate: data.EntryDate,
    leavingDate: data.LeavingDate,
    ...read,
    notCarried: [
      ...read.notCarried,
      ...(data.ChildId !== undefined && childId === undefined ? ["ChildId"] : []),
      ...(ethnicity !== undefined && !isKnown ? ["Ethnicity"] : []),
      ...(data.Sex !== undefined && gender === undefined ? ["Sex"] : []),
      ...(data.PostCode !== undefined && postcode === undefined ? ["PostCode"] : []),
    ],
  };
}

function hoursOf(items: readonly ItemValue[]): Hours {
  return Object.fromEntries(items.flatMap((item) => (item.kind === "hours" ? [[item.field, item.number]] : [])));
}

/** A child that has begun school is in the school census: nobody here is older than five on the reference date. */
const OLDEST_YEARS = 5;

function warningsOf(data: Shape, record: EarlyYearsCensusRecord): FieldIssue[] {
  const warnings: FieldIssue[] = [];
  if (data.Sex !== undefined && record.gender === undefined) {
    warnings.push(toFieldWarning("Sex", "expected M, F or U (CBDS N00783)"));
  }
  if (data.Ethnicity !== undefined && record.ethnicity === undefined) {
    warnings.push({
      ...toFieldWarning("Ethnicity", "not a main code of the census's list (CBDS CS080); not taken"),
      ...(/^[A-Z]{3,4}$/i.test(data.Ethnicity)
        ? { unmapped: { list: "CBDS CS080", code: data.Ethnicity.toUpperCase() } }
        : {}),
    });
  }
  if (data.PostCode !== undefined && record.postcode === undefined) {
    warnings.push(toFieldWarning("PostCode", "not the shape of a postcode; not used to find the child"));
  }
  if (data.ChildId !== undefined && record.childId === undefined) {
    warnings.push(toFieldWarning("ChildId", "a number of the person, expected a reference; not taken"));
  }
  if (record.entryDate !== undefined && record.entryDate > record.referenceDate) {
    warnings.push(
      toFieldWarning("EntryDate", "lies behind the reference date, on which the child was counted as there"),
    );
  }
  if (record.referenceDate.slice(5, 7) !== "01") {
    warnings.push(toFieldWarning("H.ReferenceDate", "not in January, when the census of early years is; check it"));
  }
  const sixthBirthday = `${Number(record.birthDate.slice(0, 4)) + OLDEST_YEARS + 1}${record.birthDate.slice(4)}`;
  if (sixthBirthday <= record.referenceDate) {
    warnings.push(toFieldWarning("DOB", "a child of this age is at school; check the year of birth"));
  }
  return warnings;
}
