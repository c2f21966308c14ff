import { readItems } from "./read-items.ts";
import { readSecurity } from "./read-security.ts";
import { fail, type Spot } from "./reading.ts";
import type { ProgressCheck } from "./record.ts";
import type { Stu3QuestionnaireResponse } from "./resources.ts";

/** The progress check that a QuestionnaireResponse of Early Years Progress holds. */
export function readProgress(
  spot: Spot,
  answers: Stu3QuestionnaireResponse,
  contact: { readonly start: string | undefined; readonly isInError: boolean },
): ProgressCheck | undefined {
  const { issues, notCarried } = spot.reading;
  const items = readItems(answers.item ?? [], spot.path, { issues, notCarried });
  const start = contact.start;
  if (start === undefined)
    return fail(spot, "expected an Encounter with a period that says when the check was (DCH-Bundle-1)");
  return {
    status: contact.isInError ? "entered-in-error" : toStatus(answers.status),
    start,
    security: readSecurity("QuestionnaireResponse", answers.meta?.security, notCarried),
    ...items,
  };
}

function toStatus(status: Stu3QuestionnaireResponse["status"]): ProgressCheck["status"] {
  switch (status) {
    case "completed":
      return "final";
    case "amended":
    case "entered-in-error":
      return status;
    case "in-progress":
    case "stopped":
      return "preliminary";
  }
}
