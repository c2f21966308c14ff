import { randomUUID } from "node:crypto";
import { toClientLimits } from "./access/client-limits.ts";
import { type ClientUsage, createClientUsage } from "./access/client-usage.ts";
import type { Register } from "./access/register.ts";
import { createStrangers, type Strangers } from "./access/strangers.ts";
import type { AuditLog, AuditRecord } from "./audit/audit.ts";
import type { Config } from "./config.ts";
import type { Coordination } from "./identity/coordination.ts";
import type { Logger } from "./log.ts";
import type { Authenticated } from "./routes/fhir.ts";

interface LimitRooms {
  readonly config: Config;
  readonly register: Register;
  readonly coordination: Coordination;
  readonly audit: AuditLog;
  readonly log: Logger;
}

type Authenticating<A extends unknown[]> = (...asking: A) => Authenticated | Promise<Authenticated>;

export interface Limiting {
  readonly usage: ClientUsage;
  /** The same log; what is released by its records is counted. */
  readonly audit: AuditLog;
  /** The same authentication; who asks too much is refused by it. `isRelease`: whether children may be told of. */
  guard<A extends unknown[]>(authenticate: Authenticating<A>, isRelease: boolean): Authenticating<A>;
  /** How often since the start a client has met its limit of children. */
  alarms(): number;
}

/** What clients may ask, as the register says it, counted over all processes. */
export function composeLimits({ config, register, coordination, audit, log }: LimitRooms): Limiting {
  const defaults = toClientLimits();
  let alarms = 0;
  const usage = createClientUsage({
    limitsOf: (client) => register.client(client)?.limits ?? defaults,
    tallying: coordination,
    processes: config.processes,
    clock: Date.now,
    onAlarm(client) {
      alarms += 1;
      log.warn({ client }, "a client has met its limit of children for this hour");
      const record = { interaction: "limit", outcome: "refused", requestId: randomUUID(), client } as const;
      audit.append({ ...record, detail: "children an hour" }).catch((error: unknown) => {
        log.error({ error }, "that a client has met its limit could not be recorded");
      });
    },
  });
  const admitted = (authenticated: Authenticated, isRelease: boolean): Authenticated => {
    if (!authenticated.ok) return authenticated;
    const { requester } = authenticated;
    const retryAfter_s = usage.admit(requester.client, isRelease ? [] : undefined);
    if (retryAfter_s === undefined) return authenticated;
    return { ok: false, issue: { kind: "too-many-requests", retryAfter_s }, requester };
  };
  return {
    usage,
    audit: counting(audit, usage, createStrangers(Date.now)),
    alarms: () => alarms,
    guard:
      (authenticate, isRelease) =>
      async (...asking) =>
        admitted(await authenticate(...asking), isRelease),
  };
}

function counting(audit: AuditLog, usage: ClientUsage, strangers: Strangers): AuditLog {
  return {
    pseudonym: (nhsNumber) => audit.pseudonym?.(nhsNumber),
    async close() {
      const left = strangers.left();
      if (left > 0) await audit.append(likeIt({ ...STRANGER, requestId: randomUUID() }, left - 1)).catch(() => {});
      await audit.close();
    },
    append(record) {
      const { disclosures, patients } = record;
      if (disclosures !== undefined || patients !== undefined) usage.released(record.client, childrenOf(record));
      // The token endpoint counts for itself, by address and name.
      if (record.client !== STRANGER.client || record.interaction === "token") return audit.append(record);
      const others = strangers.refused();
      return others === undefined ? Promise.resolve() : audit.append(likeIt(record, others));
    },
  };
}

const STRANGER = { interaction: "unknown-caller", outcome: "refused", client: "unknown" } as const;

/** A refusal of a stranger, with how many before it have no record of their own. */
function likeIt(record: AuditRecord, others: number): AuditRecord {
  if (others === 0) return record;
  const detail = `${others} more refusals of unknown callers before this one`;
  return { ...record, detail: record.detail === undefined ? detail : `${record.detail}; ${detail}` };
}

/** Of whom anything leaves: a row may also say that all was held back, and nothing must be told of that. */
function childrenOf({ disclosures = [], patients = [] }: AuditRecord): readonly string[] {
  const told: string[] = [];
  for (const { patient, released } of disclosures) if (released.length > 0) told.push(patient);
  return patients.length === 0 ? told : [...told, ...patients];
}
