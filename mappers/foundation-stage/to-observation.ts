import type { CodeableConcept, Observation, Organization, Reference } from "@medplum/fhirtypes";
import { canonical } from "#profiles/canonical.ts";
import { DATA_ABSENT_REASON, EARLY_YEARS_OBSERVATION, GOOD_LEVEL_OF_DEVELOPMENT } from "#profiles/systems.ts";
import { toCodeableConcept, toCoding } from "../datatypes/coding.ts";
import { SEVERAL_DOMAINS, toDevelopmentalCategory } from "../datatypes/developmental-category.ts";
import { toSourceRecordIdentifier } from "../datatypes/identifier.ts";
import { toPatientReference } from "../datatypes/reference.ts";
import type { Made, MapContext } from "../mapper.ts";
import { toAcademicYearPeriod } from "./academic-year.ts";
import { goalOf } from "./framework.ts";
import { type GoodLevel, goalsThatCount, goodLevelOfDevelopment } from "./good-level-of-development.ts";
import { EXEMPT, type FoundationStageProfile, type RecordedGoal } from "./profile.ts";

const UK_CORE_OBSERVATION = "https://fhir.hl7.org.uk/StructureDefinition/UKCore-Observation";

/** What both sources of foundation stage profiles know besides the profile itself. */
export interface Assessment {
  readonly profile: FoundationStageProfile;
  /** What the source calls the record; the key of its Provenance. */
  readonly record: string;
  /** The same where it may be shown in a resource: neither a UPN nor made from personal details. */
  readonly shownRecord?: string | undefined;
  readonly performer?: Reference<Organization> | undefined;
}

/** One Observation a recorded goal, and the good level of development derived from those that count. */
export function toFoundationStageObservations(assessment: Assessment, context: MapContext): Made[] {
  const { profile, record } = assessment;
  const goals = profile.goals.map((goal) => {
    const slot = toSlot(profile, goal.code);
    return { slot, record, resource: toGoalObservation(goal, slot, assessment, context) };
  });
  const level = goodLevelOfDevelopment(profile);
  if (level === undefined) return goals;
  const slot = toSlot(profile, "good-level-of-development");
  return [...goals, { slot, record, resource: toGoodLevelObservation(level, slot, assessment, context) }];
}

/** The year is part of the slot: a child who stays in the foundation stage has a profile in each of two years. */
function toSlot(profile: FoundationStageProfile, part: string): string {
  return `${profile.endYear}/${part}`;
}

function toGoalObservation(goal: RecordedGoal, slot: string, assessment: Assessment, context: MapContext): Observation {
  const { framework } = assessment.profile;
  return {
    ...toObservation("early-learning-goal", slot, assessment, context),
    category: toDevelopmentalCategory(goalOf(goal.code)?.goal.domains ?? []),
    code: toCodeableConcept(framework.goalSystem, goal.code),
    ...(goal.outcome === EXEMPT
      ? { dataAbsentReason: notAssessed() }
      : { valueCodeableConcept: toCodeableConcept(framework.outcomeSystem, goal.outcome) }),
    ...(goal.method === undefined ? {} : { method: { text: goal.method } }),
  };
}

function toGoodLevelObservation(
  level: GoodLevel,
  slot: string,
  assessment: Assessment,
  context: MapContext,
): Observation {
  const { profile } = assessment;
  return {
    ...toObservation("good-level-of-development", slot, assessment, context),
    category: toDevelopmentalCategory([SEVERAL_DOMAINS]),
    code: toCodeableConcept(EARLY_YEARS_OBSERVATION, "good-level-of-development"),
    valueCodeableConcept: toCodeableConcept(GOOD_LEVEL_OF_DEVELOPMENT, level),
    method: {
      text:
        profile.framework.name === "current"
          ? "Computed by the gateway from the twelve goals that count, E01 to E12"
          : "Computed by the gateway from the twelve goals that count, G01 to G12 of the former framework; not comparable with results since 2021/22",
    },
    derivedFrom: goalsThatCount(profile).map(({ code }) => ({
      reference: `Observation/${context.id(toSlot(profile, code))}`,
    })),
  };
}

function toObservation(
  profileId: string,
  slot: string,
  { profile, shownRecord, performer }: Assessment,
  context: MapContext,
): Omit<Observation, "code"> {
  return {
    resourceType: "Observation",
    id: context.id(slot),
    meta: { profile: [canonical("StructureDefinition", profileId), UK_CORE_OBSERVATION] },
    ...(shownRecord === undefined
      ? {}
      : { identifier: [toSourceRecordIdentifier(context.source, shownRecord, slot.slice(slot.indexOf("/") + 1))] }),
    status: "final",
    subject: toPatientReference(context.patientId),
    effectivePeriod: { ...toAcademicYearPeriod(profile.endYear) },
    ...(performer === undefined ? {} : { performer: [performer] }),
  };
}

function notAssessed(): CodeableConcept {
  return {
    coding: [toCoding(DATA_ABSENT_REASON, "not-performed", "Not Performed")],
    text: "Exempt from the early years foundation stage profile",
  };
}
