import type { SourceFacts } from "../disclosure/visibility.ts";
import type { RecordKey, SharedKind, Store } from "../store/store.ts";
import { labellingOf } from "./record-reader-labels.ts";
import type { LoadOptions } from "./record-reader-load.ts";
import type { HiddenServices } from "./record-reader-services.ts";

const KINDS: readonly SharedKind[] = ["Organization", "Practitioner", "PractitionerRole"];

export interface HiddenServicesReader {
  /** What was known last, without asking the store. */
  known(): HiddenServices;
  /** What is known at a state of the store; the same object as long as nothing about it is other. */
  at(changes: number): Promise<HiddenServices>;
}

interface Read {
  readonly version: number;
  readonly kinds: ReadonlyMap<string, string>;
}

/**
 * Which of the organisations, practitioners and roles that the store holds are services that are hidden: a reference alone
 * says as much as a name. Read anew only where one of the few records that hold them has changed.
 */
export function createHiddenServices(
  store: Pick<Store, "sharedRecords" | "recordVersion" | "record">,
  options: Pick<LoadOptions, "labelling" | "sources">,
): HiddenServicesReader {
  let checkedAt = Number.NaN;
  let records = new Map<RecordKey, Read>();
  let value: HiddenServices = { services: labellingOf(options).services, kinds: new Map() };

  async function readAgain(): Promise<void> {
    const { services } = labellingOf(options);
    if (value.services !== services) records = new Map();
    const read = new Map<RecordKey, Read>();
    for (const kind of KINDS) {
      for (const key of await store.sharedRecords(kind, authoritiesOf(options.sources))) {
        const version = await store.recordVersion(key);
        const before = records.get(key);
        if (version === undefined) continue;
        if (before?.version === version) read.set(key, before);
        else read.set(key, { version, kinds: await readKinds(key, services) });
      }
    }
    records = read;
    const kinds = new Map([...read.values()].flatMap((one) => [...one.kinds]));
    const isSame = value.services === services && sameKinds(value.kinds, kinds);
    if (!isSame) value = { services, kinds };
  }

  async function readKinds(key: RecordKey, services: HiddenServices["services"]): Promise<Read["kinds"]> {
    const stored = await store.record(key);
    return new Map(
      (stored?.resources ?? []).flatMap(({ type, id, body }): [string, string][] => {
        const kind = services.serviceOf(JSON.parse(body.toString()))?.kind;
        return kind === undefined ? [] : [[`${type}/${id}`, kind]];
      }),
    );
  }

  return {
    known: () => value,
    async at(changes) {
      if (checkedAt === changes && value.services === labellingOf(options).services) return value;
      await readAgain();
      checkedAt = changes;
      return value;
    },
  };
}

function authoritiesOf(sources: ReadonlyMap<string, SourceFacts>): readonly string[] {
  return [...new Set([...sources.values()].map(({ authority }) => authority))];
}

function sameKinds(one: ReadonlyMap<string, string>, other: ReadonlyMap<string, string>): boolean {
  return one.size === other.size && [...one].every(([name, kind]) => other.get(name) === kind);
}
