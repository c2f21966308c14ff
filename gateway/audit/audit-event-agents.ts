import type { AuditEventAgent, AuditEventAgentNetwork, CodeableConcept, Coding } from "@medplum/fhirtypes";
import { canonical } from "#profiles/canonical.ts";
import { ACT_REASON } from "#profiles/systems.ts";
import type { IndexedRecord } from "./audit.ts";
import { DICOM, type EventKind } from "./audit-event-kinds.ts";

export interface AuditEventContext {
  /** What reports the events: the gateway's own name and place. */
  readonly observer: { readonly display: string; readonly url: string };
  /** The organisation that a registered client acts for; `undefined` for one that is registered no more. */
  readonly organizationOf: (
    client: string,
  ) => { readonly system: string; readonly value: string; readonly name?: string | undefined } | undefined;
}

type Told = IndexedRecord["record"];
type Who = NonNullable<AuditEventAgent["who"]>;

const PARTICIPATION_TYPE = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType";
const PROVIDER: Coding = {
  system: "http://terminology.hl7.org/CodeSystem/v3-RoleClass",
  code: "PROV",
  display: "healthcare provider",
};
const AUTHORIZER: Coding = {
  system: "http://terminology.hl7.org/CodeSystem/extra-security-role-type",
  code: "authserver",
  display: "authorization server",
};
const CUSTODIAN: Coding = {
  system: "http://terminology.hl7.org/CodeSystem/provenance-participant-type",
  code: "custodian",
  display: "Custodian",
};
const OAUTH_AGENT: Coding = {
  system: "https://profiles.ihe.net/ITI/BALP/CodeSystem/UserAgentTypes",
  code: "UserOauthAgent",
};
const SOURCE: Coding = { system: DICOM, code: "110153", display: "Source Role ID" };
const DESTINATION: Coding = { system: DICOM, code: "110152", display: "Destination Role ID" };
const APPLICATION: Coding = { system: DICOM, code: "110150", display: "Application" };

/** Where a request came from on the network is not kept: addresses of people's machines would name people. */
const NOT_KEPT: AuditEventAgentNetwork = {
  extension: [{ url: "http://hl7.org/fhir/StructureDefinition/data-absent-reason", valueCode: "masked" }],
};
const NO_USER: CodeableConcept = { text: "no user: the application acts alone" };

/** What a person does in a request: reads what others wrote, or tells it. */
function participation(action: EventKind["action"]): Coding {
  const isTelling = action === "C" || action === "U" || action === "D";
  return isTelling
    ? { system: PARTICIPATION_TYPE, code: "INF", display: "informant" }
    : { system: PARTICIPATION_TYPE, code: "IRCP", display: "information recipient" };
}

/** The roles in which client and server exchange data; DICOM takes a query for what is sent. */
function rolesOf({ action, pattern }: EventKind): { readonly client: Coding; readonly server: Coding } {
  if (pattern === "deletion") return { client: APPLICATION, server: CUSTODIAN };
  const isRead = action === "R";
  return isRead ? { client: DESTINATION, server: SOURCE } : { client: SOURCE, server: DESTINATION };
}

/** Client, organisation, person and gateway; of what the gateway itself sends elsewhere, source and recipient. */
export function toAgents(record: Told, kind: EventKind, context: AuditEventContext): AuditEventAgent[] {
  const roles = rolesOf(kind);
  const gateway = toGateway(roles.server, context);
  if (kind.pattern === "disclosure") return [gateway, toRecipient(record)];
  return [
    { ...toClient(record, roles.client), requestor: record.user === undefined },
    ...toOrganization(record, context),
    ...toUser(record, participation(kind.action)),
    gateway,
  ];
}

/** Those who take part in a decision on consent. */
export function toDecidingAgents(record: Told, context: AuditEventContext): AuditEventAgent[] {
  const purpose = toPurpose(record);
  const nobody: AuditEventAgent = {
    type: { coding: [participation("E")] },
    who: { display: "no user" },
    requestor: true,
    ...(purpose && { purposeOfUse: [purpose] }),
  };
  const user = toUser(record, participation("E"));
  return [
    { type: { coding: [AUTHORIZER] }, who: { display: context.observer.display }, requestor: false },
    {
      type: { coding: [APPLICATION] },
      who: clientOf(record.client),
      requestor: false,
      network: NOT_KEPT,
      ...policiesOf(record),
    },
    ...(user.length > 0 ? user : [nobody]),
    ...toOrganization(record, context),
  ];
}

