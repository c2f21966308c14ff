import type { z } from "zod";
import { DCH_EVENT_TYPE, ODS_ORGANIZATION } from "#profiles/systems.ts";
import type { FieldIssue, Parsed } from "../mapper.ts";
import {
  entriesOf,
  logicalIdOf,
  type Message,
  type MessageEntry,
  parseMessage,
  resolveReference,
  uuidOf,
} from "./message.ts";
import { toElementsNotCarried } from "./not-carried.ts";
import { readChild } from "./read-child.ts";
import { readItems } from "./read-items.ts";
import { readSecurity } from "./read-security.ts";
import type { EarlyYearsProgress, ProgressCheck } from "./record.ts";
import {
  encounter,
  messageHeader,
  organization,
  patient,
  questionnaireResponse,
  type Stu3Encounter,
  type Stu3QuestionnaireResponse,
} from "./resources.ts";
import { isXmlElement, toJsonForm } from "./xml-form.ts";

const EARLY_YEARS_PROGRESS = "CH010";
const MESSAGE_EVENT_TYPE = "https://fhir.nhs.uk/STU3/StructureDefinition/Extension-DCH-MessageEventType-1";

type Header = z.infer<typeof messageHeader>;

/** What the readers below share: they go on after an error, so that one look finds everything wrong with a message. */
interface Reading {
  readonly message: Message;
  readonly issues: FieldIssue[];
  readonly notCarried: Set<string>;
}

/** Reads an Early Years Progress message, in JSON or as the root element of XML; any other event is refused by its code. */
export function parseEarlyYearsProgress(raw: unknown): Parsed<EarlyYearsProgress> {
  const framed = parseMessage(isXmlElement(raw) ? toJsonForm(raw) : raw);
  if (!framed.ok) return framed;
  const { message } = framed;
  const reading: Reading = { message, issues: [], notCarried: new Set(toElementsNotCarried(message)) };
  const header = readOne(reading, "MessageHeader", messageHeader)?.value;
  if (header === undefined) return { ok: false, issues: reading.issues };
  const event = readEvent(header, reading);
  if (event === undefined) return { ok: false, issues: reading.issues };
  const person = readOne(reading, "Patient", patient);
  const child =
    person === undefined ? undefined : readChild(person.value, logicalIdOf(person.entry) ?? "", reading.notCarried);
  const check = event === "delete" ? undefined : readCheck(header, person?.entry, reading);
  const recordId = recordIdOf(message, header);
  if (recordId === undefined) {
    reading.issues.push(error("Encounter.id", "expected a logical id, or a full URL that is a UUID (DCH-Bundle-1)"));
  }
  if (child === undefined || recordId === undefined || reading.issues.length > 0) {
    return { ok: false, issues: reading.issues };
  }
  return {
    ok: true,
    record: {
      event,
      recordId,
      child,
      ...(check === undefined ? {} : { check }),
      notCarried: event === "delete" ? [] : [...reading.notCarried].sort(),
    },
    warnings: [],
  };
}

function readEvent(header: Header, { issues }: Reading): EarlyYearsProgress["event"] | undefined {
  const { system, code } = header.event;
  if (system !== DCH_EVENT_TYPE) {
    issues.push(error("MessageHeader.event.system", `expected ${DCH_EVENT_TYPE}`));
    return undefined;
  }
  if (code !== EARLY_YEARS_PROGRESS) {
    const named = /^CH[0-9]{3}$/.test(code) ? `event ${code}` : "this event";
    issues.push(
      error(
        "MessageHeader.event.code",
        `${named} is not served yet: expected CH010, Early Years Progress (DCH-ChildHealthEventType-1)`,
      ),
    );
    return undefined;
  }
  const type = header.extension?.find(({ url }) => url === MESSAGE_EVENT_TYPE)?.valueCodeableConcept?.coding?.[0]?.code;
  if (type === "new" || type === "update" || type === "delete") return type;
  issues.push(error("MessageHeader.extension", "expected new, update or delete (Extension-DCH-MessageEventType-1)"));
  return undefined;
}

