import { canonical } from "./canonical.ts";
import { ASQ3, ASQSE2 } from "./generated/codes.ts";
import {
  BREASTFEEDING_STATUS,
  CONSENT_SCOPE,
  CSDS_ACTIVITY_TYPE,
  DATA_CLASS,
  DEVELOPMENTAL_DOMAIN,
  EARLY_LEARNING_GOAL,
  EARLY_YEARS_OBSERVATION,
  FORMER_EARLY_LEARNING_GOAL,
  FORMER_GOAL_OUTCOME,
  GOAL_OUTCOME,
  GOOD_LEVEL_OF_DEVELOPMENT,
  LOINC,
  NHS_NUMBER,
  OBJECTION_DECISION_EXTENSION,
  OBJECTION_STATE,
  OBJECTION_STATE_EXTENSION,
  OBSERVATION_CATEGORY,
  SHARING_DECISION,
  SNOMED,
  UCUM,
  UPN,
} from "./systems.ts";
import { type Issues, isNode, type Node, prefix, report, type ValidationIssue } from "./validation/issue.ts";
import {
  codeIs,
  conceptIs,
  counts,
  exactly,
  hasCategory,
  identifiers,
  knowsCategories,
  nodes,
  of,
  ofAny,
  quantityIn,
  type Rule,
  requires,
  requiresChoice,
} from "./validation/profile-rules.ts";

interface ProfileRules {
  readonly type: "Consent" | "Observation" | "Patient";
  readonly rules: readonly Rule[];
}

const progressCodes = /^early-years-progress-/;
const FINDING = [requires("subject"), requiresChoice("effective", "effectiveDateTime", "effectivePeriod")];
const DOMAINS = knowsCategories(DEVELOPMENTAL_DOMAIN);

function hasCodingOf(concept: unknown, system: string): boolean {
  return isNode(concept) && nodes(concept, "coding").some((coding) => coding.system === system);
}

/** elg-2: a goal in force has no outcome "exceeding", which the former ones have. */
const sameFramework: Rule = ({ code, valueCodeableConcept: value }, out) => {
  if (value === undefined) return;
  if (hasCodingOf(code, EARLY_LEARNING_GOAL) !== hasCodingOf(value, GOAL_OUTCOME)) {
    report(out, "invariant", "value", "elg-2: the goal and its outcome are of the same framework.");
  }
};

/** shc-1 and the two extensions. */
const objectionState: Rule = (consent, out) => {
  const isObjection = nodes(consent, "category").some((category) =>
    nodes(category, "coding").some(exactly(SHARING_DECISION, "objection")),
  );
  const states = nodes(consent, "extension").filter(({ url }) => url === OBJECTION_STATE_EXTENSION);
  if (isObjection && states.length === 0) report(out, "invariant", "", "shc-1: an objection has a state.");
  if (states.length > 1) report(out, "structure", "extension", "Expected one state at most.");
  for (const { valueCoding } of states) {
    if (!isNode(valueCoding) || !of(OBJECTION_STATE)(valueCoding)) {
      report(out, "code-invalid", "extension", "Expected a state of an objection: received, upheld, refused.");
    }
  }
  const decisions = nodes(consent, "extension").filter(({ url }) => url === OBJECTION_DECISION_EXTENSION);
  if (decisions.length > 1) report(out, "structure", "extension", "Expected one decision at most.");
};

function hasUnknownDataClass(provision: Node): boolean {
  const isUnknown = (coding: Node) => coding.system === DATA_CLASS && !of(DATA_CLASS)(coding);
  return nodes(provision, "class").some(isUnknown) || nodes(provision, "provision").some(hasUnknownDataClass);
}

const dataClasses: Rule = ({ provision }, out) => {
  if (isNode(provision) && hasUnknownDataClass(provision)) {
    report(out, "code-invalid", "provision.class", "Expected a data class: health-visiting, education, sharing.");
  }
};

/** shc-2: the decision, beside the categories of UK Core and possibly the answer in the words of its source. */
const oneDecision: Rule = (consent, out) => {
  const decisions = nodes(consent, "category").flatMap((category) =>
    nodes(category, "coding").filter(ofAny(SHARING_DECISION)),
  );
  const [decision] = decisions;
  if (decisions.length !== 1) report(out, "invariant", "category", "shc-2: one code says objection or agreement.");
  else if (decision && !of(SHARING_DECISION)(decision)) {
    report(out, "code-invalid", "category", "Expected objection or agreement.");
  }
};

const decisionParts: Rule = (consent, out) => {
  for (const decision of nodes(consent, "extension").filter(({ url }) => url === OBJECTION_DECISION_EXTENSION)) {
    for (const part of nodes(decision, "extension")) {
      const isPart =
        (part.url === "decidedBy" && (part.valueString !== undefined || part.valueReference !== undefined)) ||
        (part.url === "decidedOn" && part.valueDateTime !== undefined);
      if (!isPart)
        report(out, "structure", "extension", "Expected decidedBy as text or reference, decidedOn as dateTime.");
    }
  }
};

