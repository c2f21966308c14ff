import { canonical } from "#profiles/canonical.ts";
import { LOINC, SNOMED } from "#profiles/systems.ts";
import { toCoding } from "../datatypes/coding.ts";
import { toQuantity } from "../datatypes/quantity.ts";
import type { CsvRow, Made } from "../mapper.ts";
import { type Measure, readMeasurement } from "./measurement.ts";
import { MEASURED_COLUMNS } from "./row-checks.ts";
import { OBS } from "./table-names.ts";
import { type Origin, type Surroundings, toCategory, toObservation } from "./to-observation.ts";
import { CENTIMETRE, KILOGRAM } from "./unit.ts";

/** A measurement of the body as the UK Core vital signs profiles want it: one LOINC code, one of SNOMED CT, kilogram or centimeter. */
export function toMeasurement(surroundings: Surroundings, origin: Origin, measure: Measure, value: number): Made {
  const unit = measure.base === "kg" ? KILOGRAM : CENTIMETRE;
  const snomed = toCoding(SNOMED, measure.snomed);
  return toObservation(surroundings, {
    origin,
    profiles: [canonical("StructureDefinition", "measurement"), measure.profile],
    category: toCategory("vital-signs"),
    code: {
      coding: [toCoding(LOINC, measure.loinc), snomed],
      ...(snomed.display === undefined ? {} : { text: snomed.display }),
    },
    valueQuantity: toQuantity(value, unit.name, unit.code),
  });
}

/** Weight, height and length of a CYP611Obs row. */
export function toMeasurements(surroundings: Surroundings, row: CsvRow): Made[] {
  return MEASURED_COLUMNS.flatMap(({ column, measure, unit }) => {
    const { [column]: value, CareActivityID: key = "" } = row;
    if (value === undefined) return [];
    const read = readMeasurement(measure, value, unit);
    return "value" in read
      ? [toMeasurement(surroundings, { table: OBS, key, item: measure.name }, measure, read.value)]
      : [];
  });
}
