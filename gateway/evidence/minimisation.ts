import type { Resource } from "@medplum/fhirtypes";
import type { Client, Register } from "../access/register.ts";
import type { Requester } from "../access/requester.ts";
import { hasScope } from "../access/scope.ts";
import type { Labelling } from "../disclosure/labels/labels.ts";
import { isTree, type Tree } from "../disclosure/place-values.ts";
import type { SourceFacts } from "../disclosure/visibility.ts";
import type { MapperOf } from "../ingest/mappers.ts";
import { momentOf } from "../interactions/moment.ts";
import {
  createRecordReader,
  type Moment,
  type RecordReader,
  type VisibleRecord,
} from "../interactions/record-reader.ts";
import { type Pack, resourceBytes } from "../search/pack.ts";
import type { Store, StoredRecord } from "../store/store.ts";
import { countElements, type ElementCounts, wordFor } from "./element-counts.ts";
import { bringInvented } from "./invented-records.ts";
import { toRequester } from "./requester.ts";
import type { EvidenceSection } from "./section.ts";

const CACHE_bytes = 33_554_432;

export interface MinimisationOptions {
  readonly register: Register;
  readonly sources: ReadonlyMap<string, SourceFacts>;
  readonly labelling: () => Labelling;
  readonly mapperOf: MapperOf;
  /** Empty, and thrown away afterwards. */
  readonly store: Store;
  readonly fhirBase: string;
  /** Milliseconds since 1970. */
  readonly now_ms: number;
}

/** What each client gets of each element: looked at in records that were made for it, through the view of the client. */
export async function minimisationSection(options: MinimisationOptions): Promise<EvidenceSection> {
  const { register, store, now_ms } = options;
  const keys = await bringInvented(options);
  const reader = createRecordReader({ ...options, cache_bytes: CACHE_bytes });
  const moment = await momentOf(reader, now_ms);
  const clients = register.clients.filter(({ enabled }) => enabled);
  const counts = new Map<string, ElementCounts>(clients.map(({ id }) => [id, new Map()]));
  for (const key of keys) {
    const stored = await store.record(key);
    if (stored === undefined) continue;
    for (const client of clients) {
      const requester = toRequester(client, register, now_ms);
      await countRecord(counts.get(client.id) ?? new Map(), stored, { reader, requester, moment });
    }
  }
  const names = [...new Set([...counts.values()].flatMap((one) => [...one.keys()]))].toSorted();
  return {
    id: "minimisation",
    title: "Minimisation matrix",
    text: [
      `${keys.length} children who do not exist were told by every registered source, mapped and stored as ever, each related to every client's organisation; each client's view of them was made by the gateway's own functions of disclosure under its agreement. Nothing of real children was read.`,
      "Released: whatever is seen holds the element as it was told. Minimised: the resource is seen without it. Withheld: no resource that holds it is seen. For some: of restricted children, where a family objects, or where an identifier stands with another child. No scope: the client may neither read nor search the type.",
      "Elements that no mapper fills for these children are not in the table; nor is what clients write themselves.",
    ],
    tables: [
      {
        id: "minimisation",
        title: "Element by client",
        head: ["Data class", "Resource", "Element", ...clients.map(({ id }) => id)],
        rows: names.map((name) => {
          const [dataClass = "", type = "", element = ""] = name.split("\t");
          return [
            dataClass,
            type,
            element,
            ...clients.map((client) =>
              mayRead(client, type) ? wordFor(counts.get(client.id)?.get(name)) : "no scope",
            ),
          ];
        }),
      },
    ],
  };
}

function mayRead({ scopes }: Client, type: string): boolean {
  return hasScope(scopes, type, "r") || hasScope(scopes, type, "s");
}

interface Looking {
  readonly reader: RecordReader;
  readonly requester: Requester;
  readonly moment: Moment;
}

async function countRecord(
  counts: ElementCounts,
  stored: StoredRecord,
  { reader, requester, moment }: Looking,
): Promise<void> {
  const view = await reader.view(stored.key, requester, moment);
  const seen = view === undefined ? new Map<string, Tree>() : treesIn(view);
  for (const resource of stored.resources) {
    const tree = parse(resource.body);
    const { type, id, dataClass } = resource;
    countElements(counts, { dataClass, resource: tree }, seen.get(`${type}/${id}`));
  }
  const patient = view === undefined ? undefined : patientIn(view);
  const resource = joined(stored.contributions.map(({ body }) => parse(body)));
  if (resource !== undefined) countElements(counts, { dataClass: "all sources", resource }, patient);
}

/** All that anybody says of a child: its Patient is made of several sources, and belongs to no class alone. */
function joined(patients: readonly Tree[]): Tree | undefined {
  if (patients.length === 0) return undefined;
  const identifier = patients.flatMap((patient) => (Array.isArray(patient.identifier) ? patient.identifier : []));
  return { ...Object.assign({}, ...patients), identifier };
}

function treesIn({ pack, isVisible }: VisibleRecord): ReadonlyMap<string, Tree> {
  const trees = new Map<string, Tree>();
  for (const [entry, id] of pack.ids.entries()) {
    if (isVisible(entry)) trees.set(`${pack.types[entry]}/${id}`, treeAt(pack, entry));
  }
  return trees;
}

function patientIn({ patient }: VisibleRecord): Tree | undefined {
  return patient.size === 0 ? undefined : treeAt(patient, 0);
}

function treeAt(pack: Pack, entry: number): Tree {
  return parse(resourceBytes(pack, entry));
}

function parse(body: Buffer | string): Tree {
  const resource: Resource = JSON.parse(body.toString());
  return isTree(resource) ? resource : {};
}