function toClient(record: Told, role: Coding): Omit<AuditEventAgent, "requestor"> {
  const purpose = record.user === undefined ? toPurpose(record) : undefined;
  return {
    type: { coding: [role] },
    who: clientOf(record.client),
    ...(record.user === undefined && { role: [NO_USER] }),
    ...policiesOf(record),
    network: NOT_KEPT,
    ...(purpose && { purposeOfUse: [purpose] }),
  };
}

/** The agreement, and the token by its id: never the token. */
function policiesOf({
  agreement,
  tokenId,
}: Partial<Record<"agreement" | "tokenId", string | undefined>>): Pick<AuditEventAgent, "policy"> {
  const policy = [
    ...(agreement === undefined ? [] : [canonical("agreement", agreement)]),
    ...(tokenId === undefined ? [] : [`urn:ietf:params:oauth:jti:${encodeURIComponent(tokenId)}`]),
  ];
  return policy.length > 0 ? { policy } : {};
}

function toUser(record: Told, type: Coding): AuditEventAgent[] {
  const { user } = record;
  if (user === undefined) return [];
  const purpose = toPurpose(record);
  const bar = user.id.indexOf("|");
  return [
    {
      type: { coding: [type, OAUTH_AGENT] },
      role: [{ text: user.role }, { text: user.group }],
      who: { identifier: { system: user.id.slice(0, Math.max(bar, 0)), value: user.id.slice(bar + 1) } },
      requestor: true,
      ...policiesOf({ tokenId: record.tokenId }),
      ...(purpose && { purposeOfUse: [purpose] }),
    },
  ];
}

function toGateway(role: Coding, { observer }: AuditEventContext): AuditEventAgent {
  return {
    type: { coding: [role] },
    who: { display: observer.display },
    requestor: false,
    network: { address: observer.url, type: "5" },
  };
}

function toRecipient({ interaction, client }: Told): AuditEventAgent {
  const who = interaction.startsWith("pds-") ? { display: "Personal Demographics Service" } : clientOf(client);
  return { type: { coding: [DESTINATION] }, who, requestor: true, network: NOT_KEPT };
}

/** The log has an organisation's code alone; the register says what system it is of. */
function toOrganization({ client, organization: value }: Told, context: AuditEventContext): AuditEventAgent[] {
  if (value === undefined) return [];
  const registered = context.organizationOf(client);
  const isRegistered = registered?.value === value;
  const who: Who = {
    type: "Organization",
    identifier: isRegistered ? { system: registered.system, value } : { value },
    ...(isRegistered && registered.name !== undefined && { display: registered.name }),
  };
  return [{ type: { coding: [PROVIDER] }, who, requestor: false }];
}

/** HL7's own codes; ours are no codes of a published system. */
const ACT_REASON_CODE = /^[A-Z]+$/;
const ARTICLE = /^\d+\([\w)(]+$/;

/** The legal basis stands with the purpose that it allows. */
export function toPurpose({ purpose, legalBasis }: Told): CodeableConcept | undefined {
  if (purpose === undefined) return undefined;
  const bases = (legalBasis ?? "").split(" ").filter(Boolean);
  const told = bases.map((basis) => (ARTICLE.test(basis) ? `UK GDPR Article ${basis}` : `confidence: ${basis}`));
  return {
    ...(ACT_REASON_CODE.test(purpose) && { coding: [{ system: ACT_REASON, code: purpose }] }),
    text: [purpose, ...told].join(", "),
  };
}

const CLIENT = canonical("NamingSystem", "client");
/** What an unknown caller claims to be may be anything, a child's number included. */
export const PERSON_NUMBER = /(?<![\da-z])(?:\d{3}[\s-]?\d{3}[\s-]?\d{4}|[a-z]\d{11}[\da-z])(?![\da-z])/i;
const CLIENT_ID = /^[\w.-]{1,64}$/;

function clientOf(client: string): Who {
  if (!CLIENT_ID.test(client) || PERSON_NUMBER.test(client)) return { display: "unknown" };
  return { identifier: { system: CLIENT, value: client }, display: client };
}
