import { z } from "zod";
import { parseDate, parseDayFirstDate } from "../datatypes/date.ts";
import { toFieldIssues, toFieldWarning } from "../datatypes/field-issue.ts";
import { type Gender, toGenderFromDfe } from "../datatypes/gender.ts";
import { isPersonalNumber } from "../datatypes/local-id.ts";
import { normalisePostcode } from "../datatypes/postcode.ts";
import { isSpreadsheetError, SPREADSHEET_ERROR } from "../datatypes/spreadsheet-error.ts";
import { isUpn, normaliseUpn } from "../datatypes/upn.ts";
import { notCarriedOf } from "../field-table.ts";
import { isProfileAge, parseAcademicYear } from "../foundation-stage/academic-year.ts";
import { CURRENT_FRAMEWORK, goalOf } from "../foundation-stage/framework.ts";
import { type GoodLevel, goodLevelOfDevelopment } from "../foundation-stage/good-level-of-development.ts";
import { checkGoals, type FoundationStageProfile, type GoalField } from "../foundation-stage/profile.ts";
import { type Setting, toSetting } from "../foundation-stage/setting.ts";
import type { CsvRow, FieldIssue, Parsed } from "../mapper.ts";
import { FIELDS, GOAL_COLUMNS } from "./fields.ts";

/** One child's profile in one academic year, checked. */
export interface EyfsProfileRecord {
  readonly matchingReference?: string | undefined;
  readonly upn?: string | undefined;
  readonly family: string;
  readonly given: string;
  readonly birthDate: string;
  readonly gender?: Gender | undefined;
  readonly postcode?: string | undefined;
  readonly setting: Setting;
  /** Number of the authority that the setting is in. */
  readonly localAuthority: string;
  readonly profile: FoundationStageProfile;
  readonly notCarried: readonly string[];
}

const name = (error: string) =>
  z.string({ error }).refine((text) => !isSpreadsheetError(text), { error: SPREADSHEET_ERROR });

const shape = z.object({
  FSP_ACADYR: z
    .string({ error: "missing; expected an academic year as 2024/2025" })
    .transform(
      (text, check) =>
        parseAcademicYear(text) ?? fail(check, "expected two years that follow each other, as 2024/2025"),
    ),
  FSP_PupilMatchingRef: z.string().optional(),
  FSP_UPN: z
    .string()
    .transform(normaliseUpn)
    .refine(isUpn, {
      error:
        "not a unique pupil number: expected a check letter, 11 digits and a digit or letter, the check letter right by modulus 23 (CBDS N00001); correct it, or leave it empty",
    })
    .optional(),
  FSP_SURNAME: name("missing; expected the child's surname"),
  FSP_FORENAME: name("missing; expected the child's forename"),
  FSP_DOB: z
    .string({ error: "missing; expected a birth date (CBDS N00066)" })
    .transform(
      (text, check) =>
        parseDate(text) ??
        parseDayFirstDate(text) ??
        fail(check, "not a day of the calendar; expected YYYY-MM-DD or dd/mm/yyyy (CBDS N00066)"),
    ),
  FSP_SEX: z.string().optional(),
  FSP_GENDER: z.string().optional(),
  FSP_POSTCODE: z.string().optional(),
  FSP_LA: z
    .string({ error: "missing; expected the number of the local authority, 3 digits" })
    .regex(/^[0-9]{3}$/, { error: "expected the number of the local authority, 3 digits" }),
  FSP_ESTAB: z
    .string()
    .regex(/^[0-9]{4}$/, { error: "expected an establishment number, 4 digits" })
    .optional(),
  FSP_LAESTAB: z
    .string()
    .regex(/^[0-9]{3}\/?[0-9]{4}$/, { error: "expected authority and establishment number, 7 digits" })
    .optional(),
  FSP_URN: z
    .string()
    .regex(/^[0-9]{6}$/, { error: "expected a unique reference number, 6 digits" })
    .optional(),
  FSP_GLD: z.string().optional(),
});
type Shape = z.output<typeof shape>;

function fail(check: z.RefinementCtx, message: string): never {
  check.addIssue({ code: "custom", message });
  return z.NEVER;
}

/** One row of the flat file. Errors: see the messages above and `checkGoals`; each names its column. */
export function parseRecord(row: CsvRow): Parsed<EyfsProfileRecord> {
  const goals = GOAL_COLUMNS.flatMap(({ field, code }) => {
    const outcome = row[field];
    return outcome === undefined ? [] : [{ field, code, outcome: outcome.toUpperCase() }];
  });
  const checked = shape.safeParse(row);
  const goalIssues = checkGoals(goals, checked.data?.FSP_ACADYR);
  const errors = [
    ...(checked.success ? [] : toFieldIssues(checked.error, "row")),
    ...goalIssues.filter(({ severity }) => severity === "error"),
  ];
  if (!checked.success) return { ok: false, issues: errors };
  const setting = readSetting(checked.data);
  if (!("identifiers" in setting)) return { ok: false, issues: [...errors, setting] };
  if (errors.length > 0) return { ok: false, issues: errors };
  const record = toRecord(checked.data, setting, goals, notCarriedOf(FIELDS, Object.keys(row)));
  return { ok: true, record, warnings: [...goalIssues, ...warningsOf(checked.data, record)] };
}

