import { CURRENT_FRAMEWORK, FORMER_FRAMEWORK, type Framework } from "../foundation-stage/framework.ts";
import type { FieldRow } from "../mapper.ts";

/** A column of one early learning goal. */
export interface GoalColumn {
  /** As `FSP_COM_E01`. */
  readonly field: string;
  readonly code: string;
}

function toGoalColumns(framework: Framework): GoalColumn[] {
  return framework.goals.map(({ code, subject }) => ({ field: `FSP_${subject}_${code}`, code }));
}

export const GOAL_COLUMNS: readonly GoalColumn[] = [
  ...toGoalColumns(CURRENT_FRAMEWORK),
  ...toGoalColumns(FORMER_FRAMEWORK),
];

const DEPRIVATION =
  "an index of the area of the home, which says nothing of the child; national deprivation is joined on by area when figures are made";

/** Every column of the flat layout of the National Pupil Database, and one of our own. */
export const FIELDS: readonly FieldRow[] = [
  { field: "FSP_ACADYR", to: "Observation.effective", why: "`2024/2025` is 1 September 2024 to 31 August 2025" },
  {
    field: "FSP_PupilMatchingRef",
    to: "Patient.identifier.where(system.endsWith('source-child-id'))",
    why: "what the source calls the child; without it a digest of UPN, or of establishment, names and birth date, which stays out of the resources",
  },
  {
    field: "FSP_UPN",
    to: "Patient.identifier.where(system.endsWith('unique-pupil-number'))",
    why: "may be empty; a wrong check letter is an error; `use` is `temp` when it ends in a letter",
  },
  { field: "FSP_SURNAME", to: "Patient.name.family" },
  { field: "FSP_FORENAME", to: "Patient.name.given" },
  { field: "FSP_DOB", to: "Patient.birthDate", why: "YYYY-MM-DD or dd/mm/yyyy" },
  { field: "FSP_SEX", to: "Patient.gender", why: "M, F, U" },
  { field: "FSP_GENDER", to: "Patient.gender", why: "the name of FSP_SEX before 2024; FSP_SEX wins" },
  {
    field: "FSP_POSTCODE",
    to: "Patient.address.postalCode",
    why: "an addition of this gateway: the flat layout itself has only the area of the home, and a postcode helps to resolve the child",
  },
  { field: "FSP_MTH_ENTRY", why: "its form is not published, so no date can be read from it with safety" },
  { field: "FSP_LA", to: "Organization.identifier.where(system.endsWith('laestab'))", why: "with FSP_ESTAB" },
  { field: "FSP_LA_9Code", why: "the authority again, by its code of the Office for National Statistics" },
  { field: "FSP_LA_9CODE", why: "another spelling of FSP_LA_9Code" },
  { field: "FSP_ESTAB", to: "Organization.identifier.where(system.endsWith('laestab'))", why: "with FSP_LA" },
  {
    field: "FSP_LAESTAB",
    to: "Organization.identifier.where(system.endsWith('laestab'))",
    why: "must agree with FSP_LA and FSP_ESTAB; stands in for a missing FSP_ESTAB",
  },
  {
    field: "FSP_URN",
    to: "Organization.identifier.where(system.endsWith('urn-school-number') or system.endsWith('early-years-urn'))",
    why: "a school's number beside an establishment number; alone, the early-years number of a setting (6 digits, first 5, 6 or 7)",
  },
  { field: "FSP_NFTYPE", why: "type of the establishment; of the establishment, not of the child" },
  { field: "FSP_NPDPUB", why: "a mark for national publication" },
  { field: "FSP_LLSOA11", why: DEPRIVATION },
  { field: "FSP_LLSOA", why: DEPRIVATION },
  { field: "FSP_IDACISCORE", why: DEPRIVATION },
  { field: "FSP_IDACIRANK", why: DEPRIVATION },
  { field: "FSP_IMD_2010", why: DEPRIVATION },
  { field: "FSP_IMD_2007", why: DEPRIVATION },
  { field: "FSP_PCON", why: "parliamentary constituency of the home" },
  ...GOAL_COLUMNS.map(({ field, code }) => ({ field, to: `Observation.where(code.coding.code='${code}').value` })),
  { field: "FSP_AGE", why: "follows from FSP_DOB and FSP_ACADYR" },
  {
    field: "FSP_GLD",
    to: "Observation.where(code.coding.code='good-level-of-development')",
    why: "by comparison alone: the level is computed from the goals, and a value that contradicts it is a warning",
  },
  { field: "FSP_VERSION", why: "version of the file layout" },
];
