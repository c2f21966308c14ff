import type { SourceFacts } from "../disclosure/visibility.ts";
import type { ReadVerbs, RecordKey, SharedKind } from "../store/store.ts";
import { labellingOf } from "./record-reader-labels.ts";
import type { LoadOptions } from "./record-reader-load.ts";
import type { HiddenServices } from "./record-reader-services.ts";

const KINDS: readonly SharedKind[] = ["Organization", "Practitioner", "PractitionerRole"];

export interface HiddenServicesReader {
  /** What is known at a state of the store; the same object as long as nothing about it is other. */
  at(changes: number): Promise<HiddenServices>;
  /** The same as a transaction sees it, of which nothing is kept: it may never be committed. */
  within(transaction: Verbs): Promise<HiddenServices>;
}

type Verbs = Pick<ReadVerbs, "sharedVersions" | "record">;

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
  store: Verbs,
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
    const read = await readAgain(store, services);
    const found = toFound(read, services);
    if (turn < settled) return found;
    settled = turn;
    records = read;
    value = found;
    checkedAt = changes;
    return value;
  }

  /** What was known before where it is still so. */
  function toFound(read: ReadonlyMap<RecordKey, Read>, services: Services): HiddenServices {
    const kinds = new Map([...read.values()].flatMap((one) => [...one.kinds]));
    return value.services === services && sameKinds(value.kinds, kinds) ? value : { services, kinds };
  }

  async function readAgain(verbs: Verbs, services: Services): Promise<ReadonlyMap<RecordKey, Read>> {
    const known = value.services === services ? records : new Map<RecordKey, Read>();
    const authorities = authoritiesOf(options.sources);
    const standing = await verbs.sharedVersions(KINDS, authorities);
    const read = standing.map(async ({ key, version }): Promise<readonly [RecordKey, Read]> => {
      const before = known.get(key);
      return [key, before?.version === version ? before : { version, kinds: await readKinds(verbs, key, services) }];
    });
    return new Map(await Promise.all(read));
  }

  async function readKinds(verbs: Verbs, key: RecordKey, services: Services): Promise<Read["kinds"]> {
    const stored = await verbs.record(key);
    return new Map(
      (stored?.resources ?? []).flatMap(({ type, id, body }): [string, string][] => {
        const kind = services.serviceOf(JSON.parse(body.toString()))?.kind;
        return kind === undefined ? [] : [[`${type}/${id}`, kind]];
      }),
    );
  }

  return {
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
    async within(transaction) {
      const { services } = labellingOf(options);
      return toFound(await readAgain(transaction, services), services);
    },
  };
}

function authoritiesOf(sources: ReadonlyMap<string, SourceFacts>): readonly string[] {
  return [...new Set([...sources.values()].map(({ authority }) => authority))];
}

function sameKinds(one: ReadonlyMap<string, string>, other: ReadonlyMap<string, string>): boolean {
  return one.size === other.size && [...one].every(([name, kind]) => other.get(name) === kind);
}
