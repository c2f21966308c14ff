import type { Requester } from "../../access/requester.ts";
import { findWritten } from "../../identity/resolve-identifier.ts";
import { LIMITS } from "../../limits.ts";
import type { Issue } from "../../outcome/issue.ts";
import { type ReadVerbs, type ResourceName, SHARED_ID_SPACE } from "../../store/store.ts";
import type { RequestFacts } from "../answer.ts";
import { ask } from "../ask.ts";
import { type IdentifierResolver, isNarrow, type Looking, withinTransaction } from "../candidates.ts";
import { union } from "../candidates-leads.ts";
import { momentOf } from "../moment.ts";
import { type Criteria, toRefusal } from "./criteria.ts";
import type { Scene, WritePorts, Writer } from "./ports.ts";
import { Refusal } from "./refusal.ts";

export type Committed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly issues: readonly Issue[] };

/** As whom a requester writes; `undefined` when its agreement gives it nothing to write. */
export function writerOf({ agreement }: Requester, { writtenSources }: WritePorts): Writer | undefined {
  const source = agreement.writes && writtenSources.get(agreement.writes.source);
  if (agreement.writes === undefined || source === undefined) return undefined;
  const { authority, dataClass } = source;
  return { ...agreement.writes, authority, dataClass, idSpace: agreement.idSpace };
}

/** What a transaction is about, as far as that is known before it begins. */
export interface Intent {
  readonly request: RequestFacts;
  readonly writer: Writer;
  /** What is to be found in it. */
  readonly criteria: readonly Criteria[];
  /** Whether one resource is written, and nothing else. */
  readonly isAlone: boolean;
  /** What is written, and of whom, as far as the address and references say. */
  readonly resources?: readonly Omit<ResourceName, "idSpace">[];
}

/** Does `work` in one store transaction. When it is refused, nothing of it stays. */
export async function transact<T>(
  { request: { requester, now_ms }, writer, criteria, isAlone, resources = [] }: Intent,
  ports: WritePorts,
  work: (scene: Scene) => Promise<T>,
): Promise<Committed<T>> {
  const at = await momentOf(ports.reader, now_ms);
  const whenDurable: (() => void)[] = [];
  try {
    await lookAhead(criteria, { requester, at }, ports);
    const value = await ports.store.write(
      (transaction) => {
        whenDurable.length = 0;
        const search = { ...withinTransaction(ports, transaction), resolver: everyCarrier(transaction) };
        const now = ports.clock();
        return work({ transaction, search, ports, requester, writer, at, now_ms: now, isAlone, whenDurable });
      },
      { resources: resources.map((named) => ({ ...named, idSpace: writer.idSpace })) },
    );
    for (const note of whenDurable) note();
    return { ok: true, value };
  } catch (error) {
    if (error instanceof Refusal) return { ok: false, issues: error.issues };
    throw error;
  }
}

/**
 * All records that carry an identifier, seen or not, delivered or written: which of them match is for the visible records
 * to say. One that is held twice is no reason to make a third.
 */
function everyCarrier(transaction: ReadVerbs): IdentifierResolver {
  return {
    within: everyCarrier,
    async resolve(system, value, idSpace) {
      const identifier = `${system}|${value}`;
      const key = { code: "identifier", value: identifier } as const;
      const carriers = await transaction.findRecords([key], LIMITS.identifier_carriers_max, idSpace);
      return idSpace === SHARED_ID_SPACE ? union(carriers, await findWritten(transaction, identifier)) : carriers;
    },
    forget: async () => undefined,
  };
}

/**
 * Criteria that lead to no record are answered by going through all of them. That is done once outside the transaction,
 * where others run meanwhile: within it nearly all that is looked at is in memory then.
 */
async function lookAhead(criteria: readonly Criteria[], who: Looking, ports: WritePorts): Promise<void> {
  for (const { question } of criteria) {
    if (!isNarrow(question)) await ask(question, 2, who, ports).catch(toRefusal);
  }
}
