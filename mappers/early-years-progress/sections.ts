/** One text of a progress check at about two years of age: our code for it and the developmental domains it speaks of. */
export interface ProgressSection {
  /** Code of the CodeSystem `early-years-observation`. */
  readonly code: string;
  readonly domains: readonly string[];
}

/** The prime areas of the progress check, and what follows from them; whichever source tells it, a text has this code. */
export const PROGRESS_SECTIONS = {
  communicationAndLanguage: {
    code: "early-years-progress-communication-and-language",
    domains: ["communication-and-language"],
  },
  physicalDevelopment: {
    code: "early-years-progress-physical-development",
    domains: ["gross-motor", "fine-motor"],
  },
  personalSocialEmotionalDevelopment: {
    code: "early-years-progress-personal-social-and-emotional",
    domains: ["personal-social-and-emotional"],
  },
  areasOfConcern: { code: "early-years-progress-areas-of-concern", domains: [] },
  support: { code: "early-years-progress-support", domains: [] },
} as const satisfies Readonly<Record<string, ProgressSection>>;
