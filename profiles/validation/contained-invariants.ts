import { CONFORMANCE_INVARIANTS } from "./contained-conformance-invariants.ts";
import {
  and,
  anyOf,
  atMostOne,
  bothOrNeither,
  countOf,
  distinctBelow,
  eitherOf,
  every,
  type Invariants,
  inOrder,
  is,
  isCoded,
  needs,
  nodesAt,
  noneOf,
  not,
  notBoth,
  or,
  type Rule,
} from "./contained-rules.ts";
import { isNode } from "./issue.ts";

export interface ContainedInvariant {
  readonly key: string;
  readonly rule: Rule;
  /** What was expected. */
  readonly message: string;
}

const UCUM = "http://unitsofmeasure.org";
const CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical";
const VERIFICATION = "http://terminology.hl7.org/CodeSystem/condition-ver-status";
const ALLERGY_VERIFICATION = "http://terminology.hl7.org/CodeSystem/allergyintolerance-verification";

const isAllergyInError = isCoded("verificationStatus", ALLERGY_VERIFICATION, "entered-in-error");
const isConditionInError = isCoded("verificationStatus", VERIFICATION, "entered-in-error");

const isPercentage: Rule = ({ low, high }) =>
  [low, high].every((end) => !isNode(end) || (end.code === "%" && end.system === UCUM));

const ANSWERED_BY_SET = [
  "choice",
  "open-choice",
  "decimal",
  "integer",
  "date",
  "dateTime",
  "time",
  "string",
  "quantity",
];
const OF_A_LENGTH = ["boolean", "decimal", "integer", "string", "text", "url", "open-choice"];

