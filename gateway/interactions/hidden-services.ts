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

type Services = HiddenServices["services"];

/** A look at one state of the store, shared by all who ask for that meanwhile. */
interface Checking {
  readonly changes: number;
  readonly services: Services;
  readonly found: Promise<HiddenServices>;
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
  let records: ReadonlyMap<RecordKey, Read> = new Map();
  let value: HiddenServices = { services: labellingOf(options).services, kinds: new Map() };
  let checking: Checking | undefined;
  let [begun, settled] = [0, 0];

  /** Of several that are under way, what began last is what is known from then on. */
  async function check(changes: number, services: Services): Promise<HiddenServices> {
    begun += 1;
    const turn = begun;
    const read = await readAgain(services);
    const found = { services, kinds: new Map([...read.values()].flatMap((one) => [...one.kinds])) };
    if (turn < settled) return found;
    settled = turn;
    records = read;
    if (value.services !== services || !sameKinds(value.kinds, found.kinds)) value = found;
    checkedAt = changes;
    return value;
  }

  async function readAgain(services: Services): Promise<ReadonlyMap<RecordKey, Read>> {
    const known = value.services === services ? records : new Map<RecordKey, Read>();
    const authorities = authoritiesOf(options.sources);
    const parts = await Promise.all(KINDS.map((kind) => store.sharedRecords(kind, authorities)));
    const read = parts.flat().map(async (key): Promise<readonly [RecordKey, Read] | undefined> => {
      const version = await store.recordVersion(key);
      const before = known.get(key);
      if (version === undefined) return undefined;
      if (before?.version === version) return [key, before];
      return [key, { version, kinds: await readKinds(key, services) }];
    });
    return new Map((await Promise.all(read)).filter((one) => one !== undefined));
  }

  async function readKinds(key: RecordKey, services: Services): Promise<Read["kinds"]> {
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
      const { services } = labellingOf(options);
      if (checkedAt === changes && value.services === services) return value;
      if (checking?.changes !== changes || checking.services !== services) {
        const found = check(changes, services).finally(() => {
          if (checking?.found === found) checking = undefined;
        });
        checking = { changes, services, found };
      }
      return checking.found;
    },
  };
}

function authoritiesOf(sources: ReadonlyMap<string, SourceFacts>): readonly string[] {
  return [...new Set([...sources.values()].map(({ authority }) => authority))];
}

function sameKinds(one: ReadonlyMap<string, string>, other: ReadonlyMap<string, string>): boolean {
  return one.size === other.size && [...one].every(([name, kind]) => other.get(name) === kind);
}
