/**
 * AuditEvent of what the log holds: https://hl7.org/fhir/R4/auditevent.html, in the shape of IHE's Basic Audit Log
 * Patterns (https://profiles.ihe.net/ITI/BALP/): client and server as agents, the children, the query and the request
 * as entities. What is withheld from a requester, and free text, is not told.
 */
import type { AuditEvent, AuditEventAgent, AuditEventEntity, CodeableConcept, Coding } from "@medplum/fhirtypes";
import { canonical } from "#profiles/canonical.ts";
import { OPERATIONS } from "#profiles/interactions.ts";
import { ACT_REASON } from "#profiles/systems.ts";
import type { AuditRecord, IndexedRecord } from "./audit.ts";

export interface AuditEventContext {
  /** What reports the events: the gateway's own name and place. */
  readonly observer: { readonly display: string; readonly url: string };
  /** The organisation that a registered client acts for; `undefined` for one that is registered no more. */
  readonly organizationOf: (
    client: string,
  ) => { readonly system: string; readonly value: string; readonly name?: string | undefined } | undefined;
}

const EVENT_TYPE = "http://terminology.hl7.org/CodeSystem/audit-event-type";
const RESTFUL_INTERACTION = "http://hl7.org/fhir/restful-interaction";
const DICOM = "http://dicom.nema.org/resources/ontology/DCM";
const PARTICIPATION_TYPE = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType";
const ENTITY_TYPE = "http://terminology.hl7.org/CodeSystem/audit-entity-type";
const OBJECT_ROLE = "http://terminology.hl7.org/CodeSystem/object-role";
const SOURCE_TYPE = "http://terminology.hl7.org/CodeSystem/security-source-type";
const BALP_ENTITY_TYPE = "https://profiles.ihe.net/ITI/BALP/CodeSystem/BasicAuditEntityType";

const REST: Coding = { system: EVENT_TYPE, code: "rest", display: "RESTful Operation" };
const SOURCE_ROLE: Coding = { system: DICOM, code: "110153", display: "Source Role ID" };
const INFORMATION_RECIPIENT: Coding = { system: PARTICIPATION_TYPE, code: "IRCP", display: "information recipient" };
const DESTINATION_ROLE: Coding = { system: DICOM, code: "110152", display: "Destination Role ID" };

interface EventKind {
  readonly type: Coding;
  readonly subtype?: Coding;
  readonly action: NonNullable<AuditEvent["action"]>;
}

function rest(code: string, action: EventKind["action"]): EventKind {
  return { type: REST, subtype: { system: RESTFUL_INTERACTION, code, display: code }, action };
}

const OPERATION = rest("operation", "E");

const LOGIN: EventKind = {
  type: { system: DICOM, code: "110114", display: "User Authentication" },
  subtype: { system: DICOM, code: "110122", display: "Login" },
  action: "E",
};
/** What a steward reads of who two children are said to be, and what is decided on it: no interaction of R4's. */
const READING: EventKind = { type: REST, action: "R" };
const DECIDING: EventKind = { type: REST, action: "U" };

/** R4 has no interaction of its own for a search within a compartment. */
const KINDS: ReadonlyMap<string, EventKind> = new Map(
  Object.entries({
    read: rest("read", "R"),
    vread: rest("vread", "R"),
    "history-instance": rest("history-instance", "R"),
    "history-type": rest("history-type", "R"),
    "history-system": rest("history-system", "R"),
    capabilities: rest("capabilities", "R"),
    "search-type": rest("search-type", "E"),
    "search-system": rest("search-system", "E"),
    "search-compartment": rest("search-type", "E"),
    create: rest("create", "C"),
    update: rest("update", "U"),
    patch: rest("patch", "U"),
    delete: rest("delete", "D"),
    batch: rest("batch", "E"),
    transaction: rest("transaction", "E"),
    operation: OPERATION,
    token: LOGIN,
    "review-sign-in": LOGIN,
    "review-list": READING,
    "review-item": READING,
    "review-preview": READING,
    "review-decisions": READING,
    "review-decision": READING,
    "review-served": READING,
    "review-decide": DECIDING,
    "review-undo": DECIDING,
    ingest: {
      type: { system: DICOM, code: "110107", display: "Import" },
      subtype: { system: RESTFUL_INTERACTION, code: "create", display: "create" },
      action: "C",
    },
    "pds-trace": {
      type: { system: DICOM, code: "110106", display: "Export" },
      subtype: { system: RESTFUL_INTERACTION, code: "search-type", display: "search-type" },
      action: "R",
    },
    "pds-verify": {
      type: { system: DICOM, code: "110106", display: "Export" },
      subtype: { system: RESTFUL_INTERACTION, code: "read", display: "read" },
      action: "R",
    },
    configuration: {
      type: { system: DICOM, code: "110113", display: "Security Alert" },
      subtype: { system: DICOM, code: "110131", display: "Software Configuration" },
      action: "U",
    },
  } satisfies Record<string, EventKind>),
);

const OPERATION_CODES: ReadonlySet<string> = new Set(OPERATIONS.map(({ code }) => code));

/** An operation by its name, which the query tells too; else a request that was refused before it was any interaction. */
function toOtherKind(interaction: string): EventKind {
  const code = interaction.replace(/^\$/, "");
  return OPERATION_CODES.has(code) ? OPERATION : { type: REST, action: "E" };
}

