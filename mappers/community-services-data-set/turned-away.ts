import type { StagedTable } from "../mapper.ts";
import { SAFEGUARDING } from "./field-rows.ts";

/** A table of the data set that is known by its columns and makes nothing here. */
interface TurnedAway {
  readonly name: string;
  readonly columns: readonly string[];
  /** Columns that no other table has together. */
  readonly required: readonly string[];
  readonly why: string;
  /** Whether its fields are of those that are never taken in. */
  readonly isDropped: boolean;
}

const IMMUNISATION = "an immunisation, which no type of resource served here holds";

/** The tables whose columns are established; of the others a file is answered as one whose header is not known. */
export const TURNED_AWAY: readonly TurnedAway[] = [
  {
    name: "CYP401SpEdNeedId",
    columns: ["LocalPatientID", "EducationNeed_Type"],
    required: ["LocalPatientID", "EducationNeed_Type"],
    why: "special educational need, which the council's own sources say; its code list is not established here",
    isDropped: false,
  },
  {
    name: "CYP402SVF",
    columns: ["LocalPatientID", "SafeguardingFactors_Type"],
    required: ["LocalPatientID", "SafeguardingFactors_Type"],
    why: SAFEGUARDING,
    isDropped: true,
  },
  {
    name: "CYP403CPP",
    columns: ["LocalPatientID", "CPP_Reason", "CPP_StartDate", "CPP_EndDate"],
    required: ["LocalPatientID", "CPP_Reason"],
    why: SAFEGUARDING,
    isDropped: true,
  },
  {
    name: "CYP501CodedImm",
    columns: [
      "LocalPatientID",
      "Immunisation_Date",
      "Procedure_Scheme",
      "ImmunisationProcedure",
      "OrgID_ImmunisationResponsible",
    ],
    required: ["LocalPatientID", "ImmunisationProcedure"],
    why: IMMUNISATION,
    isDropped: false,
  },
  {
    name: "CYP502Imm",
    columns: ["LocalPatientID", "Immunisation_Date", "ChildhoodImmunisation_Type", "OrgID_ImmunisationResponsible"],
    required: ["LocalPatientID", "ChildhoodImmunisation_Type"],
    why: IMMUNISATION,
    isDropped: false,
  },
  {
    name: "CYP901StaffDetails",
    columns: [
      "CareProfessionalID_Local",
      "RegistrationBody",
      "RegistrationEntryID",
      "StaffGroup",
      "OccupationCode",
      "JobRoleCode",
    ],
    required: ["CareProfessionalID_Local", "RegistrationBody"],
    why: "members of staff; the provider is the performer of what they found",
    isDropped: false,
  },
];

/** The same as the reader knows tables: by their columns, with the reason for which their files are turned away. */
export const TURNED_AWAY_TABLES: readonly StagedTable[] = TURNED_AWAY.map(({ name, columns, required, why }) => ({
  name,
  required,
  optional: columns.filter((column) => !required.includes(column)),
  turnedAway: why,
  key: () => "",
  parent: () => undefined,
  parse: () => ({ ok: false, issues: [{ severity: "error", field: name, message: why }] }),
}));
