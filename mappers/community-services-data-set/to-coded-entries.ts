import { HEALTH_VISITING_OBSERVATION } from "#profiles/systems.ts";
import { toCodeableConcept } from "../datatypes/coding.ts";
import type { CsvRow, Made } from "../mapper.ts";
import { readBreastfeedingFinding } from "./breastfeeding.ts";
import { type CodedEntry, FINDING, PROCEDURE, readCodedEntry, toEntryCoding, toEntryText } from "./coded-entry.ts";
import { ACTIVITY } from "./table-names.ts";
import { type Surroundings, toCategory, toObservation, toProfiles } from "./to-observation.ts";

/**
 * What was found and what was done at a contact, each under the code that the provider recorded. A finding that speaks of
 * breastfeeding is told as that instead.
 */
export function toCodedEntries(surroundings: Surroundings, activity: CsvRow): Made[] {
  const isFeeding = readBreastfeedingFinding(activity.Finding_Scheme, activity.CodedFinding) !== undefined;
  const finding = isFeeding ? { kind: "absent" as const } : readCodedEntry(activity, FINDING);
  const procedure = readCodedEntry(activity, PROCEDURE);
  return [
    ...toEntry(surroundings, activity, { entry: finding, item: "finding", kind: "coded-finding" }),
    ...toEntry(surroundings, activity, { entry: procedure, item: "procedure", kind: "care-activity" }),
  ];
}

function toEntry(
  surroundings: Surroundings,
  { CareActivityID: key = "" }: CsvRow,
  { entry, item, kind }: { readonly entry: CodedEntry; readonly item: string; readonly kind: string },
): Made[] {
  if (entry.kind !== "coded") return [];
  return [
    toObservation(surroundings, {
      origin: { table: ACTIVITY, key, item },
      profiles: toProfiles("coded-entry"),
      category: toCategory(kind === "care-activity" ? "procedure" : "exam"),
      code: toCodeableConcept(HEALTH_VISITING_OBSERVATION, kind),
      valueCodeableConcept: { coding: [toEntryCoding(entry)], text: toEntryText(entry) },
    }),
  ];
}
