import { LIMITS } from "../limits.ts";
import type { Store, UnitLineage } from "../store/store.ts";
import { NO_CONTENT } from "./end-replaced.ts";
import type { HeldRecord } from "./kept-records.ts";
import type { Read } from "./prepared.ts";

export type KeptUnit = { readonly kind: "record"; readonly held: HeldRecord } | { readonly kind: "forgotten" };

/** Every record of a source that made something, a page at a time: as it was kept, or that it is kept no more. */
export async function* keptUnits(store: Store, source: string): AsyncGenerator<KeptUnit> {
  let after: string | undefined;
  do {
    const page = await store.unitsOf(source, LIMITS.ingest_batch_records, after);
    for (const unit of page) {
      if (unit.hash === NO_CONTENT || isOrganization(unit)) continue;
      const raw = await store.raw(source, unit.unit);
      if (raw === undefined) yield { kind: "forgotten" };
      else yield { kind: "record", held: { content: raw.content, line: unit.line, unit: unit.unit } };
    }
    after = page.at(-1)?.unit;
  } while (after !== undefined);
}

function isOrganization({ line, made }: UnitLineage): boolean {
  return line === 0 && made.length === 1 && made[0]?.type === "Organization";
}

/** Every child whose own row is staged, to be mapped anew from its rows. */
export async function* stagedChildren(
  store: Store,
  { source, root }: { readonly source: string; readonly root: string },
): AsyncGenerator<Read> {
  let after: string | undefined;
  do {
    const keys = await store.stagedKeys(source, root, LIMITS.ingest_batch_records, after);
    for (const child of keys) yield toChildRead(child);
    after = keys.at(-1);
  } while (after !== undefined);
}

/** A child to be mapped from its rows; it stands in no line of any file. */
export function toChildRead(child: string): Read {
  return {
    prepared: { kind: "child", line: 1, child, content: () => "" },
    notCarried: [],
    dropped: [],
    filled: () => [],
    found: [],
  };
}
