import { z } from "zod";
import { parseDate } from "../datatypes/date.ts";
import { toFieldIssues, toFieldWarning } from "../datatypes/field-issue.ts";
import { type Gender, toGenderFromDfe } from "../datatypes/gender.ts";
import { normalisePostcode } from "../datatypes/postcode.ts";
import { isUpn, normaliseUpn } from "../datatypes/upn.ts";
import { isProfileAge } from "../foundation-stage/academic-year.ts";
import type { FoundationStageProfile } from "../foundation-stage/profile.ts";
import type { FieldIssue, Parsed, XmlElement } from "../mapper.ts";
import { type Assessments, readAssessments } from "./assessments.ts";
import { pathsNotCarried, textAt, toFieldTree } from "./element.ts";
import { FIELDS } from "./fields.ts";
import { readSchools, type Schools } from "./schools.ts";

/** Versions whose pupils are read as they stand; each is named after the academic year in which it is in force. */
const KNOWN_VERSIONS: readonly string[] = ["24.0", "25.0", "26.0"];

/** One pupil of a common transfer file, checked. */
export interface CommonTransferFileRecord {
  readonly upn?: string | undefined;
  readonly formerUpn?: string | undefined;
  readonly family: string;
  readonly given: string;
  readonly middleNames?: string | undefined;
  readonly preferredFamily?: string | undefined;
  readonly preferredGiven?: string | undefined;
  readonly birthDate: string;
  readonly gender?: Gender | undefined;
  readonly postcode?: string | undefined;
  readonly address: AddressParts;
  readonly schools: Schools;
  readonly profiles: readonly FoundationStageProfile[];
  readonly notCarried: readonly string[];
}

/** The parts of an address by the names of the file, only those that have text. */
export type AddressParts = Readonly<Partial<Record<(typeof ADDRESS_PATHS)[number], string>>>;

const ADDRESS_PATHS = [
  "BS7666Address/SAON",
  "BS7666Address/PAON",
  "BS7666Address/Street",
  "BS7666Address/Locality",
  "BS7666Address/Town",
  "BS7666Address/AdministrativeArea",
  "BS7666Address/PostTown",
  "AddressLines/AddressLine1",
  "AddressLines/AddressLine2",
  "AddressLines/AddressLine3",
  "AddressLines/AddressLine4",
  "AddressLines/AddressLine5",
  "County",
  "PostCode",
  "Country",
] as const;

const shape = z.object({
  UPN: z
    .string()
    .transform(normaliseUpn)
    .refine(isUpn, {
      error:
        "not a unique pupil number: expected a check letter, 11 digits and a digit or letter, the check letter right by modulus 23 (CBDS N00001); correct it, or leave it out",
    })
    .optional(),
  Surname: z.string({ error: "missing; expected the pupil's surname" }),
  Forename: z.string({ error: "missing; expected the pupil's forename" }),
  DOB: z.string({ error: "missing; expected a birth date as YYYY-MM-DD (CBDS N00066)" }).transform((text, check) => {
    const date = parseDate(text);
    if (date !== undefined) return date;
    check.addIssue({ code: "custom", message: "not a day of the calendar; expected YYYY-MM-DD (CBDS N00066)" });
    return z.NEVER;
  }),
  Sex: z.string().optional(),
  Gender: z.string().optional(),
  "BasicDetails/FormerUPN": z.string().transform(normaliseUpn).optional(),
  "BasicDetails/MiddleNames": z.string().optional(),
  "BasicDetails/PreferredForename": z.string().optional(),
  "BasicDetails/PreferredSurname": z.string().optional(),
});
type Shape = z.output<typeof shape>;
const PATHS = Object.keys(shape.shape);

interface Raw {
  readonly header: XmlElement;
  readonly element: XmlElement;
}

/** One `Pupil` with the file's `Header`. Errors name the element by its path below `Pupil`. */
export function parseRecord({ header, element: pupil }: Raw): Parsed<CommonTransferFileRecord> {
  const checked = shape.safeParse(Object.fromEntries(PATHS.map((path) => [path, textAt(pupil, path)])));
  const assessments = readAssessments(pupil);
  const errors = [
    ...(checked.success ? [] : toFieldIssues(checked.error, "Pupil")),
    ...assessments.issues.filter(({ severity }) => severity === "error"),
  ];
  if (!checked.success || errors.length > 0) return { ok: false, issues: errors };
  const schools = readSchools(header, pupil);
  const record = toRecord(checked.data, { header, pupil, assessments, schools });
  return {
    ok: true,
    record,
    warnings: [
      ...checkVersion(header, checked.data),
      ...assessments.issues,
      ...schools.warnings,
      ...warningsOf(checked.data, record, pupil),
    ],
  };
}