/** 0 success, 4 minor failure (the request was refused), 8 serious failure (the gateway failed). */
const OUTCOMES = { success: "0", refused: "4", failed: "8" } as const;

/** Pure: the same record gives the same event. Once its details are purged it is another version of it. */
export function toAuditEvent({ id, time, record, isPurged }: IndexedRecord, context: AuditEventContext): AuditEvent {
  const recorded = new Date(time).toISOString();
  const { type, subtype, action } = KINDS.get(record.interaction) ?? toOtherKind(record.interaction);
  const purpose = toPurpose(record);
  const entity = toEntities(record);
  return {
    resourceType: "AuditEvent",
    id,
    meta: { versionId: isPurged ? "2" : "1", lastUpdated: recorded },
    type,
    ...(subtype && { subtype: [subtype] }),
    action,
    recorded,
    outcome: OUTCOMES[record.outcome],
    ...(purpose && { purposeOfEvent: [purpose] }),
    agent: toAgents(record, { action, purpose, context }),
    source: {
      observer: { display: context.observer.display },
      type: [{ system: SOURCE_TYPE, code: "4", display: "Application Server" }],
    },
    ...(entity.length > 0 && { entity }),
  };
}

/** HL7's own codes; ours are no codes of a published system. */
const ACT_REASON_CODE = /^[A-Z]+$/;

/** The legal basis stands with the purpose that it allows. */
function toPurpose({ purpose, legalBasis }: AuditRecord): CodeableConcept | undefined {
  if (purpose === undefined) return undefined;
  return {
    ...(ACT_REASON_CODE.test(purpose) && { coding: [{ system: ACT_REASON, code: purpose }] }),
    text: legalBasis === undefined ? purpose : `${purpose}, UK GDPR Article ${legalBasis}`,
  };
}

interface AgentFacts {
  readonly action: EventKind["action"];
  readonly purpose: CodeableConcept | undefined;
  readonly context: AuditEventContext;
}

/** Whoever sends what is exchanged is its source: in a read the gateway, else the client. */
function toAgents(record: AuditRecord, { action, purpose, context }: AgentFacts): AuditEventAgent[] {
  const isRead = action === "R";
  const organization = toOrganization(record, context);
  return [
    {
      type: { coding: [isRead ? DESTINATION_ROLE : SOURCE_ROLE] },
      who: toClient(record.client),
      requestor: true,
      ...(record.agreement !== undefined && { policy: [canonical("agreement", record.agreement)] }),
      ...(purpose && { purposeOfUse: [purpose] }),
    },
    ...(organization === undefined
      ? []
      : [{ type: { coding: [INFORMATION_RECIPIENT] }, who: organization, requestor: false }]),
    {
      type: { coding: [isRead ? SOURCE_ROLE : DESTINATION_ROLE] },
      who: { display: context.observer.display },
      requestor: false,
      network: { address: context.observer.url, type: "5" },
    },
  ];
}

type Who = NonNullable<AuditEventAgent["who"]>;

/** The log has an organisation's code alone; the register says what system it is of. */
function toOrganization({ client, organization: value }: AuditRecord, context: AuditEventContext): Who | undefined {
  if (value === undefined) return undefined;
  const registered = context.organizationOf(client);
  if (registered?.value !== value) return { type: "Organization", identifier: { value } };
  const { system, name } = registered;
  return { type: "Organization", identifier: { system, value }, ...(name !== undefined && { display: name }) };
}

const CLIENT = canonical("NamingSystem", "client");
/** What an unknown caller claims to be may be anything, a child's number included. */
const PERSON_NUMBER = /(?<![\da-z])(?:\d{3}[\s-]?\d{3}[\s-]?\d{4}|[a-z]\d{11}[\da-z])(?![\da-z])/i;
const CLIENT_ID = /^[\w.-]{1,64}$/;

function toClient(client: string): Who {
  if (!CLIENT_ID.test(client) || PERSON_NUMBER.test(client)) return { display: "unknown" };
  return { identifier: { system: CLIENT, value: client }, display: client };
}

const PERSON = { system: ENTITY_TYPE, code: "1", display: "Person" };
const SYSTEM_OBJECT = { system: ENTITY_TYPE, code: "2", display: "System Object" };

function role(code: string, display: string): Coding {
  return { system: OBJECT_ROLE, code, display };
}

const RELEASED = /^([A-Z][A-Za-z]+)\/([A-Za-z0-9\-.]{1,64})\/([A-Za-z0-9\-.]{1,64})$/;

function toEntities({ patients = [], released = [], query, requestId }: AuditRecord): AuditEventEntity[] {
  return [
    ...patients.map((patient) => ({
      what: { reference: `Patient/${patient}` },
      type: PERSON,
      role: role("1", "Patient"),
    })),
    ...released.flatMap((one): AuditEventEntity[] => {
      const [, type, id, version] = RELEASED.exec(one) ?? [];
      if (type === undefined) return [];
      return [
        {
          what: { reference: `${type}/${id}/_history/${version}` },
          type: SYSTEM_OBJECT,
          role: role("4", "Domain Resource"),
        },
      ];
    }),
    ...(query === undefined
      ? []
      : [{ type: SYSTEM_OBJECT, role: role("24", "Query"), query: Buffer.from(query).toString("base64") }]),
    ...(requestId === "" || PERSON_NUMBER.test(requestId)
      ? []
      : [{ type: { system: BALP_ENTITY_TYPE, code: "XrequestId" }, what: { identifier: { value: requestId } } }]),
  ];
}
