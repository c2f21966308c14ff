/**
 * Why data are asked for. Codes of HL7's v3 ActReason where it has one; it has none for what the law asks of those who
 * safeguard, teach and support young children, so these are our own.
 */

/** https://terminology.hl7.org/CodeSystem-v3-ActReason.html */
const ACT_REASONS = ["TREAT", "ETREAT", "BTG", "PATRQT", "PUBHLTH", "HRESCH", "HOPERAT", "HSYSADMIN"] as const;
const OWN = ["safeguarding-16LA", "early-help", "education-support", "aggregate-statistics"] as const;

export const PURPOSES: readonly string[] = [...ACT_REASONS, ...OWN];

/** All of ActReason is about health; a pupil number has no place there unless a law is named for it. */
export function isHealthPurpose(purpose: string): boolean {
  return ACT_REASONS.some((reason) => reason === purpose);
}
