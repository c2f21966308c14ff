import { PROGRESS_SECTIONS } from "../early-years-progress/sections.ts";

/** The columns of free text, and whether the check must have them. */
export const TEXT_COLUMNS = [
  { field: "communication_and_language", isPrime: true, ...PROGRESS_SECTIONS.communicationAndLanguage },
  { field: "physical_development", isPrime: true, ...PROGRESS_SECTIONS.physicalDevelopment },
  { field: "personal_social_emotional", isPrime: true, ...PROGRESS_SECTIONS.personalSocialEmotionalDevelopment },
  { field: "areas_of_concern", isPrime: false, ...PROGRESS_SECTIONS.areasOfConcern },
  { field: "planned_support", isPrime: false, ...PROGRESS_SECTIONS.support },
] as const;

export type TextColumn = (typeof TEXT_COLUMNS)[number];

/** A text of a check, with the column it stood in. */
export interface Text {
  readonly column: TextColumn;
  readonly text: string;
}
