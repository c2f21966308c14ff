import type { CodeableConcept } from "@medplum/fhirtypes";
import { CHILD_HEALTH_FINDING, EARLY_YEARS_OBSERVATION } from "#profiles/systems.ts";
import { toCodeableConcept } from "../datatypes/coding.ts";

/** Questions of DCH-FeedingStatus- and DCH-EducationalHistory-QuestionnaireResponse-1, with our code for the answer. */
const QUESTIONS: ReadonlyMap<string, string> = new Map([
  ["firstMilkFeed", "feeding-first-milk-feed"],
  ["firstMilkFeedDateTime", "feeding-first-milk-feed-time"],
  ["feedingMethod", "feeding-method"],
  ["introductionOfSolids", "feeding-introduction-of-solids"],
  ["approximateDateBreastfeedingStopped", "feeding-breastfeeding-stopped"],
  ["feedingConcerns", "feeding-concerns"],
  ["educationalEstablishment", "education-establishment"],
  ["educationalEstablishmentType", "education-establishment-type"],
  ["educationalEstablishmentStart", "education-from"],
  ["educationalEstablishmentEnd", "education-to"],
  ["educationalAssessmentOutcome", "education-assessment-outcome"],
  ["specialEducationalNeedType", "education-special-educational-need"],
]);

/** How the child is fed with breast milk, which other sources tell too. */
const FEEDING_STATUS = "feedingStatus";

/** Names of all questions of the two questionnaires. */
export const QUESTION_NAMES: readonly string[] = [FEEDING_STATUS, ...QUESTIONS.keys()];

/** What an answer is about; `undefined` for a question that the messages' own specification does not have. */
export function questionConceptOf(linkId: string): CodeableConcept | undefined {
  if (linkId === FEEDING_STATUS) return toCodeableConcept(EARLY_YEARS_OBSERVATION, "breastfeeding-status");
  const code = QUESTIONS.get(linkId);
  return code === undefined ? undefined : toCodeableConcept(CHILD_HEALTH_FINDING, code);
}
