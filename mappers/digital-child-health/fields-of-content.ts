import type { FieldRow } from "../mapper.ts";
import { fieldsOf, mapped, unmapped } from "./field-rows.ts";
import { QUESTION_NAMES } from "./questions.ts";

const PERSON = "a member of staff; the organisation is the performer";
const SUBJECT = "must be the Patient of the message";
const CONTEXT = "must be the Encounter of the message, which the identifier names: no Encounter is held";

const slots = (type: string, rows: readonly FieldRow[]): FieldRow[] =>
  rows.map((row) => ({ ...row, slots: [`${type}/{id}`] }));

const common = (type: string): FieldRow[] => [
  mapped(`${type}.meta.security`, "Observation.meta.security", "v3-Confidentiality, under R4's URL"),
  mapped(`${type}.identifier`, "Observation.identifier", "system and value, beside the identifier of the record"),
  mapped(`${type}.subject.reference`, "Observation.subject", SUBJECT),
  mapped(`${type}.context.reference`, "Observation.identifier", CONTEXT),
];

const DISPLAY = "the display of the code system where it is known; another that came is not carried";

/** Elements of Observation, one row a type of value. */
const OBSERVATION: readonly FieldRow[] = slots("Observation", [
  ...common("Observation"),
  mapped("Observation.status", "Observation.status"),
  mapped("Observation.category", "Observation.category", "under R4's URL; survey, exam and so on where none came"),
  mapped(
    "Observation.code",
    "Observation.code",
    `${DISPLAY}; growth: exactly the LOINC code of UK Core, a former one as an extension`,
  ),
  mapped("Observation.effectiveDateTime", "Observation.effective"),
  mapped("Observation.effectivePeriod", "Observation.effective"),
  mapped("Observation.issued", "Observation.issued"),
  mapped("Observation.valueQuantity", "Observation.value", "growth in kilogram or centimeter; scores in {score}"),
  mapped("Observation.valueCodeableConcept", "Observation.value", DISPLAY),
  ...["String", "Boolean", "Integer", "Range", "Ratio", "SampledData", "Time", "DateTime", "Period"].map((type) =>
    mapped(`Observation.value${type}`, "Observation.value"),
  ),
  mapped("Observation.dataAbsentReason", "Observation.dataAbsentReason", "under R4's URL; five codes have a new name"),
  mapped("Observation.interpretation", "Observation.interpretation", "under R4's URL"),
  mapped("Observation.comment", "Observation.note.text"),
  ...fieldsOf("Observation", "Observation", ["bodySite", "method", "referenceRange"]),
  mapped(
    "Observation.related.type",
    "Observation.hasMember",
    "has-member; derived-from of a group without a value too",
  ),
  mapped(
    "Observation.related.target.reference",
    "Observation.hasMember | Observation.derivedFrom",
    "an Observation of the message",
  ),
  ...fieldsOf("Observation", "Observation", ["component"]),
  unmapped("Observation.performer", PERSON),
  unmapped("Observation.valueAttachment", "R4 has no attachment as a value; documents are not taken in"),
  unmapped("Observation.related.target.display", "the Observation has its own name"),
  unmapped("Observation.basedOn", "no request is held"),
  unmapped("Observation.specimen", "no specimen is held"),
  unmapped("Observation.device", "no device is held"),
  unmapped("Observation.text", "the narrative repeats the elements"),
  unmapped("Observation.extension", "extensions that are not known"),
]);

const PROCEDURE: readonly FieldRow[] = slots("Procedure", [
  ...common("Procedure"),
  mapped(
    "Procedure.status",
    "Observation.status | Observation.dataAbsentReason",
    "completed is final, in-progress preliminary, aborted cancelled; no value of what was not completed",
  ),
  mapped("Procedure.code", "Observation.code | Observation.value", "the value where there is no outcome"),
  mapped("Procedure.performedDateTime", "Observation.effective"),
  mapped("Procedure.performedPeriod", "Observation.effective"),
  mapped("Procedure.outcome", "Observation.value", "of a physical examination it tells the part of the body"),
  mapped("Procedure.notDone", "Observation.dataAbsentReason", "not performed; an outcome beside it is not carried"),
  mapped("Procedure.notDoneReason", "Observation.dataAbsentReason"),
  mapped("Procedure.bodySite", "Observation.bodySite", "the first"),
  mapped("Procedure.note.text", "Observation.note.text"),
  unmapped("Procedure.performer", PERSON),
  unmapped("Procedure.subject.display", "would repeat the child's name"),
]);

const CONDITION: readonly FieldRow[] = slots("Condition", [
  ...common("Condition"),
  mapped("Condition.verificationStatus", "Observation.status", "final where none came; a refuted one makes nothing"),
  mapped(
    "Condition.code",
    "Observation.code | Observation.value",
    "the value where there is no stage; the profile tells an attempted delivery and problems of delivery or child",
  ),
  mapped("Condition.assertedDate", "Observation.effective"),
  mapped("Condition.onsetDateTime", "Observation.component", "when it was achieved or noticed first"),
  mapped(
    "Condition.stage.summary",
    "Observation.value | Observation.dataAbsentReason",
    "whether a developmental skill is achieved",
  ),
  mapped("Condition.bodySite", "Observation.bodySite", "the first"),
  mapped("Condition.note.text", "Observation.note.text"),
  unmapped("Condition.clinicalStatus", "an observation has no course"),
  unmapped("Condition.asserter", PERSON),
]);

const ANSWERS: readonly FieldRow[] = slots("QuestionnaireResponse", [
  mapped("QuestionnaireResponse.identifier", "Observation.identifier", "system and value"),
  mapped("QuestionnaireResponse.authored", "Observation.effective"),
  mapped(
    "QuestionnaireResponse.item.linkId",
    "Observation.code",
    "feeding status and educational history: our code for the question",
  ),
  mapped(
    "QuestionnaireResponse.item.answer",
    "Observation.value",
    "one Observation an answer; a reference by the organisation's name",
  ),
]);

const QUESTIONS: readonly FieldRow[] = QUESTION_NAMES.map((name) => ({
  ...mapped(`QuestionnaireResponse.item.${name}`, "Observation.value", "an Observation of its own, where answered"),
  slots: [`QuestionnaireResponse/{id}/${name}`],
}));

const OTHERS: readonly FieldRow[] = [
  {
    ...mapped("DiagnosticReport.issued", "Observation.issued", "of a blood spot test"),
    slots: ["Observation/{id}", "Procedure/{id}"],
  },
  {
    ...mapped("DiagnosticReport.status", "Observation.status", "what is final stands no firmer than its report"),
    slots: ["Observation/{id}", "Procedure/{id}"],
  },
  unmapped("ProcedureRequest", "an order, and nothing that was found"),
  unmapped("Communication", "a comment of a member of staff"),
];

/** Every element of the resources that hold what a message is about. */
export const CONTENT_FIELDS: readonly FieldRow[] = [
  ...OBSERVATION,
  ...PROCEDURE,
  ...CONDITION,
  ...ANSWERS,
  ...QUESTIONS,
  ...OTHERS,
];
