import type { AuditEvent, OperationOutcome, OperationOutcomeIssue } from "@medplum/fhirtypes";
import type { Requester } from "../access/requester.ts";
import type { AuditFilter, AuditIndex, IndexedRecord } from "../audit/audit.ts";
import { type AuditEventContext, isDecisionEventId, toAuditEvents } from "../audit/audit-event.ts";
import { extractKeys } from "../search/keys.ts";
import { type Packable, toPack } from "../search/pack.ts";
import type { RecordKey } from "../store/store.ts";
import { AUDIT_KEYS_FROM, type AuditEvents } from "./candidates.ts";
import type { VisibleRecord } from "./record-reader.ts";

export interface AuditEventPorts extends AuditEventContext {
  readonly index: AuditIndex;
  /** Clients whose organisation belongs to one of these authorities, and the authorities' own. */
  clientsOf(authorities: readonly string[]): readonly string[];
  readonly fhirBase: string;
}

/** Places in the log that make one part: what is read and matched in one go. */
const PART_places = 256;

/**
 * The audit log as records are searched: parts of bounded size, whose keys are fixed by the places in the log, so that a
 * walk through pages stays exact while the log grows. Who has no agreement to read audit sees none of it, and who has
 * sees what clients of the agreement's authorities did. That a Consent withheld something is for those alone who read
 * Consents: else a requester would learn from its own requests of whom it is shown less than there is.
 */
export function createAuditEvents(ports: AuditEventPorts): Required<AuditEvents> & {
  /** JSON of one event, as far as the requester may read it. */
  read(id: string, requester: Requester): Promise<Buffer | undefined>;
} {
  const { index, clientsOf } = ports;
  return {
    async *parts(requester, after, { from_ms, until_ms }) {
      if (!requester.agreement.audit) return;
      await index.catchUp();
      const filter: AuditFilter = {
        clients: clientsOf(requester.agreement.authorities),
        ...(from_ms !== undefined && { from: from_ms }),
        ...(until_ms !== undefined && { until: until_ms + 1 }),
      };
      let place = after < AUDIT_KEYS_FROM ? undefined : (after - AUDIT_KEYS_FROM + 1) * PART_places - 1;
      let open: IndexedRecord[] = [];
      for (;;) {
        const records = await index.scan(filter, place, PART_places);
        for (const record of records) {
          const [first] = open;
          if (first && partOf(first) !== partOf(record)) {
            yield toView(open, requester, ports);
            open = [];
          }
          open.push(record);
        }
        place = records.at(-1)?.position;
        if (records.length < PART_places || place === undefined) break;
      }
      if (open.length > 0) yield toView(open, requester, ports);
    },
    missing({ agreement }) {
      const machines = agreement.audit ? index.missing() : [];
      return machines.length === 0 ? undefined : Buffer.from(JSON.stringify(toMissing(machines)));
    },
    async read(id, requester) {
      const { agreement } = requester;
      if (!agreement.audit || !isShown(id, requester)) return undefined;
      await index.catchUp();
      const found = await index.get(id);
      if (!found || !clientsOf(agreement.authorities).includes(found.record.client)) return undefined;
      const event = toAuditEvents(found, ports).find((one) => one.id === id);
      return event && Buffer.from(JSON.stringify(event));
    },
  };
}

function toMissing(machines: readonly string[]) {
  const diagnostics = `What was done last at ${machines.join(", ")} is not all here: ask again, or ask there.`;
  const issue: OperationOutcomeIssue[] = [{ severity: "warning", code: "incomplete", diagnostics }];
  const resource: OperationOutcome = { resourceType: "OperationOutcome", issue };
  return { resource, search: { mode: "outcome" } };
}

function partOf({ position }: IndexedRecord): RecordKey {
  return AUDIT_KEYS_FROM + Math.floor(position / PART_places);
}

function isShown(id: string, { agreement }: Requester): boolean {
  return agreement.dataClasses.includes("sharing") || !isDecisionEventId(id);
}

function toView(records: readonly IndexedRecord[], requester: Requester, ports: AuditEventPorts): VisibleRecord {
  const [first] = records;
  const nobody = toPack([], ports.fhirBase);
  const events = records.flatMap((record) =>
    toAuditEvents(record, ports).flatMap((event) =>
      isShown(event.id ?? "", requester) ? [toPackable(event, record)] : [],
    ),
  );
  return {
    key: first ? partOf(first) : AUDIT_KEYS_FROM,
    patientId: "",
    patient: nobody,
    identity: nobody,
    pack: toPack(events, ports.fhirBase),
    isVisible: () => true,
    rules: ["audit"],
  };
}

function toPackable(event: AuditEvent, record: IndexedRecord): Packable {
  return {
    type: "AuditEvent",
    id: event.id ?? record.id,
    version: event.meta?.versionId ?? "1",
    lastUpdated: record.time,
    source: "",
    body: Buffer.from(JSON.stringify(event)),
    keys: extractKeys(event),
  };
}