function observation(...rules: readonly Rule[]): ProfileRules {
  return { type: "Observation", rules: [...FINDING, ...rules] };
}

const PROFILES: ReadonlyMap<string, ProfileRules> = new Map(
  Object.entries({
    "early-learning-goal": observation(
      DOMAINS,
      codeIs(of(EARLY_LEARNING_GOAL, FORMER_EARLY_LEARNING_GOAL), "an early learning goal, E01 to E17 or G01 to G17"),
      requiresChoice("value", "valueCodeableConcept", "dataAbsentReason"),
      conceptIs("valueCodeableConcept", "value", of(GOAL_OUTCOME, FORMER_GOAL_OUTCOME), "an outcome of the goal"),
      sameFramework,
    ),
    "good-level-of-development": observation(
      codeIs(exactly(EARLY_YEARS_OBSERVATION, "good-level-of-development"), "the code good-level-of-development"),
      requiresChoice("value", "valueCodeableConcept"),
      conceptIs(
        "valueCodeableConcept",
        "value",
        of(GOOD_LEVEL_OF_DEVELOPMENT),
        "achieved, not-achieved or undetermined",
      ),
    ),
    "asq-score": observation(
      DOMAINS,
      hasCategory(of(DEVELOPMENTAL_DOMAIN), "a developmental domain"),
      codeIs(
        ({ system, code }) => system === SNOMED && typeof code === "string" && (ASQ3.has(code) || ASQSE2.has(code)),
        "a score of ASQ-3 or ASQ:SE-2",
      ),
      requiresChoice("value", "valueQuantity"),
      quantityIn(UCUM, "{score}"),
    ),
    measurement: observation(
      hasCategory(exactly(OBSERVATION_CATEGORY, "vital-signs"), "the category vital-signs"),
      counts("code", ofAny(LOINC), { min: 1, max: 1 }, "one code of LOINC"),
      counts("code", ofAny(SNOMED), { min: 1, max: Number.MAX_SAFE_INTEGER }, "a code of SNOMED CT"),
      codeIs(of(LOINC), "a code of weight, length, height or head circumference"),
      requiresChoice("value", "valueQuantity"),
      quantityIn(UCUM),
    ),
    "breastfeeding-status": observation(
      codeIs(exactly(EARLY_YEARS_OBSERVATION, "breastfeeding-status"), "the code breastfeeding-status"),
      requiresChoice("value", "valueCodeableConcept"),
      conceptIs("valueCodeableConcept", "value", of(BREASTFEEDING_STATUS), "a breastfeeding status, 01 to 03"),
    ),
    "early-years-progress": observation(
      DOMAINS,
      codeIs(
        (coding) => of(EARLY_YEARS_OBSERVATION)(coding) && progressCodes.test(String(coding.code)),
        "a code of early years progress",
      ),
      requiresChoice("value", "valueString"),
    ),
    "health-visitor-review": observation(
      codeIs(exactly(EARLY_YEARS_OBSERVATION, "health-visitor-review"), "the code health-visitor-review"),
      requiresChoice("value", "valueCodeableConcept"),
      conceptIs("valueCodeableConcept", "value", of(CSDS_ACTIVITY_TYPE), "a community care activity type"),
    ),
    child: { type: "Patient", rules: [identifiers(NHS_NUMBER, 1), identifiers(UPN, Number.MAX_SAFE_INTEGER)] },
    "sharing-consent": {
      type: "Consent",
      rules: [
        requires("patient", "dateTime"),
        conceptIs("scope", "scope", exactly(CONSENT_SCOPE, "patient-privacy"), "the scope patient-privacy"),
        oneDecision,
        objectionState,
        decisionParts,
        dataClasses,
      ],
    },
  } satisfies Record<string, ProfileRules>).map(([id, rules]) => [canonical("StructureDefinition", id), rules]),
);

const NONE: readonly ValidationIssue[] = [];

/** Canonicals of the profiles that have a check here. */
export const CHECKED_PROFILES: readonly string[] = [...PROFILES.keys()];

/**
 * Checks a resource against those profiles of this project that it claims in `meta.profile`; other claims pass. What base
 * R4 asks is not repeated: `validateBase` comes first.
 */
export function validateProfiles(resource: unknown): readonly ValidationIssue[] {
  if (!isNode(resource) || !isNode(resource.meta) || !Array.isArray(resource.meta.profile)) return NONE;
  const out: Issues = [];
  for (const claim of resource.meta.profile) {
    const profile = typeof claim === "string" ? PROFILES.get(claim.split("|", 1)[0] ?? "") : undefined;
    if (!profile) continue;
    if (profile.type !== resource.resourceType) {
      report(out, "structure", "meta.profile", `The profile is one of ${profile.type}.`);
    } else for (const rule of profile.rules) rule(resource, out);
  }
  if (out.length === 0) return NONE;
  prefix(out, 0, String(resource.resourceType));
  return out;
}
