import { type RecordKey, SHARED_ID_SPACE } from "../store/store.ts";
import { isReached, type ReviewedChild, readFolded } from "./child.ts";
import type { ReviewPorts } from "./ports.ts";
import type { Sight } from "./sight.ts";

/** A child by the logical id of its Patient; that of a merged one leads to the child that stays. */
export interface FoundChild {
  /** The record that the id itself names, merged or not. */
  readonly named: RecordKey;
  readonly child: ReviewedChild;
}

/** The child of a Patient, or nothing for a steward who does not reach all of it. */
export async function findChild(
  patientId: string,
  sight: Sight,
  ports: Pick<ReviewPorts, "store" | "register">,
): Promise<FoundChild | undefined> {
  const { store } = ports;
  const key = await store.locate("Patient", patientId, SHARED_ID_SPACE);
  const named = key === undefined ? undefined : await store.record(key);
  if (named?.kind !== "child") return undefined;
  const root = named.mergedInto === undefined ? named : await store.record(named.mergedInto);
  const child = root && (await readFolded(root, ports));
  return child === undefined || !isReached(child, sight) ? undefined : { named: named.key, child };
}
