import type { z } from "zod";
import { DCH_EVENT_TYPE, NHS_NUMBER } from "#profiles/systems.ts";
import { isPersonalNumber, toLocalId } from "../datatypes/local-id.ts";
import { isNhsNumber, normaliseNhsNumber } from "../datatypes/nhs-number.ts";
import type { FieldIssue } from "../mapper.ts";
import { type ChildHealthEvent, eventOf, SERVED_EVENTS } from "./events.ts";
import { entriesOf, idOfReference, logicalIdOf, type Message, type MessageEntry } from "./message.ts";
import type { ChildHealthMessage } from "./record.ts";
import type { messageHeader } from "./resources.ts";

export type Header = z.infer<typeof messageHeader>;
type Served = Exclude<ChildHealthEvent, { content: "refused" }>;

const MESSAGE_EVENT_TYPE = "https://fhir.nhs.uk/STU3/StructureDefinition/Extension-DCH-MessageEventType-1";

/** The event and what is to be done with it, or why the message is refused. */
export function readEvent(
  header: Header,
  issues: FieldIssue[],
): { readonly event: Served; readonly action: ChildHealthMessage["action"] } | undefined {
  const code = header.event.code.trim();
  if (header.event.system?.trim() !== DCH_EVENT_TYPE) {
    issues.push(error("MessageHeader.event.system", `expected ${DCH_EVENT_TYPE}`));
    return undefined;
  }
  const event = eventOf(code);
  if (event === undefined || event.content === "refused") {
    issues.push(error("MessageHeader.event.code", toRefusal(code, event)));
    return undefined;
  }
  const action = header.extension
    ?.find(({ url }) => url === MESSAGE_EVENT_TYPE)
    ?.valueCodeableConcept?.coding?.[0]?.code?.trim();
  if (action === "new" || action === "update" || action === "delete") return { event, action };
  issues.push(error("MessageHeader.extension", "expected new, update or delete (Extension-DCH-MessageEventType-1)"));
  return undefined;
}

function toRefusal(code: string, event: ChildHealthEvent | undefined): string {
  if (event?.content === "refused") {
    return `${code} (${event.name}) holds ${event.holds}, which this gateway does not serve`;
  }
  return `expected an event of DCH-ChildHealthEventType-1 that is served: ${SERVED_EVENTS.join(", ")}`;
}

/**
 * What the message calls what it tells: the Encounter's logical id, which its update and deletion keep, and the event,
 * since messages of several events tell of one Encounter. One that brings no Encounter names it as its focus, or else
 * the Bundle.
 */
export function recordIdOf(message: Message, header: Header, contact: MessageEntry | undefined): string | undefined {
  const id =
    contact === undefined
      ? (idOfReference(header.focus?.[0]?.reference?.trim()) ?? contextOf(message) ?? message.id)
      : logicalIdOf(contact);
  if (id === undefined || id.trim() === "") return undefined;
  return `${isPersonalNumber(id) ? toLocalId([id]) : id.trim()}/${header.event.code.trim()}`;
}

/** The Encounter that the content itself names. */
function contextOf(message: Message): string | undefined {
  for (const { resource } of message.entries) {
    const { context } = resource;
    const reference =
      typeof context === "object" && context !== null && "reference" in context ? context.reference : undefined;
    const id = typeof reference === "string" ? idOfReference(reference.trim()) : undefined;
    if (id !== undefined) return id;
  }
  return undefined;
}

/** When the change was made, by which messages are put in order: of the header, else of the Bundle, else when it was sent. */
export function writtenAtOf(message: Message, header: Header): number | undefined {
  for (const told of [header.meta?.lastUpdated, message.lastUpdated, header.timestamp]) {
    const at = told === undefined ? Number.NaN : Date.parse(told);
    if (told !== undefined && /T.*(Z|[+-][0-9]{2}:[0-9]{2})$/.test(told.trim()) && Number.isFinite(at)) return at;
  }
  return undefined;
}

/** The NHS number that a header repeats for routing; the only one of a deletion that brings no Patient. */
export function routingNumberOf(header: Header): string | undefined {
  const text = JSON.stringify(header.extension ?? []);
  if (!text.includes(NHS_NUMBER)) return undefined;
  const found = /"value":"([0-9 ]{10,12})"/.exec(text)?.[1];
  return found !== undefined && isNhsNumber(found) ? normaliseNhsNumber(found) : undefined;
}

export function hasNoPatient(message: Message): boolean {
  return entriesOf(message, "Patient").length === 0;
}

function error(field: string, message: string): FieldIssue {
  return { severity: "error", field, message };
}
