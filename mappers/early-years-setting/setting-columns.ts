import { toFieldWarning } from "../datatypes/field-issue.ts";
import { type Setting, toSetting } from "../foundation-stage/setting.ts";
import type { FieldIssue } from "../mapper.ts";

/** The numbers and the name of a setting as a row has them, each from a column of its own. */
export interface SettingTexts {
  readonly schoolUrn?: string | undefined;
  readonly laestab?: string | undefined;
  readonly earlyYearsUrn?: string | undefined;
  readonly ofstedUrn?: string | undefined;
  readonly name?: string | undefined;
}

/** What the columns are called in the source. */
export type SettingColumns = Readonly<Record<keyof SettingTexts, string>>;

export type SettingRead =
  | { readonly setting: Setting; readonly warnings: readonly FieldIssue[] }
  | { readonly issues: readonly FieldIssue[] };

const SHAPES: readonly (readonly [keyof SettingTexts, RegExp, string])[] = [
  ["schoolUrn", /^[0-9]{6}$/, "expected the unique reference number of a school (GIAS), 6 digits"],
  [
    "laestab",
    /^[0-9]{3}\/?[0-9]{4}$/,
    "expected authority and establishment number, 7 digits, as 383/3999; a spreadsheet drops leading zeros",
  ],
  [
    "earlyYearsUrn",
    /^[5-7][0-9]{5}$/,
    "expected the early-years number that the authority issues, 500000 to 799999; the number of Ofsted has a column of its own",
  ],
  [
    "ofstedUrn",
    /^(EY)?[0-9]{6,7}$/i,
    "expected the early-years number of Ofsted, 6 or 7 digits, with EY before them where Ofsted writes it so",
  ],
];

/**
 * The setting of a row. Each number is what its column says it is: shape and length never decide, since the numbers of
 * schools, authorities and Ofsted overlap. `123456` and `EY123456` of Ofsted are two numbers.
 */
export function readSetting(texts: SettingTexts, columns: SettingColumns): SettingRead {
  const issues = SHAPES.flatMap(([key, shape, message]): FieldIssue[] => {
    const text = texts[key];
    return text === undefined || shape.test(text) ? [] : [{ severity: "error", field: columns[key], message }];
  });
  if (issues.length > 0) return { issues };
  const { schoolUrn, laestab, earlyYearsUrn, ofstedUrn, name } = texts;
  const setting = toSetting({
    localAuthority: laestab?.slice(0, 3),
    establishment: laestab?.slice(-4),
    schoolUrn,
    earlyYearsUrn,
    ofstedUrn: ofstedUrn?.toUpperCase(),
    name,
  });
  if (setting !== undefined) return { setting, warnings: warningsOf(texts, columns) };
  const others = [columns.laestab, columns.schoolUrn, columns.ofstedUrn].join(", ");
  const message = `missing, and so are ${others}; expected at least one number of the setting`;
  return { issues: [{ severity: "error", field: columns.earlyYearsUrn, message }] };
}

function warningsOf({ earlyYearsUrn, ofstedUrn }: SettingTexts, columns: SettingColumns): FieldIssue[] {
  if (earlyYearsUrn === undefined || earlyYearsUrn !== ofstedUrn) return [];
  const message = `the same as ${columns.earlyYearsUrn}; the two are issued apart, so one of them may stand in the wrong column`;
  return [toFieldWarning(columns.ofstedUrn, message)];
}
