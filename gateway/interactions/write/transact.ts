import type { Requester } from "../../access/requester.ts";
import type { Issue } from "../../outcome/issue.ts";
import type { RequestFacts } from "../answer.ts";
import { withinTransaction } from "../candidates.ts";
import { ukDate } from "../uk-date.ts";
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

/** Does `work` in one store transaction. When it is refused, nothing of it stays. */
export async function transact<T>(
  { requester, now_ms }: RequestFacts,
  writer: Writer,
  ports: WritePorts,
  work: (scene: Scene) => Promise<T>,
): Promise<Committed<T>> {
  const at = { changes: await ports.reader.changes(), today: ukDate(now_ms) };
  const whenDurable: (() => void)[] = [];
  try {
    const value = await ports.store.write((transaction) => {
      whenDurable.length = 0;
      const search = withinTransaction(ports, transaction);
      return work({ transaction, search, ports, requester, writer, at, now_ms: ports.clock(), whenDurable });
    });
    for (const note of whenDurable) note();
    return { ok: true, value };
  } catch (error) {
    if (error instanceof Refusal) return { ok: false, issues: error.issues };
    throw error;
  }
}
