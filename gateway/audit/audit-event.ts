/**
 * AuditEvents of what the log holds: https://hl7.org/fhir/R4/auditevent.html, as IHE's Basic Audit Log Patterns write
 * them (https://profiles.ihe.net/ITI/BALP/). What is withheld from a requester, and free text, is not told.
 */
import type { AuditEvent, AuditEventEntity, Coding } from "@medplum/fhirtypes";
import type { Disclosure, IndexedRecord } from "./audit.ts";
import { type AuditEventContext, PERSON_NUMBER, toAgents, toDecidingAgents, toPurpose } from "./audit-event-agents.ts";
import { DICOM, type EventKind, toEventKind } from "./audit-event-kinds.ts";
import { isTold } from "./index-lines.ts";

export type { AuditEventContext } from "./audit-event-agents.ts";

const ENTITY_TYPE = "http://terminology.hl7.org/CodeSystem/audit-entity-type";
const RESOURCE_TYPES = "http://hl7.org/fhir/resource-types";
const OBJECT_ROLE = "http://terminology.hl7.org/CodeSystem/object-role";
const SOURCE_TYPE = "http://terminology.hl7.org/CodeSystem/security-source-type";
const BALP = "https://profiles.ihe.net/ITI/BALP/CodeSystem";

/** 0 success, 4 minor failure (the request was refused), 8 serious failure (the gateway failed). */
const OUTCOMES = { success: "0", refused: "4", failed: "8" } as const;

/** Pure: the same record gives the same event. Once its details are purged it is another version of it. */
export function toAuditEvent({ id, time, record, isPurged }: IndexedRecord, context: AuditEventContext): AuditEvent {
  const recorded = new Date(time).toISOString();
  const kind = toEventKind(record.interaction);
  const purpose = toPurpose(record);
  const entity = toEntities(record, kind);
  return {
    resourceType: "AuditEvent",
    id,
    meta: { versionId: isPurged ? "2" : "1", lastUpdated: recorded },
    type: kind.type,
    ...(kind.subtype.length > 0 && { subtype: [...kind.subtype] }),
    action: kind.action,
    recorded,
    outcome: OUTCOMES[record.outcome],
    ...(purpose && { purposeOfEvent: [purpose] }),
    agent: toAgents(record, kind, context),
    source: {
      observer: { display: context.observer.display },
      type: [{ system: SOURCE_TYPE, code: "4", display: "Application Server" }],
    },
    ...(entity.length > 0 && { entity }),
  };
}

/** A record's own event, and one for each of its decisions on consent that denied, or released in spite of an objection. */
export function toAuditEvents(indexed: IndexedRecord, context: AuditEventContext): readonly AuditEvent[] {
  const decided = (indexed.record.disclosures ?? []).flatMap((one) => {
    const consents = (one.decidedBy ?? []).filter((rule) => rule.startsWith("Consent/"));
    const isDenied = (one.withheld?.count ?? 0) > 0;
    return consents.length > 0 && (isDenied || one.override !== undefined) ? [{ ...one, consents }] : [];
  });
  return [
    toAuditEvent(indexed, context),
    ...decided.map((one, index) => toDecisionEvent({ ...one, number: index + 1 }, indexed, context)),
  ];
}

/** A decision is folded into the disclosure that it was made for: its id says which, and which of its children. */
function decisionEventId(id: string, number: number): string {
  return `${Buffer.from(id, "hex").subarray(0, KEPT_BYTES).toString("hex")}.${number}`;
}

/** Whether an id is that of a decision's event. */
export function isDecisionEventId(id: string): boolean {
  return id.includes(".");
}

/** An id has 64 characters at most: so many bytes of the hash leave room for a number. */
const KEPT_BYTES = 28;

type Decided = Omit<Disclosure, "number"> & { readonly consents: readonly string[]; readonly number: number };

