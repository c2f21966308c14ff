/** One text section of the progress check: its linkId, our code for it and the developmental domains it speaks of. */
export interface Section {
  readonly linkId: string;
  readonly code: string;
  readonly domains: readonly string[];
}

/** The text sections of DCH-EarlyYearsProgress-QuestionnaireResponse-1, in its order. */
export const SECTIONS: readonly Section[] = [
  {
    linkId: "communicationAndLanguage",
    code: "early-years-progress-communication-and-language",
    domains: ["communication-and-language"],
  },
  {
    linkId: "physicalDevelopment",
    code: "early-years-progress-physical-development",
    domains: ["gross-motor", "fine-motor"],
  },
  {
    linkId: "personalSocialEmotionalDevelopment",
    code: "early-years-progress-personal-social-and-emotional",
    domains: ["personal-social-and-emotional"],
  },
  { linkId: "areasOfConcern", code: "early-years-progress-areas-of-concern", domains: [] },
  { linkId: "supportedRequestedOrProvided", code: "early-years-progress-support", domains: [] },
];

export const PARENTAL_CONSENT = "parentalConsent";

export function sectionOf(linkId: string): Section | undefined {
  return SECTIONS.find((section) => section.linkId === linkId);
}
