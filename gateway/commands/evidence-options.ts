import { parseArgs } from "node:util";
import { NHS_SECONDARY_CARE, SUPPRESSION_PROFILES, type SuppressionProfile } from "../evidence/suppression.ts";

export const USAGE = `Usage: npm run -s evidence -- --out DIR [--with-tests] [--suppress PROFILE] [--soon DAYS]
       npm run -s evidence -- --subject Patient/ID --out DIR

Writes evidence.html, evidence.json and tables/*.csv for a data protection impact assessment and a clinical safety case,
from the register in force and the data under DATA_DIR, which stay as they are, whether a gateway runs on them or not.

--with-tests  also runs the tests of disclosure, of the leak channels and of the hazards (some minutes)
--suppress    how small numbers are treated: ${SUPPRESSION_PROFILES.map(({ id }) => id).join(" or ")} (the first without it)
--soon        within how many days an agreement is said to end soon (90)
--subject     instead, all that is held on one child and who saw it: a file for its owner alone, recorded in the audit log
`;

export type EvidenceTask =
  | {
      readonly kind: "report";
      readonly out: string;
      readonly withTests: boolean;
      readonly profile: SuppressionProfile;
      readonly soon_days: number;
    }
  | { readonly kind: "subject"; readonly out: string; readonly patient: string };

export function parseEvidenceTask(given: readonly string[]): EvidenceTask | string {
  try {
    const { values } = parseArgs({
      args: [...given],
      options: {
        out: { type: "string" },
        subject: { type: "string" },
        "with-tests": { type: "boolean", default: false },
        suppress: { type: "string", default: NHS_SECONDARY_CARE.id },
        soon: { type: "string", default: "90" },
      },
    });
    const { out, subject, suppress, soon } = values;
    if (!out) return "--out is missing.";
    if (subject !== undefined) {
      const [, patient] = /^(?:Patient\/)?([A-Za-z0-9\-.]{1,64})$/.exec(subject) ?? [];
      return patient === undefined ? "--subject: expected Patient/ID." : { kind: "subject", out, patient };
    }
    const profile = SUPPRESSION_PROFILES.find(({ id }) => id === suppress);
    if (profile === undefined) return "--suppress: no such profile.";
    if (!/^\d{1,4}$/.test(soon)) return "--soon: expected a number of days.";
    return { kind: "report", out, withTests: values["with-tests"], profile, soon_days: Number(soon) };
  } catch (error) {
    return error instanceof Error ? error.message : "The options are not understood.";
  }
}
