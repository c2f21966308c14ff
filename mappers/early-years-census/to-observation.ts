import type { Observation } from "@medplum/fhirtypes";
import { canonical } from "#profiles/canonical.ts";
import { EARLY_YEARS_CENSUS_ITEM, OBSERVATION_CATEGORY, SEN_PROVISION } from "#profiles/systems.ts";
import { toCodeableConcept, toCoding } from "../datatypes/coding.ts";
import { toQuantity } from "../datatypes/quantity.ts";
import { toPatientReference } from "../datatypes/reference.ts";
import { toSettingReference } from "../foundation-stage/setting.ts";
import type { Made, MapContext } from "../mapper.ts";
import { type ItemValue, slotOf } from "./items.ts";
import type { EarlyYearsCensusRecord } from "./record.ts";

const PROFILES = {
  hours: "childcare-hours",
  weeks: "entitlement-weeks",
  flag: "childcare-support",
  provision: "sen-provision",
} as const satisfies Readonly<Record<ItemValue["kind"], string>>;

/** One Observation for each thing that the census says of the child. */
export function toObservations(census: EarlyYearsCensusRecord, record: string, context: MapContext): Made[] {
  return census.items.map((item) => {
    const code = slotOf(item.field);
    const slot = `${census.census}/${code}`;
    const resource: Observation = {
      resourceType: "Observation",
      id: context.id(slot),
      meta: {
        profile: [
          canonical("StructureDefinition", PROFILES[item.kind]),
          "https://fhir.hl7.org.uk/StructureDefinition/UKCore-Observation",
        ],
      },
      status: "final",
      category: [{ coding: [toCoding(OBSERVATION_CATEGORY, "social-history")] }],
      code: toCodeableConcept(EARLY_YEARS_CENSUS_ITEM, code),
      subject: toPatientReference(context.patientId),
      effectiveDateTime: census.referenceDate,
      performer: [toSettingReference(census.setting, context)],
      ...toValue(item),
    };
    return { slot, record, resource };
  });
}

function toValue(item: ItemValue): Pick<Observation, "valueQuantity" | "valueBoolean" | "valueCodeableConcept"> {
  switch (item.kind) {
    case "hours":
      return { valueQuantity: toQuantity(item.number, "h/week", "h/wk") };
    case "weeks":
      return { valueQuantity: toQuantity(item.number, "weeks", "wk") };
    case "flag":
      return { valueBoolean: item.answer };
    case "provision":
      return { valueCodeableConcept: toCodeableConcept(SEN_PROVISION, item.code) };
  }
}
