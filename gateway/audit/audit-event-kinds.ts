import type { AuditEvent, Coding } from "@medplum/fhirtypes";
import { OPERATIONS } from "#profiles/interactions.ts";

export const DICOM = "http://dicom.nema.org/resources/ontology/DCM";
const EVENT_TYPE = "http://terminology.hl7.org/CodeSystem/audit-event-type";
const RESTFUL_INTERACTION = "http://hl7.org/fhir/restful-interaction";
const LIFECYCLE = "http://terminology.hl7.org/CodeSystem/iso-21089-lifecycle";

/**
 * How BALP writes an event: a `disclosure` is recorded by its source, of a `deletion` the server is the custodian, and
 * of what is read or written with success one resource is the object.
 */
export type Pattern = "query" | "object" | "deletion" | "disclosure" | "other";

/** What AuditEvent and BALP call what the log calls by its interaction. */
export interface EventKind {
  readonly type: Coding;
  readonly subtype: readonly Coding[];
  readonly action: NonNullable<AuditEvent["action"]>;
  readonly pattern: Pattern;
}

const REST: Coding = { system: EVENT_TYPE, code: "rest", display: "RESTful Operation" };

function rest(code: string, action: EventKind["action"], pattern: Pattern = "other"): EventKind {
  return { type: REST, subtype: [toRest(code)], action, pattern };
}

function toRest(code: string): Coding {
  return { system: RESTFUL_INTERACTION, code, display: code };
}

function dicom(code: string, display: string): Coding {
  return { system: DICOM, code, display };
}

const OPERATION = rest("operation", "E");
const LOGIN: EventKind = {
  type: dicom("110114", "User Authentication"),
  subtype: [dicom("110122", "Login")],
  action: "E",
  pattern: "other",
};
const CONFIGURATION: EventKind = {
  type: dicom("110113", "Security Alert"),
  subtype: [dicom("110131", "Software Configuration")],
  action: "U",
  pattern: "other",
};
const AUDIT_LOG_USED: EventKind = {
  type: dicom("110101", "Audit Log Used"),
  subtype: [],
  action: "R",
  pattern: "other",
};
/** What a steward or an officer reads and decides beside FHIR: no interaction of R4's. */
const READING: EventKind = { type: REST, subtype: [], action: "R", pattern: "other" };
const DECIDING: EventKind = { type: REST, subtype: [], action: "U", pattern: "other" };

function disclosure(interaction: string): EventKind {
  const disclose = { system: LIFECYCLE, code: "disclose", display: "Disclose Record Lifecycle Event" };
  return {
    type: dicom("110106", "Export"),
    subtype: [disclose, toRest(interaction)],
    action: "R",
    pattern: "disclosure",
  };
}

/** R4 has no interaction of its own for a search within a compartment. */
const KINDS: ReadonlyMap<string, EventKind> = new Map(
  Object.entries({
    read: rest("read", "R", "object"),
    vread: rest("vread", "R", "object"),
    "history-instance": rest("history-instance", "R"),
    "history-type": rest("history-type", "R"),
    "history-system": rest("history-system", "R"),
    capabilities: rest("capabilities", "R"),
    "search-type": rest("search-type", "E", "query"),
    "search-system": rest("search-system", "E", "query"),
    "search-compartment": rest("search-type", "E", "query"),
    create: rest("create", "C", "object"),
    update: rest("update", "U", "object"),
    patch: rest("patch", "U", "object"),
    delete: rest("delete", "D", "deletion"),
    batch: rest("batch", "E"),
    transaction: rest("transaction", "E"),
    operation: OPERATION,
    token: LOGIN,
    "review-sign-in": LOGIN,
    "review-decide": DECIDING,
    "review-undo": DECIDING,
    ingest: { type: dicom("110107", "Import"), subtype: [toRest("create")], action: "C", pattern: "other" },
    "pds-trace": disclosure("search-type"),
    "pds-verify": disclosure("read"),
    "audit-export": disclosure("search-type"),
    "subject-access": disclosure("read"),
    "audit-verify": AUDIT_LOG_USED,
    "audit-prove": AUDIT_LOG_USED,
    "audit-purge": { ...AUDIT_LOG_USED, action: "D" },
    configuration: CONFIGURATION,
  } satisfies Record<string, EventKind>),
);

const OPERATION_CODES: ReadonlySet<string> = new Set(OPERATIONS.map(({ code }) => code));
/** What is decided beside FHIR on disclosure; all else there is read. */
const DECIDES = /^(?:oversight-(?:decide.*|duty|end|review|break-glass)|break-glass)$/;

/** An operation by its name, which the query tells too; else a request that was refused before it was any interaction. */
export function toEventKind(interaction: string): EventKind {
  const known = KINDS.get(interaction);
  if (known !== undefined) return known;
  if (interaction.startsWith("review-")) return READING;
  if (DECIDES.test(interaction)) return DECIDING;
  if (interaction.startsWith("oversight")) return READING;
  const code = interaction.replace(/^\$/, "");
  return OPERATION_CODES.has(code) ? OPERATION : { type: REST, subtype: [], action: "E", pattern: "other" };
}
