import type { Patient } from "@medplum/fhirtypes";
import { authorOf } from "../access/author.ts";
import type { Requester } from "../access/requester.ts";
import { isReleasable } from "../disclosure/visibility.ts";
import { withoutWithheld } from "../disclosure/withheld.ts";
import { LIMITS } from "../limits.ts";
import type { OversightRefused } from "../outcome/oversight-issue.ts";
import type { Answered } from "../review/done.ts";
import type { StoredContribution, StoredRecord } from "../store/store.ts";
import { flawOfReason, reasonOfStranger } from "./child-names.ts";
import type { OversightPorts } from "./ports.ts";
import type { BreakingAsked } from "./requests.ts";

export interface GlassBroken {
  /** Number of the decision. */
  readonly id: string;
  /** Logical id of the Patient. */
  readonly patient: string;
  /** Instant at which it ends. */
  readonly until: string;
}

const EMERGENCY = "BTG";
const CARRIERS_max = 10;

/**
 * Opens one child's record to one user for a quarter of an hour, within all that the agreement reaches. Whoever may ask at
 * all is told of before anything is looked up, so that asking for children at random is seen, too.
 */
export async function breakGlass(
  requester: Requester,
  asked: BreakingAsked,
  ports: OversightPorts,
): Promise<Answered<GlassBroken>> {
  const { identifier } = asked;
  const refusal = refusalOf(requester);
  const { client, user, organization } = requester;
  if (refusal !== undefined || user === undefined) {
    return { kind: "oversight-refused", refusal: refusal ?? "user-needed" };
  }
  ports.alert({ client, organization: organization.value });
  ports.count(client, identifier.value.trim());
  const plain = await flawOfReason(asked.reason, [], ports);
  if (plain !== undefined) return plain;
  const record = await findCarrier(identifier, requester, ports);
  if (record === undefined) return { kind: "no-such-patient", parameter: "identifier" };
  const isReached = (source: string): boolean => {
    const facts = ports.sources.get(source);
    return facts !== undefined && isReleasable(facts, requester);
  };
  const reason = await reasonOfStranger(asked.reason, record, isReached, ports);
  if (typeof reason !== "string") return reason;
  const decidedAt_ms = ports.now();
  const until_ms = decidedAt_ms + LIMITS.break_glass_life_ms;
  const author = authorOf(requester);
  const id = await ports.store.write((transaction) => {
    const decision = { kind: "break-glass", client, user: user.id, author, reason, decidedAt_ms, until_ms } as const;
    return transaction.appendDisclosureDecision(record.key, decision, true);
  });
  return {
    value: { id: String(id), patient: record.patientId, until: new Date(until_ms).toISOString() },
    patients: [record.patientId],
    released: [],
    detail: `decision=${id}`,
    isDecided: true,
  };
}

function refusalOf({ agreement, purpose, user }: Requester): OversightRefused | undefined {
  if (agreement.breakGlass !== true) return "no-break-glass";
  if (user === undefined) return "user-needed";
  return purpose === EMERGENCY ? undefined : "purpose-needed";
}

/** The one child that carries an identifier by the word of a source that the agreement reaches. */
async function findCarrier(
  { system, value }: BreakingAsked["identifier"],
  requester: Requester,
  { store, sources }: OversightPorts,
): Promise<StoredRecord | undefined> {
  const { identifierSystems, idSpace } = requester.agreement;
  if (identifierSystems !== "any" && !identifierSystems.includes(system)) return undefined;
  const key = { code: "identifier", value: `${system}|${value}` } as const;
  const isTelling = (told: StoredContribution): boolean => {
    const facts = sources.get(told.source);
    return facts !== undefined && isReleasable(facts, requester) && carries(told, { system, value });
  };
  const found: StoredRecord[] = [];
  for (const carrier of await store.findRecords([key], CARRIERS_max, idSpace)) {
    const record = await store.record(carrier);
    if (record?.mergedInto === undefined && record?.contributions.some(isTelling) === true) found.push(record);
  }
  return found.length === 1 ? found[0] : undefined;
}

function carries({ body, withheld }: StoredContribution, { system, value }: BreakingAsked["identifier"]): boolean {
  const told: Patient = JSON.parse(body);
  const { identifier = [] } = withoutWithheld(told, withheld);
  return identifier.some((one) => one.system === system && one.value === value);
}
