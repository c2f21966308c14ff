import type { z } from "zod";
import { ODS_ORGANIZATION } from "#profiles/systems.ts";
import type { FieldIssue, Parsed } from "../mapper.ts";
import { entriesOf, type Message, type MessageEntry, parseMessage, resolveReference } from "./message.ts";
import { toElementsNotCarried } from "./not-carried.ts";
import { readChild } from "./read-child.ts";
import { CONTENT, MODIFIERS, readFindings } from "./read-findings.ts";
import { type Header, hasNoPatient, readEvent, recordIdOf, routingNumberOf, writtenAtOf } from "./read-header.ts";
import { readProgress } from "./read-progress.ts";
import { isNode, type Reading } from "./reading.ts";
import type { ChildHealthMessage, MessageChild, Provider } from "./record.ts";
import { encounter, messageHeader, organization, patient, questionnaireResponse } from "./resources.ts";
import { withhold } from "./withhold.ts";

/** What the readers below share. */
interface Told {
  readonly message: Message;
  readonly reading: Reading;
  readonly header: Header;
}

interface Contact {
  readonly entry: MessageEntry | undefined;
  readonly start: string | undefined;
  readonly isInError: boolean;
  readonly provider: string | undefined;
}

/** Reads a message of Digital Child Health, in JSON or as the root element of XML; an event that is not served is refused by its code. */
export function parseChildHealthMessage(raw: unknown): Parsed<ChildHealthMessage> {
  const framed = parseMessage(withhold(raw).kept);
  if (!framed.ok) return framed;
  const { message } = framed;
  const reading: Reading = { issues: [], warnings: [], notCarried: new Set() };
  const header = readOne(reading, message, "MessageHeader", messageHeader)?.value;
  if (header === undefined) return { ok: false, issues: reading.issues };
  const told = { message, reading, header };
  const served = readEvent(header, reading.issues);
  if (served === undefined) return { ok: false, issues: reading.issues };
  const { event, action } = served;
  const person = action === "delete" && hasNoPatient(message) ? undefined : readPerson(told);
  const contact = readContact(told, person?.entry);
  const recordId = recordIdOf(message, header, contact.entry);
  if (recordId === undefined) {
    reading.issues.push(error("Encounter.id", "expected a logical id, or a full URL that is a UUID (DCH-Bundle-1)"));
  }
  const child = person?.child ?? (recordId === undefined ? undefined : childOfHeader(header, recordId));
  const provider = action === "delete" ? undefined : readProvider(told, contact);
  const content = action === "delete" ? { findings: [] } : readContent(told, event, { contact, child: person?.entry });
  if (child === undefined || recordId === undefined || reading.issues.length > 0) {
    return { ok: false, issues: reading.issues };
  }
  const writtenAt = writtenAtOf(message, header);
  const hasContent = content.findings.length > 0 || content.check !== undefined;
  return {
    ok: true,
    record: {
      action,
      event: header.event.code.trim(),
      recordId,
      ...(writtenAt === undefined ? {} : { writtenAt }),
      child,
      ...(provider === undefined || !hasContent ? {} : { organization: provider }),
      ...content,
      notCarried:
        action === "delete"
          ? []
          : namesNotCarried(told, { event: event.content, hasContent, contact, findings: content.findings }),
    },
    warnings: reading.warnings,
  };
}

/** Of a deletion that brings no Patient, what the header tells for routing. */
function childOfHeader(header: Header, recordId: string): MessageChild {
  const nhsNumber = routingNumberOf(header);
  return {
    localId: nhsNumber ?? recordId,
    ...(nhsNumber === undefined ? {} : { nhsNumber }),
    names: [],
    addresses: [],
    telecom: [],
    extension: [],
    security: [],
  };
}

function readPerson(told: Told): { readonly child: MessageChild; readonly entry: MessageEntry } | undefined {
  const person = readOne(told.reading, told.message, "Patient", patient);
  if (person === undefined) return undefined;
  return { child: readChild(person.value, person.entry, told.reading), entry: person.entry };
}