function toRecord(
  data: Shape,
  read: {
    readonly header: XmlElement;
    readonly pupil: XmlElement;
    readonly assessments: Assessments;
    readonly schools: Schools;
  },
): CommonTransferFileRecord {
  const { pupil, assessments, schools } = read;
  const sex = data.Sex ?? data.Gender;
  const former = data["BasicDetails/FormerUPN"];
  const formerUpn = former !== undefined && isUpn(former) && isSaidNotLookedAfter(pupil) ? former : undefined;
  const postcode = textAt(pupil, "Address/PostCode");
  return {
    upn: data.UPN,
    formerUpn: formerUpn === data.UPN ? undefined : formerUpn,
    family: data.Surname,
    given: data.Forename,
    middleNames: data["BasicDetails/MiddleNames"],
    preferredFamily: data["BasicDetails/PreferredSurname"],
    preferredGiven: data["BasicDetails/PreferredForename"],
    birthDate: data.DOB,
    gender: sex === undefined ? undefined : toGenderFromDfe(sex),
    postcode: postcode === undefined ? undefined : normalisePostcode(postcode),
    address: readAddress(pupil),
    schools,
    profiles: assessments.profiles,
    notCarried: [
      ...(former !== undefined && formerUpn === undefined ? ["BasicDetails/FormerUPN"] : []),
      ...readNotCarried(read.header, pupil, assessments),
    ],
  };
}

function readAddress(pupil: XmlElement): AddressParts {
  const address = pupil.children.find(({ name }) => name === "Address");
  const parts: Partial<Record<(typeof ADDRESS_PATHS)[number], string>> = {};
  if (address === undefined) return parts;
  for (const path of ADDRESS_PATHS) {
    const text = textAt(address, path);
    if (text !== undefined) parts[path] = text;
  }
  return parts;
}

const TREE = toFieldTree(FIELDS);
/** All pupils of a file come with one header. */
const headers = new WeakMap<XmlElement, readonly string[]>();

function headerNotCarried(header: XmlElement): readonly string[] {
  const known = headers.get(header);
  if (known !== undefined) return known;
  const found = pathsNotCarried(header, { prefix: "Header/", tree: TREE.below.get("Header"), apart: NOTHING_APART });
  headers.set(header, found);
  return found;
}

const NOTHING_APART: ReadonlyMap<XmlElement, string> = new Map();

function readNotCarried(header: XmlElement, pupil: XmlElement, { apart }: Assessments): string[] {
  const ofPupil = pathsNotCarried(pupil, { prefix: "", tree: TREE, apart });
  return [...new Set([...headerNotCarried(header), ...ofPupil])];
}

/**
 * Whether the file says that the pupil is not looked after; read for this one question and never kept. Silence is not a
 * no, also because the block may have been dropped before the pupil comes here.
 */
function isSaidNotLookedAfter(pupil: XmlElement): boolean {
  const inCare = textAt(pupil, "LookedAfter/InCare")?.toLowerCase();
  return inCare === "false" || inCare === "0" || inCare === "n";
}

function checkVersion(header: XmlElement, data: Shape): FieldIssue[] {
  const version = textAt(header, "CTFversion") ?? "";
  if (!KNOWN_VERSIONS.includes(version)) {
    return [toFieldWarning("Header/CTFversion", `expected ${KNOWN_VERSIONS.join(", ")}; read as the latest of them`)];
  }
  if (version !== "24.0" && data.Sex === undefined && data.Gender !== undefined) {
    return [toFieldWarning("Gender", "expected Sex since version 25.0; taken as Sex")];
  }
  return [];
}

function warningsOf(data: Shape, record: CommonTransferFileRecord, pupil: XmlElement): FieldIssue[] {
  const warnings: FieldIssue[] = [];
  const former = data["BasicDetails/FormerUPN"];
  if ((data.Sex ?? data.Gender) !== undefined && record.gender === undefined) {
    warnings.push({
      ...toFieldWarning(data.Sex === undefined ? "Gender" : "Sex", "expected M, F or U (CBDS N00783)"),
      unmapped: { list: "CBDS N00783 sex", code: data.Sex ?? data.Gender ?? "" },
    });
  }
  if (former !== undefined && !isUpn(former)) {
    warnings.push(toFieldWarning("BasicDetails/FormerUPN", "not a unique pupil number (CBDS N00002); not taken"));
  }
  if (textAt(pupil, "Address/PostCode") !== undefined && record.postcode === undefined) {
    warnings.push(toFieldWarning("Address/PostCode", "not the shape of a postcode; not used to find the child"));
  }
  if (record.profiles.some(({ endYear }) => !isProfileAge(record.birthDate, endYear))) {
    warnings.push(toFieldWarning("DOB", "a child of this age is not in its reception year; check the year of birth"));
  }
  return warnings;
}
