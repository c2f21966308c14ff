import { canonical } from "#profiles/canonical.ts";
import { EARLY_YEARS_OBSERVATION } from "#profiles/systems.ts";
import { toCodeableConcept } from "../datatypes/coding.ts";
import { toDevelopmentalCategory } from "../datatypes/developmental-category.ts";
import { toPatientReference } from "../datatypes/reference.ts";
import { toSettingReference } from "../foundation-stage/setting.ts";
import type { Made, MapContext } from "../mapper.ts";
import type { ProgressCheckRecord } from "./record.ts";
import type { Text } from "./texts.ts";

/** What tells a check from the child's other ones. */
export interface CheckName {
  /** What the source calls the record. */
  readonly record: string;
  /** What it calls the check, within the child. */
  readonly check: string;
}

/** The Observation of one text. */
export function toObservation(
  { column, text }: Text,
  check: ProgressCheckRecord,
  { name, context }: { readonly name: CheckName; readonly context: MapContext },
): Made {
  const slot = `${name.check}/${column.code}`;
  const setting = toSettingReference(check.setting, context);
  return {
    slot,
    record: name.record,
    resource: {
      resourceType: "Observation",
      id: context.id(slot),
      meta: {
        profile: [
          canonical("StructureDefinition", "early-years-progress"),
          "https://fhir.hl7.org.uk/StructureDefinition/UKCore-Observation",
        ],
      },
      status: "final",
      category: toDevelopmentalCategory(column.domains),
      code: toCodeableConcept(EARLY_YEARS_OBSERVATION, column.code),
      subject: toPatientReference(context.patientId),
      effectiveDateTime: check.checkDate,
      performer: check.role === undefined ? [setting] : [setting, { type: "PractitionerRole", display: check.role }],
      valueString: text,
    },
  };
}
