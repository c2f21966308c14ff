import { ASQ3 } from "#profiles/generated/codes.ts";
import { SNOMED } from "#profiles/systems.ts";
import { toCodeableConcept } from "../datatypes/coding.ts";
import { SEVERAL_DOMAINS, toDevelopmentalCategory } from "../datatypes/developmental-category.ts";
import type { Made } from "../mapper.ts";
import { CONTACT } from "./table-names.ts";
import { type Surroundings, toMembers, toObservation, toProfiles } from "./to-observation.ts";

/** Ages and Stages Questionnaires Third Edition score: groups the scores of one questionnaire. */
const ASQ_3_SCORE = "716619000";

/** Which questionnaire and domain a made Observation is a score of, if it is one of ASQ-3. */
export function asq3ScoreOf(
  observation: Made["resource"],
): { readonly months: number; readonly domain: string } | undefined {
  if (observation.resourceType !== "Observation") return undefined;
  const code = observation.code.coding?.find(({ system }) => system === SNOMED)?.code;
  return code === undefined ? undefined : ASQ3.get(code);
}

/**
 * One panel a questionnaire answered on an occasion. Scores of different months are different questionnaires and are never
 * grouped with each other.
 */
export function toAsq3Panels(surroundings: Surroundings, made: readonly Made[]): Made[] {
  const { record = "", effective = "" } = surroundings.occasion;
  const [table = "", ...key] = record.split("/");
  const months = [...new Set(made.flatMap(({ resource }) => asq3ScoreOf(resource)?.months ?? []))];
  return months
    .sort((left, right) => left - right)
    .map((month) => {
      const scores = made.filter(({ resource }) => asq3ScoreOf(resource)?.months === month);
      // Of a referral there can be several in the course of time; of a contact, moved to another day, it stays the same.
      const item = table === CONTACT ? `asq-3-${month}` : `asq-3-${month}-${effective}`;
      return toObservation(surroundings, {
        origin: { table, key: key.join("/"), item },
        profiles: toProfiles("asq-3-panel"),
        category: toDevelopmentalCategory([SEVERAL_DOMAINS]),
        code: toCodeableConcept(SNOMED, ASQ_3_SCORE, `ASQ-3 scores, ${month} month questionnaire`),
        hasMember: toMembers(scores),
      });
    });
}