/** Of all other types. */
const OTHERS: Invariants = {
  AllergyIntolerance: {
    "ait-1": [or(isAllergyInError, anyOf("clinicalStatus")), "a clinicalStatus, unless entered in error."],
    "ait-2": [or(not(isAllergyInError), noneOf("clinicalStatus")), "no clinicalStatus of what was entered in error."],
  },
  Appointment: {
    "app-2": [bothOrNeither("start", "end"), "start and end come together."],
    "app-3": [
      or(and(anyOf("start"), anyOf("end")), is("status", "proposed", "cancelled", "waitlist")),
      "a start and an end, unless proposed, cancelled or on the waiting list.",
    ],
    "app-4": [
      or(noneOf("cancelationReason"), is("status", "noshow", "cancelled")),
      "a cancelationReason of what was cancelled alone.",
    ],
  },
  "Appointment.participant": { "app-1": [anyOf("type", "actor"), "a type or an actor."] },
  AppointmentResponse: { "apr-1": [anyOf("participantType", "actor"), "a participantType or an actor."] },
  "CarePlan.activity": { "cpl-3": [notBoth("detail", "reference"), "either detail or reference, not both."] },
  "Composition.section": {
    "cmp-1": [anyOf("text", "entry", "section"), "text, entries or sections."],
    "cmp-2": [notBoth("emptyReason", "entry"), "an emptyReason where there is no entry."],
  },
  Condition: {
    "con-4": [
      or(noneOf("abatement[x]"), isCoded("clinicalStatus", CLINICAL, "resolved", "remission", "inactive")),
      "a clinicalStatus of inactive, resolved or remission of what has abated.",
    ],
    "con-5": [or(not(isConditionInError), noneOf("clinicalStatus")), "no clinicalStatus of what was entered in error."],
  },
  "Condition.stage": { "con-1": [anyOf("summary", "assessment"), "a summary or an assessment."] },
  "Condition.evidence": { "con-2": [anyOf("code", "detail"), "a code or a detail."] },
  "CoverageEligibilityResponse.insurance.item": {
    "ces-1": [eitherOf("category", "productOrService"), "either category or productOrService, not both."],
  },
  FamilyMemberHistory: {
    "fhs-1": [notBoth("age[x]", "born[x]"), "either age or born, not both."],
    "fhs-2": [needs("estimatedAge", "age[x]"), "an age where one is estimated."],
  },
  "Goal.target": { "gol-1": [needs("detail[x]", "measure"), "a measure where there is a detail."] },
  Group: { "grp-1": [or(noneOf("member"), is("actual", true)), "members of an actual group alone."] },
  "Immunization.education": { "imm-1": [anyOf("documentType", "reference"), "a documentType or a reference."] },
  "ImmunizationRecommendation.recommendation": {
    "imr-1": [anyOf("vaccineCode", "targetDisease"), "a vaccineCode or a targetDisease."],
  },
  InsurancePlan: { "ipn-1": [anyOf("identifier", "name"), "an identifier or a name."] },
  Linkage: { "lnk-1": [(linkage) => nodesAt(linkage, "item").length > 1, "two items or more."] },
  List: {
    "lst-1": [notBoth("emptyReason", "entry"), "an emptyReason where there is no entry."],
    "lst-2": [or(is("mode", "changes"), every("entry", noneOf("deleted"))), "deleted in a list of changes alone."],
    "lst-3": [or(is("mode", "working"), every("entry", noneOf("date"))), "a date in a working list alone."],
  },
  Measure: {
    "mea-1": [
      every("group.stratifier", (each) => anyOf("code", "description", "criteria")(each) !== anyOf("component")(each)),
      "a stratifier of its own criteria or of components, not both.",
    ],
  },
  MeasureReport: {
    "mrp-1": [or(not(is("type", "data-collection")), noneOf("group")), "no groups of a data collection."],
    "mrp-2": [
      every("group.stratifier.stratum", eitherOf("value", "component")),
      "a stratum of a value or of components, not both.",
    ],
  },
  "MedicationAdministration.dosage": { "mad-1": [anyOf("dose", "rate[x]"), "a dose or a rate."] },
  MedicationDispense: { "mdd-1": [inOrder("whenPrepared", "whenHandedOver"), "handed over after it was prepared."] },
  MolecularSequence: { "msq-3": [is("coordinateSystem", 0, 1), "a coordinateSystem of 0 or 1."] },
  "MolecularSequence.referenceSeq": {
    "msq-5": [bothOrNeither("chromosome", "genomeBuild"), "chromosome and genomeBuild come together."],
    "msq-6": [
      (each) => countOf(each, ["genomeBuild", "referenceSeqId", "referenceSeqPointer", "referenceSeqString"]) === 1,
      "one of genomeBuild, referenceSeqId, referenceSeqPointer and referenceSeqString.",
    ],
  },
  Questionnaire: { "que-2": [distinctBelow("item", "linkId"), "each linkId once."] },
  "Questionnaire.item": {
    "que-1": [
      and(or(not(is("type", "group")), anyOf("item")), or(not(is("type", "display")), noneOf("item"))),
      "items in a group, and none in a display.",
    ],
    "que-3": [or(not(is("type", "display")), noneOf("code")), "no code of a display."],
    "que-4": [notBoth("answerOption", "answerValueSet"), "either answerOption or answerValueSet, not both."],
    "que-5": [
      or(is("type", ...ANSWERED_BY_SET), noneOf("answerOption", "answerValueSet")),
      "options of a type that has some alone.",
    ],
    "que-6": [
      or(not(is("type", "display")), noneOf("required", "repeats")),
      "a display neither required nor repeated.",
    ],
    "que-8": [or(not(is("type", "group", "display")), noneOf("initial")), "no initial of a group or a display."],
    "que-9": [or(not(is("type", "display")), noneOf("readOnly")), "no readOnly of a display."],
    "que-10": [or(is("type", ...OF_A_LENGTH), noneOf("maxLength")), "a maxLength of a simple question alone."],
    "que-11": [notBoth("answerOption", "initial"), "either answerOption or initial, not both."],
    "que-12": [
      or((item) => countOf(item, ["enableWhen"]) <= 2, anyOf("enableBehavior")),
      "an enableBehavior where there are several enableWhen.",
    ],
    "que-13": [or(is("repeats", true), atMostOne("initial")), "one initial, unless it repeats."],
  },
  "Questionnaire.item.enableWhen": {
    "que-7": [
      or(not(is("operator", "exists")), anyOf("answerBoolean")),
      "a boolean answer where the operator is exists.",
    ],
  },
  "QuestionnaireResponse.item": { "qrs-1": [notBoth("answer", "item"), "items within answers, or without one."] },
  "RequestGroup.action": { "rqg-1": [eitherOf("resource", "action"), "either resource or action, not both."] },
  "RiskAssessment.prediction": {
    "ras-1": [every("probabilityRange", isPercentage), "a percentage, in UCUM."],
    "ras-2": [
      ({ probabilityDecimal: each }) => typeof each !== "number" || each <= 100,
      "a probability of 100 at most.",
    ],
  },
  ServiceRequest: { "prr-1": [needs("orderDetail", "code"), "a code where there is an orderDetail."] },
  Task: { "inv-1": [inOrder("authoredOn", "lastModified"), "modified after it was authored."] },
};

/**
 * Invariants of R4 on the types that are not served and can stand within others, by the path of the element that has them.
 * They are held equal to the official expressions by a test.
 */
export const CONTAINED_INVARIANTS: ReadonlyMap<string, readonly ContainedInvariant[]> = new Map(
  Object.entries({ ...OTHERS, ...CONFORMANCE_INVARIANTS }).map(([path, told]) => [
    path,
    Object.entries(told).map(([key, [rule, message]]) => ({ key, rule, message })),
  ]),
);
