import { ACT_CODE, HANDLING_LABEL } from "#profiles/systems.ts";
import type { Agreement } from "../access/requester.ts";
import type { LabelTerms } from "./consent-rules.ts";
import type { Label, Labels } from "./labels/label.ts";
import { confidentialityOf, rankOf } from "./labels/rank.ts";

/**
 * Security labels are high-water marks: a permission reaches up to its own, a denial from its own upwards. What nobody
 * has labelled counts as very restricted. https://hl7.org/fhir/R4/consent-definitions.html#Consent.provision.securityLabel
 */

/** Whether a permission covers labels: their confidentiality, and every sensitivity where it names any. */
export function permitsLabels({ rank, codes }: LabelTerms, labels: Labels): boolean {
  if (rank !== undefined && rankOf(confidentialityOf(labels)) > rank) return false;
  if (codes.size === 0) return true;
  const sensitive = sensitiveOf(labels);
  // A permission for what is sensitive in one way says nothing of what is not sensitive at all.
  if (rank === undefined && sensitive.length === 0) return false;
  return sensitive.every((label) => codes.has(label));
}

/** Whether a denial hits labels: by their confidentiality, or by any one of the others. */
export function deniesLabels({ rank, codes }: LabelTerms, labels: Labels): boolean {
  if (rank !== undefined && rankOf(confidentialityOf(labels)) >= rank) return true;
  // In which way it is sensitive is not known of what nobody has labelled: it may be in this one.
  return labels?.some((label) => codes.has(nameOf(label))) ?? codes.size > 0;
}

/** What of labels is beyond what an agreement may have; `undefined` where all of it is within. */
export function beyondCeiling(labels: Labels, agreement: Agreement): "confidentiality" | "sensitivity" | undefined {
  const { confidentiality = "N", sensitivities = [] } = agreement;
  if (rankOf(confidentialityOf(labels)) > rankOf(confidentiality)) return "confidentiality";
  const isWithin = labels?.every(({ system, code }) => system !== ACT_CODE || sensitivities.includes(code)) ?? true;
  return isWithin ? undefined : "sensitivity";
}

/** Labels that say in which way data are sensitive. */
function sensitiveOf(labels: Labels): readonly string[] {
  return (labels ?? []).filter(({ system }) => system === ACT_CODE || system === HANDLING_LABEL).map(nameOf);
}

function nameOf({ system, code }: Label): string {
  return `${system}|${code}`;
}
