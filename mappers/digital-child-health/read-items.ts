import { DCH_PARENTAL_CONSENT } from "#profiles/systems.ts";
import type { FieldIssue } from "../mapper.ts";
import type { ProgressCheck } from "./record.ts";
import type { Stu3QuestionnaireResponse } from "./resources.ts";
import { PARENTAL_CONSENT, sectionOf } from "./sections.ts";

type Item = NonNullable<Stu3QuestionnaireResponse["item"]>[number];

/**
 * The answered sections and the parents' answer. An answer on consent that is neither Y nor N, or that is given twice, is
 * an error: to share or to withhold on a guess would both be wrong.
 */
export function readItems(
  items: readonly Item[],
  path: string,
  { issues, notCarried }: { readonly issues: FieldIssue[]; readonly notCarried: Set<string> },
): Pick<ProgressCheck, "sections" | "parentalConsent"> {
  const texts = new Map<string, string[]>();
  const consents: ("Y" | "N")[] = [];
  items.forEach((item, index) => {
    const { linkId, answer = [] } = item;
    for (const element of Object.keys(item)) {
      if (element !== "linkId" && element !== "answer") notCarried.add(`QuestionnaireResponse.item.${element}`);
    }
    if (linkId === PARENTAL_CONSENT) {
      const answers = answer.map(({ valueCoding }) => readConsent(valueCoding));
      if (answers.length > 1 || answers.includes(undefined)) issues.push(unclear(`${path}.item[${index}].answer`));
      consents.push(...answers.filter((consent) => consent !== undefined));
    } else if (sectionOf(linkId) !== undefined) {
      const said = answer.flatMap(({ valueString }) => (valueString?.trim() ? [valueString.trim()] : []));
      if (said.length < answer.length) notCarried.add(`QuestionnaireResponse.item.${linkId}`);
      if (said.length > 0) texts.set(linkId, [...(texts.get(linkId) ?? []), ...said]);
    } else {
      notCarried.add(
        /^[A-Za-z][A-Za-z-]{0,63}$/.test(linkId)
          ? `QuestionnaireResponse.item.${linkId}`
          : "QuestionnaireResponse.item",
      );
    }
  });
  if (new Set(consents).size > 1) issues.push(unclear(`${path}.item`));
  const [parentalConsent] = consents;
  return {
    sections: [...texts].map(([linkId, said]) => ({ linkId, text: said.join("\n") })),
    ...(parentalConsent === undefined ? {} : { parentalConsent }),
  };
}

function readConsent(coding: { readonly system?: string | undefined; readonly code?: string | undefined } | undefined) {
  if (coding?.system !== DCH_PARENTAL_CONSENT) return undefined;
  return coding.code === "Y" || coding.code === "N" ? coding.code : undefined;
}

function unclear(field: string): FieldIssue {
  return {
    severity: "error",
    field,
    message: "expected one answer on parental consent, Y or N (DCH-ParentalConsentToShareInformation-1)",
  };
}
