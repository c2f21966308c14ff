import { parseDate } from "../datatypes/date.ts";
import { toFieldWarning } from "../datatypes/field-issue.ts";
import { toAcademicYearPeriod } from "../foundation-stage/academic-year.ts";
import { type Setting, toSetting } from "../foundation-stage/setting.ts";
import type { FieldIssue, XmlElement } from "../mapper.ts";
import { elementsAt, textAt } from "./element.ts";

/** A school on whose roll the child is or was. */
export interface Stay {
  readonly setting: Setting;
  readonly start: string;
  readonly end?: string;
}

export interface Schools {
  /** The school that sends the file; absent when the file does not know it. */
  readonly source?: Setting | undefined;
  readonly stays: readonly Stay[];
  readonly warnings: readonly FieldIssue[];
}

/** The schools of one pupil: the one that sends, and those of the school history. */
export function readSchools(header: XmlElement, pupil: XmlElement): Schools {
  const warnings: FieldIssue[] = [];
  const [sender] = elementsAt(header, "SourceSchool");
  const source = sender === undefined ? undefined : readSetting(sender);
  if (source === undefined) {
    warnings.push(
      toFieldWarning("Header/SourceSchool/Estab", "names no school; expected 3 digits LEA and 4 digits Estab"),
    );
  }
  const stays: Stay[] = [];
  let sourceIsNamed = false;
  for (const element of elementsAt(pupil, "SchoolHistory/School")) {
    const named = readSetting(element);
    const isSource = named !== undefined && source !== undefined && isSameSetting(named, source);
    sourceIsNamed ||= isSource;
    const stay = named === undefined ? undefined : readStay(element, isSource ? source : named);
    if (stay === undefined) {
      warnings.push(
        toFieldWarning(
          "SchoolHistory/School",
          "expected LEA with Estab or URN, EntryDate, and a LeavingDate not before it, as YYYY-MM-DD; gives no right to the record",
        ),
      );
    } else {
      stays.push(stay);
    }
  }
  const year = sender === undefined ? undefined : textAt(sender, "AcademicYear");
  if (source !== undefined && !sourceIsNamed && year !== undefined && /^20[0-9]{2}$/.test(year)) {
    stays.push({ setting: source, ...toAcademicYearPeriod(Number(year) + 1) });
  }
  return { source, stays, warnings };
}

/** The school that assessed the profile of a year: the one on whose roll the child was when profiles were due. */
export function assessorOf(endYear: number, { source, stays }: Schools): Setting | undefined {
  const due = `${endYear}-06-30`;
  const on = stays.filter(({ start, end }) => start <= due && (end === undefined || end >= due));
  return (on.find(({ setting }) => source !== undefined && isSameSetting(setting, source)) ?? on[0])?.setting;
}

function readStay(element: XmlElement, setting: Setting): Stay | undefined {
  const start = parseDate(textAt(element, "EntryDate") ?? "");
  const leaving = textAt(element, "LeavingDate");
  if (start === undefined) return undefined;
  if (leaving === undefined) return { setting, start };
  const end = parseDate(leaving);
  return end === undefined || end < start ? undefined : { setting, start, end };
}

function readSetting(element: XmlElement): Setting | undefined {
  const matching = (path: string, shape: RegExp): string | undefined => {
    const text = textAt(element, path);
    return text !== undefined && shape.test(text) ? text : undefined;
  };
  return toSetting({
    localAuthority: matching("LEA", /^[0-9]{3}$/),
    establishment: matching("Estab", /^[0-9]{4}$/),
    schoolUrn: matching("URN", /^[0-9]{6}$/),
    name: textAt(element, "SchoolName"),
  });
}

function isSameSetting(one: Setting, other: Setting): boolean {
  return one.identifiers.some(({ system, value }) =>
    other.identifiers.some((identifier) => identifier.system === system && identifier.value === value),
  );
}
