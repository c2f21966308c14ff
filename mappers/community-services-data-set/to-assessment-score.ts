import { ASQ3 } from "#profiles/generated/codes.ts";
import { SNOMED } from "#profiles/systems.ts";
import { toCodeableConcept } from "../datatypes/coding.ts";
import { toDevelopmentalCategory } from "../datatypes/developmental-category.ts";
import { toQuantity } from "../datatypes/quantity.ts";
import type { CsvRow, Made } from "../mapper.ts";
import { isScoreCode } from "./coded-observation.ts";
import { ASSESSMENT } from "./tables.ts";
import { type Origin, type Surroundings, toObservation, toProfiles } from "./to-observation.ts";

/** ASQ:SE-2 asks about the social and emotional domain alone. */
const SOCIAL_EMOTIONAL = "personal-social-and-emotional";

/**
 * A score of ASQ-3 (0 to 60 a domain, low is of concern) or ASQ:SE-2 (0 to 465, high is of concern) under the code of
 * exactly the questionnaire that was used. The score alone: no cut-off and no band is applied.
 */
export function toAssessmentScore(surroundings: Surroundings, origin: Origin, code: string, score: number): Made {
  return toObservation(surroundings, {
    origin,
    profiles: toProfiles("asq-score"),
    category: toDevelopmentalCategory([ASQ3.get(code)?.domain ?? SOCIAL_EMOTIONAL]),
    code: toCodeableConcept(SNOMED, code),
    valueQuantity: toQuantity(score, "score", "{score}"),
  });
}

/** The score of a CYP612CodedAssessmentContact row. */
export function toContactAssessmentScore(surroundings: Surroundings, assessment: CsvRow): Made[] {
  const { CareActivityID: activity, SNOMED_ID: code, Score: score } = assessment;
  if (activity === undefined || code === undefined || score === undefined || !isScoreCode(code)) return [];
  const origin = { table: ASSESSMENT, key: `${activity}/${code}`, item: "score" };
  return [toAssessmentScore(surroundings, origin, code, Number(score))];
}
