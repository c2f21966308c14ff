import type { FieldRow } from "../mapper.ts";
import { ITEMS } from "./items.ts";

/** Names of the header record's fields behind its `H`, in their order. */
export const HEADER_FIELDS = [
  "Collection",
  "Term",
  "Year",
  "ReferenceDate",
  "SourceLevel",
  "LEA",
  "SoftwareCode",
  "Release",
  "SerialNo",
  "DateTime",
] as const;

const OF_THE_FILE = "of the file";
const LOOKED_AFTER =
  "its codes may say that a child is or was looked after or adopted, and leaving out those alone would say it too";
const OF_THE_PARENTS = "names what the parents declared of their work and income";

/** `system.endsWith` of an identifier of the setting. */
function settingNumber(system: string): string {
  return `Organization.identifier.where(system.endsWith('${system}'))`;
}

/**
 * Every field of the census that is known: those of the header record (`H.…`) and the columns of a child. Names that the
 * census itself has are its XML names; all others are of this gateway. `Relationship` is the gateway's own dated fact
 * that a child is on a roll, and `RecordName` what child and record are called in receipts; neither is FHIR.
 */
export const FIELDS: readonly FieldRow[] = [
  { field: "H.Collection", why: "must be EYC" },
  { field: "H.Term", to: "RecordName", why: "with the year the census" },
  { field: "H.Year", to: "RecordName", why: "must be that of ReferenceDate" },
  { field: "H.ReferenceDate", to: "Observation.effective", why: "YYYY-MM-DD or dd/mm/yyyy" },
  { field: "H.SourceLevel", why: OF_THE_FILE },
  { field: "H.LEA", why: "must be the authority of the source" },
  { field: "H.SoftwareCode", why: OF_THE_FILE },
  { field: "H.Release", why: OF_THE_FILE },
  { field: "H.SerialNo", why: OF_THE_FILE },
  { field: "H.DateTime", why: OF_THE_FILE },
  {
    field: "ChildId",
    to: "RecordName",
    why: "what the setting calls the child, unique at the setting alone, so the setting's number stands before it; without it a digest of the setting with UPN, or with names and birth date",
  },
  {
    field: "UPN",
    to: "Patient.identifier.where(system.endsWith('unique-pupil-number'))",
    why: "CBDS N00001; most children here have none; a wrong check letter is an error; `use` is `temp` when it ends in a letter",
  },
  { field: "Surname", to: "Patient.name.family" },
  { field: "Forename", to: "Patient.name.given" },
  { field: "MiddleNames", to: "Patient.name.given", why: "after Forename" },
  { field: "DOB", to: "Patient.birthDate", why: "CBDS N00066; YYYY-MM-DD or dd/mm/yyyy" },
  { field: "Sex", to: "Patient.gender", why: "CBDS N00783; M, F, U" },
  {
    field: "Ethnicity",
    to: "Patient.extension.where(url.endsWith('census-ethnicity')).value",
    why: "CBDS CS080, as it is: no map to the ethnic category of the NHS is agreed; an unknown code is a warning",
  },
  ...[1, 2, 3, 4, 5].map((nth) => ({ field: `AddressLine${nth}`, to: "Patient.address.line" })),
  { field: "PostCode", to: "Patient.address.postalCode" },
  { field: "SettingName", to: "Organization.name" },
  { field: "SchoolURN", to: settingNumber("urn-school-number"), why: "GIAS, 6 digits" },
  { field: "LAESTAB", to: settingNumber("laestab"), why: "7 digits, as 383/3999" },
  { field: "EarlyYearsURN", to: settingNumber("early-years-urn"), why: "issued by the authority, 500000 to 799999" },
  { field: "OfstedURN", to: settingNumber("ofsted-urn"), why: "6 or 7 digits, some with EY before them" },
  { field: "EntryDate", to: "Relationship.start", why: "without it the reference date" },
  { field: "LeavingDate", to: "Relationship.end", why: "without it the end of the academic year" },
  ...ITEMS.map(({ field, slot, why }) => ({
    field,
    to: "Observation.value",
    slots: [`{census}/${slot}`],
    ...(why === undefined ? {} : { why }),
  })),
  { field: "EYPPBF", why: `CBDS N00174; ${LOOKED_AFTER}`, droppedAtDoor: true },
  { field: "FundingBasis", why: LOOKED_AFTER, droppedAtDoor: true },
  { field: "EligibilityCode", why: `CBDS N00202; ${OF_THE_PARENTS}`, droppedAtDoor: true },
  { field: "ThirtyHourCode", why: "the former name of EligibilityCode", droppedAtDoor: true },
];

/** What the door drops, and names by itself: a record without them is the same record. */
export const DROPPED: ReadonlySet<string> = new Set(
  FIELDS.filter(({ droppedAtDoor }) => droppedAtDoor === true).map(({ field }) => field),
);

/** The columns of a child, without the header record's fields. */
export const COLUMNS: readonly string[] = FIELDS.map(({ field }) => field).filter((field) => !field.startsWith("H."));