/** The Encounter of the message; a message without one is read all the same, one with several is not. */
function readContact(told: Told, child: MessageEntry | undefined): Contact {
  const { message, reading } = told;
  const none = { entry: undefined, start: undefined, isInError: false, provider: undefined };
  if (entriesOf(message, "Encounter").length === 0) return none;
  const contact = readOne(reading, message, "Encounter", encounter);
  if (contact === undefined) return none;
  checkReference(told, `${contact.entry.path}.subject`, contact.value.subject?.reference, child);
  const status = contact.value.status?.trim();
  if (status === "planned" || status === "cancelled") {
    reading.issues.push(
      error(`${contact.entry.path}.status`, "nothing can be found at an Encounter that did not take place"),
    );
  }
  const start = contact.value.period?.start?.trim();
  const born = child?.resource.birthDate;
  if (start !== undefined && typeof born === "string" && start.slice(0, 10) < born.trim().slice(0, 10)) {
    const field = `${contact.entry.path}.period.start`;
    reading.warnings.push({
      severity: "warning",
      field,
      message: "before the child's date of birth; carried as it came",
    });
  }
  return {
    entry: contact.entry,
    start,
    isInError: status === "entered-in-error",
    provider: contact.value.serviceProvider?.reference,
  };
}

type Content = Pick<ChildHealthMessage, "findings" | "check">;

function readContent(
  told: Told,
  event: NonNullable<ReturnType<typeof readEvent>>["event"],
  { contact, child }: { readonly contact: Contact; readonly child: MessageEntry | undefined },
): Content {
  const { message, reading } = told;
  if (event.content === "findings") {
    const { start, isInError, entry } = contact;
    const { topic } = event;
    const issued = topic === "blood-spot" ? issuedOf(message) : undefined;
    const reported = reportedOf(message);
    const surroundings = { message, reading, topic, child, encounter: entry, start, isInError, issued, reported };
    return { findings: readFindings(surroundings) };
  }
  if (event.content === "person") return { findings: [] };
  const answers = readOne(reading, message, "QuestionnaireResponse", questionnaireResponse);
  if (answers === undefined) return { findings: [] };
  const { path } = answers.entry;
  checkReference(told, `${path}.subject`, answers.value.subject?.reference, child);
  checkReference(told, `${path}.context`, answers.value.context?.reference, contact.entry);
  const check = readProgress({ reading, path, name: "QuestionnaireResponse" }, answers.value, contact);
  return { findings: [], ...(check === undefined ? {} : { check }) };
}

/** What is final in itself is not more so than the report that it stands in: the status of the least final one. */
function reportedOf(message: Message): ReportedStatus | undefined {
  const told = new Set(entriesOf(message, "DiagnosticReport").map(({ resource }) => resource.status));
  return REPORTED.find(([status]) => told.has(status))?.[1];
}

/** diagnostic-report-status of STU3, the gravest first. */
const REPORTED: readonly (readonly [string, ReportedStatus])[] = [
  ["entered-in-error", "entered-in-error"],
  ["cancelled", "cancelled"],
  ["unknown", "unknown"],
  ["registered", "preliminary"],
  ["partial", "preliminary"],
  ["preliminary", "preliminary"],
  ["corrected", "corrected"],
  ["amended", "amended"],
  ["appended", "amended"],
];

type ReportedStatus = "entered-in-error" | "cancelled" | "unknown" | "preliminary" | "corrected" | "amended";

/** When the report of a blood spot test was issued. */
function issuedOf(message: Message): string | undefined {
  const [report] = entriesOf(message, "DiagnosticReport");
  const issued = report?.resource.issued;
  const isInstant =
    typeof issued === "string" && /^[0-9]{4}-[0-9]{2}-[0-9]{2}T.*(Z|[+-][0-9]{2}:[0-9]{2})$/.test(issued.trim());
  return isInstant && Number.isFinite(Date.parse(issued)) ? issued.trim() : undefined;
}

