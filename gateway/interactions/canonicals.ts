import { hash } from "node:crypto";
import { type CanonicalType, isCanonicalType } from "#profiles/interactions.ts";
import type { PublishedResource } from "#profiles/published.ts";
import { extractKeys } from "../search/keys.ts";
import { type Pack, type Packable, resourceBytes, toPack } from "../search/pack.ts";
import type { CanonicalResource } from "./read.ts";
import type { VisibleRecord } from "./record-reader.ts";

/**
 * The resources of the contract, in the form in which records are searched: read and searched like all others, visible
 * to everybody who is known, written by nobody. They come with the release, so they have one version each.
 */
export interface Canonicals {
  /** All of them in one record of no child; packed when its pack is first asked for. */
  readonly view: VisibleRecord;
  read(type: CanonicalType, id: string): CanonicalResource | undefined;
}

interface Packed {
  readonly pack: Pack;
  readonly entries: ReadonlyMap<string, number>;
}

/** Below every key of the store. */
const CANONICALS_KEY = 0;

/** `published` is called once at most, and not before the first question. */
export function createCanonicals(fhirBase: string, published: () => readonly PublishedResource[]): Canonicals {
  let packed: Packed | undefined;
  const load = (): Packed => {
    if (packed) return packed;
    const pack = toPack(published().flatMap(toPackable), fhirBase);
    const names = pack.ids.map((id, entry): [string, number] => [`${pack.types[entry]}/${id}`, entry]);
    packed = { pack, entries: new Map(names) };
    return packed;
  };
  const nobody = toPack([], fhirBase);
  return {
    view: {
      key: CANONICALS_KEY,
      patientId: "",
      patient: nobody,
      identity: nobody,
      get pack() {
        return load().pack;
      },
      isVisible: () => true,
      rules: ["contract"],
    },
    read(type, id) {
      const { pack, entries } = load();
      const entry = entries.get(`${type}/${id}`);
      if (entry === undefined) return undefined;
      const [versionId = "", lastUpdated_ms = 0] = [pack.versions[entry], pack.lastUpdated_ms[entry]];
      return { body: resourceBytes(pack, entry), versionId, lastUpdated_ms };
    },
  };
}

/** Last updated when the resource itself says: a later start of the gateway changes nothing. */
function toPackable(resource: PublishedResource): readonly Packable[] {
  const { resourceType, id = "", meta, ...rest } = resource;
  if (!isCanonicalType(resourceType)) return [];
  const lastUpdated = Date.parse(meta?.lastUpdated ?? resource.date ?? "");
  const version = hash("sha256", JSON.stringify(resource), "hex").slice(0, 16);
  const whole = { ...meta, versionId: version, lastUpdated: new Date(lastUpdated).toISOString() };
  return [
    {
      type: resourceType,
      id,
      version,
      lastUpdated,
      source: "",
      body: Buffer.from(JSON.stringify({ resourceType, id, meta: whole, ...rest })),
      keys: extractKeys({ ...resource, meta: whole }),
    },
  ];
}
