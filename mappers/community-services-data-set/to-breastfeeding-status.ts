import type { Coding } from "@medplum/fhirtypes";
import { BREASTFEEDING_STATUS, CTV3, EARLY_YEARS_OBSERVATION, READ_V2, SNOMED } from "#profiles/systems.ts";
import { toCodeableConcept, toCoding } from "../datatypes/coding.ts";
import type { CsvRow, Made, StagedRows } from "../mapper.ts";
import {
  type BreastfeedingCode,
  type BreastfeedingFinding,
  isBreastfeedingCode,
  REPRESENTATIVE_FINDING,
  readBreastfeedingFinding,
} from "./breastfeeding.ts";
import { ACTIVITY, BREASTFEEDING } from "./table-names.ts";
import { type Origin, type Surroundings, toCategory, toObservation, toProfiles } from "./to-observation.ts";

const SCHEME_SYSTEM = { "read-v2": READ_V2, ctv3: CTV3, snomed: SNOMED } as const;

/** The CYP610BreastfeedingStatus rows of a contact's activities. */
export function breastfeedingRowsOf(rows: StagedRows, activities: readonly CsvRow[]): CsvRow[] {
  const ids = new Set(activities.map((activity) => activity.CareActivityID));
  return (rows[BREASTFEEDING] ?? []).filter((row) => ids.has(row.CareActivityID));
}

/**
 * How the child is fed, as recorded at one contact. A coded finding of any of its activities says it more exactly than the
 * status of CYP610 and wins over it, as in NHS England's own derivation.
 */
export function toBreastfeedingStatuses(
  surroundings: Surroundings,
  activities: readonly CsvRow[],
  statusRows: readonly CsvRow[],
): Made[] {
  const findings = activities.flatMap((activity) => {
    const finding = readBreastfeedingFinding(activity.Finding_Scheme, activity.CodedFinding);
    if (finding === undefined) return [];
    const origin = { table: ACTIVITY, key: activity.CareActivityID ?? "", item: "breastfeeding" };
    return [toBreastfeedingStatus(surroundings, origin, finding.status, toSubmittedCodings(finding))];
  });
  if (findings.length > 0) return findings;
  return statusRows.flatMap(({ CareActivityID: key = "", BreastFeedingStatus: status }) =>
    isBreastfeedingCode(status)
      ? [
          toBreastfeedingStatus(surroundings, { table: BREASTFEEDING, key, item: "breastfeeding" }, status, [
            toCoding(SNOMED, REPRESENTATIVE_FINDING[status]),
          ]),
        ]
      : [],
  );
}

function toSubmittedCodings({ scheme, code, status }: BreastfeedingFinding): Coding[] {
  const submitted = toCoding(SCHEME_SYSTEM[scheme], code);
  return scheme === "snomed" ? [submitted] : [submitted, toCoding(SNOMED, REPRESENTATIVE_FINDING[status])];
}

function toBreastfeedingStatus(
  surroundings: Surroundings,
  origin: Origin,
  status: BreastfeedingCode,
  codings: readonly Coding[],
): Made {
  const original = toCoding(BREASTFEEDING_STATUS, status);
  return toObservation(surroundings, {
    origin,
    profiles: toProfiles("breastfeeding-status"),
    category: toCategory("social-history"),
    code: toCodeableConcept(EARLY_YEARS_OBSERVATION, "breastfeeding-status"),
    valueCodeableConcept: {
      coding: [...codings, original],
      ...(original.display === undefined ? {} : { text: original.display }),
    },
  });
}