function readCheck(header: Header, child: MessageEntry | undefined, reading: Reading): ProgressCheck | undefined {
  const contact = readOne(reading, "Encounter", encounter);
  const answers = readOne(reading, "QuestionnaireResponse", questionnaireResponse);
  if (contact === undefined || answers === undefined) return undefined;
  checkReference(reading, `${contact.entry.path}.subject`, contact.value.subject?.reference, child);
  checkReference(reading, `${answers.entry.path}.subject`, answers.value.subject?.reference, child);
  checkReference(reading, `${answers.entry.path}.context`, answers.value.context?.reference, contact.entry);
  const provider = readProvider(header, contact.value, reading);
  return {
    status: statusOf(contact.value, answers.value),
    start: contact.value.period.start,
    security: readSecurity("QuestionnaireResponse", answers.value.meta?.security, reading.notCarried),
    ...readItems(answers.value.item ?? [], answers.entry.path, reading),
    ...(provider === undefined ? {} : { organization: provider }),
  };
}

/** The one resource of a type; none, or more than one, is an error, and so is one that is not as its profile wants it. */
function readOne<Schema extends z.ZodType>(
  { message, issues }: Reading,
  type: string,
  schema: Schema,
): { readonly entry: MessageEntry; readonly value: z.infer<Schema> } | undefined {
  const [entry, ...others] = entriesOf(message, type);
  if (entry === undefined || others.length > 0) {
    issues.push(error(type, `expected exactly one ${type} in the message (DCH-Bundle-1)`));
    return undefined;
  }
  const parsed = schema.safeParse(entry.resource);
  if (parsed.success) return { entry, value: parsed.data };
  for (const issue of parsed.error.issues) issues.push(error(toPath(entry.path, issue.path), issue.message));
  return undefined;
}

/** A reference, if there is one, must mean the resource it is about: a text about one child never becomes another's. */
function checkReference(
  { message, issues }: Reading,
  path: string,
  reference: string | undefined,
  expected: MessageEntry | undefined,
): void {
  if (reference === undefined || expected === undefined) return;
  if (resolveReference(message, reference) !== expected) {
    issues.push(
      error(`${path}.reference`, `expected a reference to the ${expected.resource.resourceType} of the message`),
    );
  }
}

/** Who carried out the check: the provider of the encounter, else who answers for the message. */
function readProvider(header: Header, contact: Stu3Encounter, reading: Reading): ProgressCheck["organization"] {
  const { message, notCarried } = reading;
  const entry =
    resolveReference(message, contact.serviceProvider?.reference) ??
    resolveReference(message, header.responsible?.reference);
  const others = entriesOf(message, "Organization").filter((other) => other !== entry);
  if (others.length > 0) notCarried.add("Organization");
  const parsed = organization.safeParse(entry?.resource);
  const identifiers = parsed.data?.identifier ?? [];
  const odsCode = identifiers.find(({ system }) => system === ODS_ORGANIZATION)?.value;
  if (parsed.data === undefined || odsCode === undefined) {
    if (entry !== undefined) notCarried.add("Organization");
    return undefined;
  }
  if (identifiers.length > 1) notCarried.add("Organization.identifier");
  const { name } = parsed.data;
  return { odsCode: odsCode.toUpperCase(), ...(name === undefined ? {} : { name }) };
}

function statusOf(contact: Stu3Encounter, answers: Stu3QuestionnaireResponse): ProgressCheck["status"] {
  if (contact.status === "entered-in-error") return "entered-in-error";
  switch (answers.status) {
    case "completed":
      return "final";
    case "amended":
    case "entered-in-error":
      return answers.status;
    case "in-progress":
    case "stopped":
      return "preliminary";
  }
}

/** The Encounter's logical id; a deletion that brings no Encounter names it as its focus, or else itself. */
function recordIdOf(message: Message, header: Header): string | undefined {
  const [contact] = entriesOf(message, "Encounter");
  if (contact !== undefined) return logicalIdOf(contact);
  const focus = header.focus?.[0]?.reference;
  return uuidOf(focus) ?? /^Encounter\/([A-Za-z0-9.-]{1,64})$/.exec(focus ?? "")?.[1] ?? message.id;
}

function error(field: string, message: string): FieldIssue {
  return { severity: "error", field, message };
}

/** `Bundle.entry[3].resource` and `["identifier", 0, "value"]` make `Bundle.entry[3].resource.identifier[0].value`. */
function toPath(start: string, path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (found, step) => (typeof step === "number" ? `${found}[${step}]` : `${found}.${String(step)}`),
    start,
  );
}