function toDecisionEvent(
  { patient, override, consents, number }: Decided,
  { id, time, record }: IndexedRecord,
  context: AuditEventContext,
): AuditEvent {
  const recorded = new Date(time).toISOString();
  const purpose = toPurpose(record);
  return {
    resourceType: "AuditEvent",
    id: decisionEventId(id, number),
    meta: { versionId: "1", lastUpdated: recorded },
    type: { system: DICOM, code: "110113", display: "Security Alert" },
    subtype: [{ system: `${BALP}/AuthZsubType`, code: "AuthZ-Consent" }],
    action: "E",
    recorded,
    outcome: override ? "0" : "8",
    outcomeDesc: override
      ? `Released in spite of an objection: ${override.kind}, decision ${override.decision}.`
      : "A Consent denied the release of data to this requester.",
    ...(purpose && { purposeOfEvent: [purpose] }),
    agent: toDecidingAgents(record, context),
    source: {
      observer: { display: context.observer.display },
      type: [{ system: SOURCE_TYPE, code: "6", display: "Security Server" }],
    },
    entity: [
      toPatient(patient),
      ...consents.map((consent) => ({ type: toType("Consent"), what: { reference: toVersioned(consent) } })),
      ...toToken(record.tokenId),
    ],
  };
}

function toToken(tokenId: string | undefined): AuditEventEntity[] {
  if (tokenId === undefined) return [];
  const value = `urn:ietf:params:oauth:jti:${encodeURIComponent(tokenId)}`;
  return [{ type: { system: `${BALP}/UserAgentTypes`, code: "UserOauthAgent" }, what: { identifier: { value } } }];
}

const SYSTEM_OBJECT = { system: ENTITY_TYPE, code: "2", display: "System Object" };
const OTHER = { system: ENTITY_TYPE, code: "4", display: "Other" };

function role(code: string, display: string): Coding {
  return { system: OBJECT_ROLE, code, display };
}

function toType(code: string): Coding {
  return { system: RESOURCE_TYPES, code, display: code };
}

function toPatient(patient: string): AuditEventEntity {
  return {
    what: { reference: `Patient/${patient}` },
    type: { system: ENTITY_TYPE, code: "1", display: "Person" },
    role: role("1", "Patient"),
  };
}

const NAMED = /^([A-Z][A-Za-z]+)\/([A-Za-z0-9\-.]{1,64})(?:\/([A-Za-z0-9\-.]{1,64}))?$/;

function toVersioned(name: string): string {
  return name.replace(NAMED, (_, type, id, version) => `${type}/${id}${version ? `/_history/${version}` : ""}`);
}

/** Of what one resource is the object of, that one is BALP's; what else was released is told by its type. */
function toEntities(record: IndexedRecord["record"], kind: EventKind): AuditEventEntity[] {
  const { disclosures = [], patients = [], requestId, correlationId } = record;
  const children = new Set([...patients, ...disclosures.filter(isTold).map(({ patient }) => patient)]);
  const objects = record.written ?? [];
  const released = [...(record.released ?? []), ...disclosures.flatMap((one) => one.released)];
  const named = [...new Set([...objects, ...released])].filter((name) => NAMED.test(name));
  const isObject = (kind.pattern === "object" || kind.pattern === "deletion") && record.outcome === "success";
  return [
    ...[...children].map(toPatient),
    ...named.map((name, index) => toReleased(name, isObject && index === 0)),
    ...toQuery(record, { isObject, kind }),
    ...[requestId, correlationId ?? ""].flatMap((id, index) => toTransaction(id, index === 0 ? REQUEST : CORRELATION)),
  ];
}

function toReleased(name: string, isObject: boolean): AuditEventEntity {
  return {
    what: { reference: toVersioned(name) },
    type: isObject ? SYSTEM_OBJECT : toType(name.slice(0, name.indexOf("/"))),
    role: role("4", "Domain Resource"),
  };
}

/** What was asked, in its own words: in a record of success of one resource that resource is all there is to ask for. */
function toQuery(
  { query }: IndexedRecord["record"],
  { isObject, kind }: { readonly isObject: boolean; readonly kind: EventKind },
): AuditEventEntity[] {
  if (query === undefined || (isObject && kind.action === "R")) return [];
  if (isObject && ADDRESS.test(query)) return [];
  const encoded = Buffer.from(query).toString("base64");
  return [{ type: isObject ? OTHER : SYSTEM_OBJECT, role: role("24", "Query"), query: encoded }];
}

/** A method and an address, without conditions. */
const ADDRESS = /^[A-Z]+ [A-Za-z]+(?:\/[A-Za-z0-9\-.]+)?$/;

const REQUEST: Coding = { system: `${BALP}/BasicAuditEntityType`, code: "XrequestId" };
const CORRELATION: Coding = { system: ENTITY_TYPE, code: "4", display: "Other" };

function toTransaction(value: string, type: Coding): AuditEventEntity[] {
  return value === "" || PERSON_NUMBER.test(value) ? [] : [{ type, what: { identifier: { value } } }];
}
