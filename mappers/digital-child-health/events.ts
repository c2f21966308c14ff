/** What an event is about, as far as it decides codes, categories and profiles. */
export type Topic =
  | "assessment"
  | "birth"
  | "blood-spot"
  | "feeding"
  | "observation"
  | "development"
  | "hearing"
  | "examination"
  | "education";

/** An event of DCH-ChildHealthEventType-1: served, or refused with the reason. */
export type ChildHealthEvent =
  | { readonly name: string; readonly content: "person" | "progress" }
  | { readonly name: string; readonly content: "findings"; readonly topic: Topic }
  | { readonly name: string; readonly content: "refused"; readonly holds: string };

const served = (name: string, topic: Topic): ChildHealthEvent => ({ name, content: "findings", topic });
const refused = (name: string, holds: string): ChildHealthEvent => ({ name, content: "refused", holds });

/** Every event by its code, which alone decides: published messages show other names. */
const EVENTS: Readonly<Record<string, ChildHealthEvent>> = {
  CH001: { name: "Additional Demographics", content: "person" },
  CH002: refused("Admission Details", "stays in hospital"),
  CH003: refused("Allergies and Adverse Reactions", "allergies"),
  CH004: served("Assessment Scales", "assessment"),
  CH005: served("Birth Details", "birth"),
  CH006: served("Blood Spot Sample Taken", "blood-spot"),
  CH007: refused("Clinical Risk Factors", "assessments of risk"),
  CH008: refused("Problem List", "problems and diagnoses"),
  CH009: refused("Discharge Details", "discharges from hospital"),
  CH010: { name: "Early Years Progress", content: "progress" },
  CH011: refused("Emergency Care Attendance", "attendances at emergency care"),
  CH012: refused("Examination Findings", "examinations other than the newborn screens"),
  CH013: refused("Family History", "conditions of relatives"),
  CH014: served("Feeding Status", "feeding"),
  CH015: refused("Vaccinations", "vaccinations"),
  CH016: refused("Individual Requirements", "needs for support in access and communication"),
  CH017: refused("Information and Advice Given", "communications with the family"),
  CH018: served("Observations", "observation"),
  CH019: refused("Medication Statement", "medicines"),
  CH020: served("Developmental Skills", "development"),
  CH021: served("Newborn Hearing", "hearing"),
  CH022: refused("Parent Guardian or Personal Comment", "comments of the family"),
  CH023: refused("Personal Contacts", "relatives and other contacts"),
  CH024: served("NIPE outcome", "examination"),
  CH025: refused("Plan and Requested Actions", "care plans"),
  CH026: refused("Professional Summary", "comments of professionals"),
  CH027: refused("Professional Contacts", "care teams and professional contacts"),
  CH028: refused("Referral", "referrals"),
  CH029: refused("Safety Alerts", "safeguarding alerts"),
  CH030: refused("Social Context Household", "the circumstances of the household"),
  CH031: refused("Social Context", "social circumstances"),
  CH032: served("Educational History", "education"),
  CH033: refused("Legal Information", "looked-after and child protection status"),
  CH034: served("Blood Spot Card Received", "blood-spot"),
  CH035: served("Blood Spot Test Outcome", "blood-spot"),
  CH036: refused("Medication Administration", "medicines given"),
  CH037: served("Investigation Results", "observation"),
};

export function eventOf(code: string): ChildHealthEvent | undefined {
  return Object.hasOwn(EVENTS, code) ? EVENTS[code] : undefined;
}

/** Events that are taken in, by code. */
export const SERVED_EVENTS: readonly string[] = Object.entries(EVENTS).flatMap(([code, { content }]) =>
  content === "refused" ? [] : [code],
);