/** The one resource of a type; none, or more than one, is an error, and so is one that is not as its profile wants it. */
function readOne<Schema extends z.ZodType>(
  { issues }: Reading,
  message: Message,
  type: string,
  schema: Schema,
): { readonly entry: MessageEntry; readonly value: z.infer<Schema> } | undefined {
  const [entry, ...others] = entriesOf(message, type);
  if (entry === undefined || others.length > 0) {
    issues.push(error(type, `expected exactly one ${type} in the message (DCH-Bundle-1)`));
    return undefined;
  }
  for (const modifier of MODIFIERS) {
    if (entry.resource[modifier] !== undefined) {
      issues.push(
        error(`${entry.path}.${modifier}`, "may change what the resource says, and is not known here (FHIR STU3)"),
      );
    }
  }
  const parsed = schema.safeParse(entry.resource);
  if (parsed.success) return { entry, value: parsed.data };
  for (const issue of parsed.error.issues) issues.push(error(toPath(entry.path, issue.path), issue.message));
  return undefined;
}

/** A reference, if there is one, must mean the resource it is about: a text about one child never becomes another's. */
function checkReference(
  { message, reading }: Told,
  path: string,
  reference: string | undefined,
  expected: MessageEntry | undefined,
): void {
  if (reference === undefined || expected === undefined) return;
  if (resolveReference(message, reference.trim()) !== expected) {
    const { resourceType } = expected.resource;
    reading.issues.push(error(`${path}.reference`, `expected a reference to the ${resourceType} of the message`));
  }
}

/** Who carried it out: the provider of the encounter, else who answers for the message. */
function readProvider({ message, header, reading }: Told, contact: Contact): Provider | undefined {
  const { notCarried } = reading;
  const named = resolveReference(message, contact.provider?.trim(), contact.entry);
  if (named?.resource.resourceType !== "HealthcareService" && entriesOf(message, "HealthcareService").length > 0) {
    notCarried.add("HealthcareService.providedBy");
  }
  const entry =
    organizationOf(message, named) ??
    organizationOf(message, resolveReference(message, header.responsible?.reference?.trim()));
  const others = message.entries.filter((other) => other.resource.resourceType === "Organization" && other !== entry);
  if (others.length > 0) notCarried.add("Organization");
  const parsed = organization.safeParse(entry?.resource.resourceType === "Organization" ? entry.resource : undefined);
  const identifiers = parsed.data?.identifier ?? [];
  const odsCode = identifiers.find(({ system }) => system?.trim() === ODS_ORGANIZATION)?.value?.trim();
  if (parsed.data === undefined || odsCode === undefined || !/^[A-Za-z0-9]{1,12}$/.test(odsCode)) {
    if (entry !== undefined) notCarried.add("Organization");
    return undefined;
  }
  if (identifiers.length > 1) notCarried.add("Organization.identifier");
  const name = parsed.data.name?.trim();
  return { odsCode: odsCode.toUpperCase(), ...(name === undefined || name === "" ? {} : { name }) };
}

/** Published messages name the service as the provider, which an organisation provides. */
function organizationOf(message: Message, entry: MessageEntry | undefined): MessageEntry | undefined {
  if (entry?.resource.resourceType !== "HealthcareService") {
    return entry?.resource.resourceType === "Organization" ? entry : undefined;
  }
  const { providedBy } = entry.resource;
  const reference = isNode(providedBy) ? providedBy.reference : undefined;
  const provider = resolveReference(message, typeof reference === "string" ? reference.trim() : undefined, entry);
  return provider?.resource.resourceType === "Organization" ? provider : undefined;
}

/** What went nowhere: by the table for resources that it knows, and what the readers named on their way. */
function namesNotCarried(
  { message, reading }: Told,
  told: {
    readonly event: string;
    readonly hasContent: boolean;
    readonly contact: Contact;
    readonly findings: ChildHealthMessage["findings"];
  },
): string[] {
  const isRead = ({ resource }: MessageEntry): boolean =>
    told.event === "findings" && CONTENT.has(resource.resourceType);
  const names = new Set([
    ...reading.notCarried,
    ...toElementsNotCarried(message.entries.filter((entry) => !isRead(entry))),
  ]);
  const isStartUsed =
    told.event === "progress" || told.findings.some(({ found }) => found.effectiveDateTime === told.contact.start);
  if (!isStartUsed && told.contact.start !== undefined) names.add("Encounter.period.start");
  if (!told.hasContent) {
    for (const { resource } of message.entries) {
      if (resource.resourceType === "Organization") names.add("Organization");
      if (resource.resourceType === "Encounter") names.add("Encounter");
    }
  }
  return [...names].sort();
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
