import { hash } from "node:crypto";
import { isRecordType, type RecordType } from "#profiles/interactions.ts";
import type { Agreement, Requester } from "../access/requester.ts";
import { elementsOf, minimised, minimisedTypes } from "../disclosure/minimised.ts";
import { isTree, type Tree } from "../disclosure/place-values.ts";
import { extractKeys } from "../search/keys.ts";
import { type Packable, resourceBytes, toPack } from "../search/pack.ts";
import { parseLossless } from "../validation/lossless.ts";
import type { VisibleRecord } from "./record-reader.ts";
import type { VisibleVersion } from "./versions.ts";

/** Whether anything of what a requester gets is a part of what there is. */
export function isMinimised({ agreement }: Requester): boolean {
  return agreement.elements !== undefined;
}

/** Types whose versions have to be known to tell when their released form began. The Patient's are made by its fold. */
export function typesToMinimise({ agreement }: Requester): readonly RecordType[] {
  return minimisedTypes(agreement).flatMap((type) => (isRecordType(type) && type !== "Patient" ? [type] : []));
}

/**
 * Versions in their released form: those that differ from the one before in nothing that is released are none. Of a type
 * that is released whole they stay as they are. Newest first, as they come.
 */
export function minimisedVersions(
  versions: readonly VisibleVersion[],
  { agreement }: Requester,
): readonly VisibleVersion[] {
  const kept = new Set<VisibleVersion>();
  const changed = new Map<VisibleVersion, VisibleVersion>();
  for (const chain of Map.groupBy(versions, ({ type, id }) => `${type}/${id}`).values()) {
    const elements = elementsOf(agreement, chain[0]?.type ?? "");
    if (elements === undefined || chain[0]?.type === "Patient") for (const version of chain) kept.add(version);
    else for (const [version, form] of formsOf(chain, elements)) changed.set(version, form);
  }
  return versions.flatMap((version) => (kept.has(version) ? [version] : (changed.get(version) ?? [])));
}

function formsOf(
  chain: readonly VisibleVersion[],
  elements: readonly string[],
): readonly (readonly [VisibleVersion, VisibleVersion])[] {
  let before: string | undefined;
  return chain
    .toSorted((a, b) => a.sequence - b.sequence)
    .flatMap((version): [VisibleVersion, VisibleVersion][] => {
      const { body, lastUpdated_ms, sequence } = version;
      const form = body && toForm(body, elements);
      if (form !== undefined && form.text === before) return [];
      before = form?.text;
      const versionId = hash("sha256", `${form?.text ?? ""}\n${lastUpdated_ms}/${sequence}`, "hex").slice(0, 16);
      return [[version, { ...version, versionId, body: form && withVersion(form, versionId, lastUpdated_ms) }]];
    });
}

interface Form {
  readonly tree: Tree;
  /** All of it but its version. */
  readonly text: string;
}

function toForm(body: Buffer, elements: readonly string[]): Form {
  const resource = parseLossless(body.toString());
  const { meta, ...rest } = minimised(isTree(resource) ? resource : {}, elements);
  const { versionId: _, lastUpdated: __, ...told } = isTree(meta) ? meta : {};
  const tree = { ...rest, meta: told };
  return { tree, text: JSON.stringify(tree) };
}

function withVersion({ tree }: Form, versionId: string, lastUpdated_ms: number): Buffer {
  const { resourceType, id, meta, ...rest } = tree;
  const stamp = { versionId, lastUpdated: new Date(lastUpdated_ms).toISOString() };
  const told = { resourceType, id, meta: { ...stamp, ...(isTree(meta) ? meta : {}) }, ...rest };
  return Buffer.from(JSON.stringify(told));
}

/**
 * A visible record in which everything stands as it is released: bodies, versions and the keys that searches look at.
 * `versions`: those of the types that are minimised, in their released form.
 */
export function minimisedView(
  view: VisibleRecord,
  versions: readonly VisibleVersion[],
  { agreement, fhirBase }: { readonly agreement: Agreement; readonly fhirBase: string },
): VisibleRecord {
  const newest = new Map<string, VisibleVersion>();
  for (const version of versions) {
    const name = `${version.type}/${version.id}`;
    if (!newest.has(name)) newest.set(name, version);
  }
  const { pack } = view;
  const places = new Map(pack.ids.map((id, entry) => [`${pack.types[entry]}/${id}`, entry]));
  const shown = new Set<number>();
  const packables = pack.ids.flatMap((id, entry): Packable[] => {
    const type = pack.types[entry];
    if (type === undefined) return [];
    const told = { type, id, source: pack.sources[entry] ?? "" };
    const form = newest.get(`${type}/${id}`);
    const isWhole = elementsOf(agreement, type) === undefined;
    if (view.isVisible(entry) && (isWhole || form?.body !== undefined)) shown.add(entry);
    // Nobody sees the rest; that there is some counts for the record of the answer.
    const body = isWhole || !shown.has(entry) ? resourceBytes(pack, entry) : (form?.body ?? Buffer.from("{}"));
    const version = isWhole ? (pack.versions[entry] ?? "") : (form?.versionId ?? "");
    const lastUpdated = (isWhole ? undefined : form?.lastUpdated_ms) ?? pack.lastUpdated_ms[entry] ?? 0;
    return [{ ...told, version, lastUpdated, body, keys: extractKeys(JSON.parse(body.toString())) }];
  });
  const made = toPack(packables, fhirBase);
  const before = made.ids.map((id, entry) => places.get(`${made.types[entry]}/${id}`) ?? -1);
  return {
    ...view,
    patient: view.patient,
    identity: view.identity,
    pack: made,
    isVisible: (entry) => shown.has(before[entry] ?? -1),
    ...(view.labelsOf && { labelsOf: (entry: number) => view.labelsOf?.(before[entry] ?? -1) }),
  };
}
