import type { Requester } from "../access/requester.ts";
import { nextInstant } from "../disclosure/decide-visibility.ts";
import type { ReadVerbs, RecordKey, StoredVersion } from "../store/store.ts";
import type { Moment, VisibleRecord } from "./record-reader.ts";
import { isMinimised, minimisedVersions, minimisedView, typesToMinimise } from "./record-reader-elements.ts";
import type { LoadedRecord, LoadOptions, Shown } from "./record-reader-load.ts";
import { toMergedView, toSight, toView } from "./record-reader-view.ts";
import type { Soon } from "./soon.ts";
import { toVersions } from "./versions.ts";

type Load = (key: RecordKey, changes: number) => Soon<LoadedRecord | undefined>;

interface Looking {
  readonly requester: Requester;
  readonly at: Moment;
}

interface ViewPorts {
  readonly verbs: Pick<ReadVerbs, "recordHistory">;
  readonly options: LoadOptions;
}

/** What a requester sees of a record that is loaded: at once where it was shown to the same one, and nothing has changed. */
export function createViews({ verbs, options }: ViewPorts) {
  function viewBy(load: Load, key: RecordKey, { requester, at }: Looking): Soon<VisibleRecord | undefined> {
    const record = load(key, at.changes);
    const shown = record instanceof Promise ? undefined : record?.shown;
    return shown && isStill(shown, requester, at) ? shown.view : viewAnew(load, record, { requester, at });
  }

  async function viewAnew(
    load: Load,
    found: Soon<LoadedRecord | undefined>,
    { requester, at }: Looking,
  ): Promise<VisibleRecord | undefined> {
    const record = await found;
    if (!record) return undefined;
    if (record.mergedInto !== undefined) {
      const into = await load(record.mergedInto, at.changes);
      return into && toMergedView(record, into, { requester, at, options });
    }
    // Whoever waited for the same record may have decided on it by now.
    const { shown } = record;
    if (shown && isStill(shown, requester, at)) return shown.view;
    const sight = toSight(record, { requester, at }, options);
    const whole = sight && toView(record, sight, options);
    const view =
      whole && isMinimised(requester) ? await minimise(whole, record, { requester, at, options, verbs }) : whole;
    const until_ms = sight?.changesAt_ms ?? nextInstant(record.facts, at.now_ms);
    record.shown = { requester, today: at.today, from_ms: at.now_ms, until_ms, view };
    return view;
  }

  return viewBy;
}

/** Within one token a client is shown the same again, until a period begins or ends. */
function isStill({ requester, today, from_ms, until_ms }: Shown, asking: Requester, at: Moment): boolean {
  return requester === asking && today === at.today && from_ms <= at.now_ms && at.now_ms < until_ms;
}

/** When a released form began is told by all the versions before it. What came since the record was read counts next time. */
async function minimise(
  view: VisibleRecord,
  record: LoadedRecord,
  {
    verbs,
    ...looking
  }: {
    readonly requester: Requester;
    readonly at: Moment;
    readonly options: LoadOptions;
    readonly verbs: Pick<ReadVerbs, "recordHistory">;
  },
): Promise<VisibleRecord> {
  const { requester, options } = looking;
  const { agreement } = requester;
  const history = view.pack.size === 0 ? [] : versionsBefore(record, await verbs.recordHistory(record.key));
  const versions = toVersions(record, history, { ...looking, wanted: { types: typesToMinimise(requester) } });
  return minimisedView(view, minimisedVersions(versions, requester), { agreement, fhirBase: options.fhirBase });
}

/**
 * Of each resource of a record what it replaced. A history read later may hold more: what was told and replaced meanwhile may
 * name a service that was told with it, of which the record knows nothing.
 */
function versionsBefore({ pack }: LoadedRecord, history: readonly StoredVersion[]): readonly StoredVersion[] {
  const standing = new Map(pack.ids.map((id, entry) => [`${pack.types[entry]}/${id}`, Number(pack.versions[entry])]));
  return history.filter(({ type, id, version }) => version < (standing.get(`${type}/${id}`) ?? 0));
}
