import { PROGRESS_SECTIONS } from "../early-years-progress/sections.ts";

/** One text section of the progress check: its linkId, our code for it and the developmental domains it speaks of. */
export interface Section {
  readonly linkId: string;
  readonly code: string;
  readonly domains: readonly string[];
}

/** The text sections of DCH-EarlyYearsProgress-QuestionnaireResponse-1, in its order. */
export const SECTIONS: readonly Section[] = [
  { linkId: "communicationAndLanguage", ...PROGRESS_SECTIONS.communicationAndLanguage },
  { linkId: "physicalDevelopment", ...PROGRESS_SECTIONS.physicalDevelopment },
  { linkId: "personalSocialEmotionalDevelopment", ...PROGRESS_SECTIONS.personalSocialEmotionalDevelopment },
  { linkId: "areasOfConcern", ...PROGRESS_SECTIONS.areasOfConcern },
  { linkId: "supportedRequestedOrProvided", ...PROGRESS_SECTIONS.support },
];

export const PARENTAL_CONSENT = "parentalConsent";

export function sectionOf(linkId: string): Section | undefined {
  return SECTIONS.find((section) => section.linkId === linkId);
}
