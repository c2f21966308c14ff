import { at, list, text } from "../json.ts";
import { type Asked, isGood, type Violation } from "./journal.ts";

/** What an AuditEvent says of the request that it records. */
export interface Recorded {
  readonly requestId: string;
  readonly client: string;
  readonly isSuccess: boolean;
  /** Logical ids of the Patients it names. */
  readonly patients: readonly string[];
}

export function toRecorded(event: unknown): Recorded | undefined {
  const entities = list(event, "entity");
  const named = entities.find((one) => text(one, "type", "code") === "XrequestId");
  const requestId = text(named, "what", "identifier", "value");
  if (requestId === undefined) return undefined;
  const requestor = list(event, "agent").find((agent) => at(agent, "requestor") === true);
  return {
    requestId,
    client: text(requestor, "who", "identifier", "value") ?? "",
    isSuccess: text(event, "outcome") === "0",
    patients: entities.flatMap((one) => /^Patient\/([^/]+)$/.exec(text(one, "what", "reference") ?? "")?.[1] ?? []),
  };
}

/** Each answer with data has its record, once, by the right client and about nobody else. */
export function checkAudit(asked: readonly Asked[], recorded: readonly Recorded[]): readonly Violation[] {
  const byRequest = new Map<string, Recorded[]>();
  for (const one of recorded) {
    const known = byRequest.get(one.requestId);
    if (known === undefined) byRequest.set(one.requestId, [one]);
    else known.push(one);
  }
  return asked.filter(isGood).flatMap((one) => {
    const successes = (byRequest.get(one.requestId) ?? []).filter(({ isSuccess }) => isSuccess);
    const [first] = successes;
    if (first === undefined || successes.length > 1)
      return [toViolation("a disclosure is not recorded once", one, `${successes.length} records of ${one.what.kind}`)];
    if (first.client !== one.client)
      return [toViolation("a record names another client", one, `${first.client} instead of ${one.client}`)];
    const others = one.patient === undefined ? [] : first.patients.filter((patient) => patient !== one.patient);
    return others.length === 0 ? [] : [toViolation("a record names another child", one, one.what.kind)];
  });
}

function toViolation(rule: string, { from, requestId }: Asked, detail: string): Violation {
  return { rule, at: from, requestId, detail };
}
