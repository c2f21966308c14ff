import { toQuantity } from "../datatypes/quantity.ts";
import type { CsvRow, Made } from "../mapper.ts";
import { readCodedObservation } from "./coded-observation.ts";
import { ACTIVITY } from "./table-names.ts";
import { toAssessmentScore } from "./to-assessment-score.ts";
import { toMeasurement } from "./to-measurement.ts";
import { type Surroundings, toCategory, toObservation, toProfiles } from "./to-observation.ts";

/** The coded observation of a CYP202CareActivity row: a measurement or score where its code is one, else as submitted. */
export function toCodedObservation(surroundings: Surroundings, activity: CsvRow): Made[] {
  const key = activity.CareActivityID ?? "";
  const read = readCodedObservation(activity);
  switch (read.kind) {
    case "measurement": {
      const origin = { table: ACTIVITY, key, item: read.measure.name };
      return [toMeasurement(surroundings, origin, read.measure, read.value)];
    }
    case "score":
      return [toAssessmentScore(surroundings, { table: ACTIVITY, key, item: "score" }, read.code, read.score)];
    case "quantity":
      return [
        toObservation(surroundings, {
          origin: { table: ACTIVITY, key, item: "observation" },
          profiles: toProfiles("coded-entry"),
          category: toCategory("exam"),
          code: { coding: [read.coding], text: read.text },
          valueQuantity: toQuantity(read.value, read.unit.name, read.unit.code),
        }),
      ];
    case "absent":
    case "not-carried":
    case "refused":
      return [];
  }
}
