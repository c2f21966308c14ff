import { ASQ3, displayOf } from "#profiles/generated/codes.ts";
import { ASQ_3_BAND, DERIVATION_METHOD, DERIVED_OBSERVATION, SNOMED } from "#profiles/systems.ts";
import { toCodeableConcept } from "../datatypes/coding.ts";
import { toQuantity } from "../datatypes/quantity.ts";
import type { Made, MapContext } from "../mapper.ts";
import { toDerivedObservation } from "./derived-observation.ts";

/**
 * Cut-offs of the three questionnaires that belong to the review of two to two and a half years, by month and
 * developmental domain: a score below one is below the cut-off. Source: the derivation of ASQ score bands in NHS England's
 * processing of the Community Services Data Set. For other months none is published there, and none is used.
 */
const CUT_OFFS: Readonly<Record<number, Readonly<Record<string, number>>>> = {
  24: byDomain([25.17, 38.07, 35.16, 29.78, 31.54]),
  27: byDomain([24.02, 28.01, 18.42, 27.62, 25.31]),
  30: byDomain([33.3, 36.14, 19.25, 27.08, 32.01]),
};

function byDomain(cutOffs: readonly [number, number, number, number, number]): Readonly<Record<string, number>> {
  const [communication, grossMotor, fineMotor, problemSolving, personalSocial] = cutOffs;
  return {
    "communication-and-language": communication,
    "gross-motor": grossMotor,
    "fine-motor": fineMotor,
    "problem-solving": problemSolving,
    "personal-social-and-emotional": personalSocial,
  };
}

/** Score below which a score of ASQ-3 lies below the cut-off; `undefined` for the code of any other questionnaire. */
export function asq3CutOff(snomedCode: string): number | undefined {
  const score = ASQ3.get(snomedCode);
  return score === undefined ? undefined : CUT_OFFS[score.months]?.[score.domain];
}

const METHOD = "asq-3-cut-offs";

/** The band of an Observation that holds an ASQ-3 score; none of any other. */
export function toAsq3Band(made: Made, context: MapContext): Made[] {
  const { resource: score } = made;
  if (score.resourceType !== "Observation") return [];
  const code = score.code.coding?.find(({ system }) => system === SNOMED)?.code ?? "";
  const cutOff = asq3CutOff(code);
  const value = score.valueQuantity?.value;
  if (cutOff === undefined || value === undefined) return [];
  const name = `${ASQ3.get(code)?.months} month questionnaire, ${domainName(score.category)}`;
  return [
    toDerivedObservation(made, {
      context,
      profile: "asq-3-band",
      item: "asq-3-band",
      category: score.category ?? [],
      code: toCodeableConcept(DERIVED_OBSERVATION, "asq-3-band", `ASQ-3 band, ${name}`),
      valueCodeableConcept: toCodeableConcept(ASQ_3_BAND, value < cutOff ? "below-cut-off" : "at-or-above-cut-off"),
      method: toCodeableConcept(
        DERIVATION_METHOD,
        METHOD,
        `Computed by the gateway from the score: ${displayOf(DERIVATION_METHOD, METHOD)}`,
      ),
      referenceRange: [{ low: toQuantity(cutOff, "score", "{score}"), text: `Cut-off of the ${name}` }],
    }),
  ];
}

function domainName(categories: readonly { readonly text?: string }[] = []): string {
  return categories
    .flatMap(({ text }) => text ?? [])
    .join(", ")
    .toLowerCase();
}
