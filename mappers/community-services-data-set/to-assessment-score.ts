import { ASQ3, displayOf } from "#profiles/generated/codes.ts";
import { SNOMED } from "#profiles/systems.ts";
import { toCodeableConcept } from "../datatypes/coding.ts";
import { toDevelopmentalCategory } from "../datatypes/developmental-category.ts";
import { toQuantity } from "../datatypes/quantity.ts";
import type { CsvRow, Made, StagedRows } from "../mapper.ts";
import { isScoreCode } from "./coded-observation.ts";
import { isBeforeBirth } from "./contact.ts";
import { ASSESSMENT, MPI, REFERRAL, REFERRAL_ASSESSMENT } from "./table-names.ts";
import { toAsq3Panels } from "./to-asq-3-panels.ts";
import { type Origin, type Surroundings, toCategory, toObservation, toProfiles } from "./to-observation.ts";

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
export function toContactAssessmentScore(surroundings: Surroundings, row: CsvRow): Made[] {
  return toScore(surroundings, row, {
    table: ASSESSMENT,
    key: `${row.CareActivityID}/${row.SNOMED_ID}`,
    item: "score",
  });
}

/**
 * Scores of CYP609CodedAssessmentReferral rows with their panels. Such a row has a date of its own and belongs to no
 * contact; what was answered on one day is one questionnaire.
 */
export function toReferralAssessments(provider: Omit<Surroundings, "occasion">, rows: StagedRows): Made[] {
  const birthDate = rows[MPI]?.[0]?.DateOfBirth;
  const occasions = new Map<string, CsvRow[]>();
  for (const row of rows[REFERRAL_ASSESSMENT] ?? []) {
    const { ServiceRequestID: request, AssessmentCompletion_Date: day } = row;
    if (request === undefined || day === undefined || isBeforeBirth(day, birthDate)) continue;
    const occasion = `${request} ${day}`;
    occasions.set(occasion, [...(occasions.get(occasion) ?? []), row]);
  }
  return [...occasions.values()].flatMap((answered) => {
    const { ServiceRequestID: request = "", AssessmentCompletion_Date: effective = "" } = answered[0] ?? {};
    const surroundings = { ...provider, occasion: { record: `${REFERRAL}/${request}`, effective } };
    const scores = answered.flatMap((row) => {
      const key = `${request}/${row.SNOMED_ID}/${effective}`;
      return toScore(surroundings, row, { table: REFERRAL_ASSESSMENT, key, item: "score" });
    });
    return [...scores, ...toAsq3Panels(surroundings, scores)];
  });
}

/** Scores of any other tool keep their code too; what is high or low there is not known here. */
function toScore(surroundings: Surroundings, row: CsvRow, origin: Origin): Made[] {
  const { SNOMED_ID: code, Score: score } = row;
  if (code === undefined || score === undefined) return [];
  if (isScoreCode(code)) return [toAssessmentScore(surroundings, origin, code, Number(score))];
  return [
    toObservation(surroundings, {
      origin,
      profiles: toProfiles("coded-entry"),
      category: toCategory("survey"),
      code: toCodeableConcept(SNOMED, code, displayOf(SNOMED, code) ?? `SNOMED CT ${code}`),
      valueQuantity: toQuantity(Number(score), "score", "{score}"),
    }),
  ];
}