function toRecord(
  data: Shape,
  setting: Setting,
  goals: readonly GoalField[],
  notCarried: readonly string[],
): EyfsProfileRecord {
  const sex = data.FSP_SEX ?? data.FSP_GENDER;
  const first = goals[0];
  const reference = data.FSP_PupilMatchingRef;
  return {
    matchingReference: reference === undefined || isPersonalNumber(reference) ? undefined : reference,
    upn: data.FSP_UPN,
    family: data.FSP_SURNAME,
    given: data.FSP_FORENAME,
    birthDate: data.FSP_DOB,
    gender: sex === undefined ? undefined : toGenderFromDfe(sex),
    postcode: data.FSP_POSTCODE === undefined ? undefined : normalisePostcode(data.FSP_POSTCODE),
    setting,
    localAuthority: data.FSP_LA,
    profile: {
      framework: (first === undefined ? undefined : goalOf(first.code)?.framework) ?? CURRENT_FRAMEWORK,
      endYear: data.FSP_ACADYR,
      goals: goals.map(({ code, outcome }) => ({ code, outcome })),
    },
    notCarried,
  };
}

/** The setting of the row, or what keeps it from being known. */
function readSetting(data: Shape): Setting | FieldIssue {
  const { FSP_LA: localAuthority, FSP_LAESTAB: joined, FSP_URN: urn } = data;
  const [joinedAuthority, joinedEstablishment] = joined === undefined ? [] : [joined.slice(0, 3), joined.slice(-4)];
  const establishment = data.FSP_ESTAB ?? joinedEstablishment;
  if (joined !== undefined && (joinedAuthority !== localAuthority || joinedEstablishment !== establishment)) {
    return error("FSP_LAESTAB", "disagrees with FSP_LA and FSP_ESTAB; expected one establishment in all three");
  }
  // Only a row without an establishment number is of a private or voluntary setting; the digits alone do not say.
  const isEarlyYearsUrn = establishment === undefined && urn !== undefined;
  if (isEarlyYearsUrn && !/^[567]/.test(urn)) {
    return error(
      "FSP_URN",
      "stands without an establishment number, so expected the early-years number of a setting, which starts with 5, 6 or 7; for a school give FSP_ESTAB",
    );
  }
  const numbers = isEarlyYearsUrn ? { earlyYearsUrn: urn } : { localAuthority, establishment, schoolUrn: urn };
  return (
    toSetting(numbers) ??
    error(
      "FSP_ESTAB",
      "missing; expected the establishment number of a school, or in FSP_URN the early-years number of a setting",
    )
  );
}

function error(field: string, message: string): FieldIssue {
  return { severity: "error", field, message };
}

function warningsOf(data: Shape, record: EyfsProfileRecord): FieldIssue[] {
  const warnings: FieldIssue[] = [];
  const codes = [data.FSP_SEX, data.FSP_GENDER].filter((code) => code !== undefined);
  const sexes = codes.map(toGenderFromDfe);
  const unknown = codes.find((code) => toGenderFromDfe(code) === undefined);
  if (unknown !== undefined) {
    warnings.push({
      ...toFieldWarning(data.FSP_SEX === undefined ? "FSP_GENDER" : "FSP_SEX", "expected M, F or U (CBDS N00783)"),
      unmapped: { list: "CBDS N00783 sex", code: unknown },
    });
  } else if (new Set(sexes).size > 1) {
    warnings.push(toFieldWarning("FSP_GENDER", "disagrees with FSP_SEX, which is taken"));
  }
  if (data.FSP_POSTCODE !== undefined && record.postcode === undefined) {
    warnings.push(toFieldWarning("FSP_POSTCODE", "not the shape of a postcode; not taken"));
  }
  if (data.FSP_PupilMatchingRef !== undefined && record.matchingReference === undefined) {
    warnings.push(toFieldWarning("FSP_PupilMatchingRef", "a number of the person, expected a reference; not taken"));
  }
  if (!isProfileAge(record.birthDate, record.profile.endYear)) {
    warnings.push(
      toFieldWarning("FSP_DOB", "a child of this age is not in its reception year; check the year of birth"),
    );
  }
  return [...warnings, ...compareGoodLevel(data.FSP_GLD, record.profile)];
}

const GOOD_LEVELS: ReadonlyMap<string, GoodLevel> = new Map([
  ["1", "achieved"],
  ["Y", "achieved"],
  ["0", "not-achieved"],
  ["N", "not-achieved"],
]);

function compareGoodLevel(said: string | undefined, profile: FoundationStageProfile): FieldIssue[] {
  if (said === undefined) return [];
  const expected = GOOD_LEVELS.get(said.toUpperCase());
  if (expected === undefined)
    return [
      {
        ...toFieldWarning("FSP_GLD", "expected 1 (achieved) or 0 (not achieved)"),
        unmapped: { list: "good level of development", code: said },
      },
    ];
  const computed = goodLevelOfDevelopment(profile);
  if (expected === computed) return [];
  return [
    toFieldWarning(
      "FSP_GLD",
      computed === "achieved" || computed === "not-achieved"
        ? "contradicts the twelve goals that count, by which the level is taken"
        : "cannot be confirmed: of the twelve goals that count not all have an outcome",
    ),
  ];
}
