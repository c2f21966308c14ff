import { CHILD_HEALTH_FINDING } from "#profiles/systems.ts";
import { toCodeableConcept } from "../datatypes/coding.ts";
import type { Found } from "./finding.ts";
import { type Message, resolveReference } from "./message.ts";
import { questionConceptOf } from "./questions.ts";
import { readDateTime } from "./read-datatypes.ts";
import { FRAME } from "./read-observation.ts";
import { readValue } from "./read-value.ts";
import {
  below,
  each,
  fail,
  leave,
  leaveOthers,
  type Node,
  one,
  type Reader,
  readNode,
  readText,
  type Spot,
} from "./reading.ts";

/** An answer: the question it answers, which of its answers it is, and what it says. */
export interface Answered {
  readonly linkId: string;
  readonly index: number;
  readonly found: Found;
}

type Common = Pick<Found, "status" | "effectiveDateTime">;

export const ANSWERS_STATUSES: ReadonlyMap<string, Found["status"]> = new Map([
  ["in-progress", "preliminary"],
  ["stopped", "preliminary"],
  ["completed", "final"],
  ["amended", "amended"],
  ["entered-in-error", "entered-in-error"],
]);

/** Every answer of a QuestionnaireResponse of STU3 as an Observation of its own; a question without an answer makes none. */
export function readAnswers(spot: Spot, node: Node, message: Message): Answered[] {
  leaveOthers(spot, node, [...FRAME, "status", "authored", "item"]);
  const status = one(spot, node, "status", readStatus);
  if (node.status === undefined) fail(below(spot, "status"), "expected a status of QuestionnaireResponse (FHIR STU3)");
  const authored = one(spot, node, "authored", readDateTime);
  if (status === undefined) return [];
  const common = { status, ...(authored === undefined ? {} : { effectiveDateTime: authored }) };
  return each(spot, node, "item", (at, value) => readItem(at, value, { common, message })).flat();
}

const readStatus: Reader<Found["status"]> = (spot, value) => {
  const text = readText(spot, value);
  return ANSWERS_STATUSES.get(text ?? "") ?? fail(spot, "expected a status of QuestionnaireResponse (FHIR STU3)");
};

function readItem(
  spot: Spot,
  value: unknown,
  told: { readonly common: Common; readonly message: Message },
): Answered[] {
  const node = readNode(spot, value);
  if (node === undefined) return [];
  leaveOthers(spot, node, ["linkId", "text", "answer", "item"]);
  const linkId = one(spot, node, "linkId", readText);
  if (linkId === undefined) {
    fail(below(spot, "linkId"), "expected the linkId of the question (FHIR STU3 QuestionnaireResponse)");
    return [];
  }
  const question = one(spot, node, "text", readText);
  const known = questionConceptOf(linkId);
  if (known !== undefined && question !== undefined) leave(below(spot, "text"));
  const code = known ?? toCodeableConcept(CHILD_HEALTH_FINDING, "questionnaire-answer", question ?? linkId);
  const inside: Answered[] = [];
  const answers = each(spot, node, "answer", (at, answer) => {
    const read = readNode(at, answer);
    if (read === undefined) return undefined;
    inside.push(...each(at, read, "item", (nested, item) => readItem(nested, item, told)).flat());
    return readAnswer(at, read, told.message);
  });
  return [
    ...answers.map((found, index) => ({ linkId, index, found: { ...told.common, code, ...found } })),
    ...inside,
    ...each(spot, node, "item", (nested, item) => readItem(nested, item, told)).flat(),
  ];
}

function readAnswer(spot: Spot, node: Node, message: Message): Partial<Found> | undefined {
  const { value, elements } = readValue(spot, node);
  leaveOthers(spot, node, ["item", "valueReference", ...elements]);
  if (node.valueReference !== undefined) return readOrganizationName(spot, node, message);
  return Object.keys(value).length === 0 ? undefined : value;
}

/** An answer that refers to an organisation is told by its name; one that refers to anything else is not carried. */
function readOrganizationName(spot: Spot, node: Node, message: Message): Partial<Found> | undefined {
  const at = below(spot, "valueReference");
  const reference = one(spot, node, "valueReference", readNode);
  const target = resolveReference(message, typeof reference?.reference === "string" ? reference.reference : undefined);
  const isOrganization = target === undefined || target.resource.resourceType === "Organization";
  const name = typeof target?.resource.name === "string" ? target.resource.name.trim() : undefined;
  const display = typeof reference?.display === "string" ? reference.display.trim() : undefined;
  const said = isOrganization ? name || display : undefined;
  if (said === undefined || said === "") {
    leave(at);
    return undefined;
  }
  return { valueString: said };
}
