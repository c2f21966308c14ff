import type { Resource } from "@medplum/fhirtypes";
import type { Labels } from "../disclosure/labels/label.ts";
import { createLabelling, type Labelling } from "../disclosure/labels/labels.ts";
import { LABEL_LISTS } from "../disclosure/labels/lists.ts";
import type { SourceFacts } from "../disclosure/visibility.ts";
import { LIMITS } from "../limits.ts";
import { toReduced } from "../search/likeness.ts";
import { parseEntry } from "../search/match.ts";
import type { Pack } from "../search/pack.ts";
import type { LoadOptions } from "./record-reader-load.ts";

/** The lists in force: those that the gateway was told, else its own. */
export function labellingOf({ labelling }: Pick<LoadOptions, "labelling">): Labelling {
  return labelling === undefined ? ownLabelling() : labelling();
}

let own: Labelling | undefined;

function ownLabelling(): Labelling {
  own ??= createLabelling(LABEL_LISTS);
  return own;
}

/** The labels of a version of a resource; of a current one a loaded record tells them cheaper. */
export function labelsOfVersion(
  options: Pick<LoadOptions, "labelling" | "sources">,
  { type, source, body }: { readonly type: string; readonly source: string; readonly body: Buffer },
): Labels {
  const resource: Resource = JSON.parse(body.toString());
  return labellingOf(options).labelsOf({ type, source: options.sources.get(source), resource });
}

/** Labels of what is alike, by whoever told it, until there are too many. */
const REMEMBERED = new WeakMap<Labelling, WeakMap<SourceFacts | typeof UNREGISTERED, Map<string, Labels>>>();
const UNREGISTERED = {};

function memoryOf(labelling: Labelling, source: SourceFacts | undefined): Map<string, Labels> {
  const bySource = REMEMBERED.get(labelling) ?? new WeakMap<SourceFacts | typeof UNREGISTERED, Map<string, Labels>>();
  REMEMBERED.set(labelling, bySource);
  const memory = bySource.get(source ?? UNREGISTERED) ?? new Map<string, Labels>();
  bySource.set(source ?? UNREGISTERED, memory);
  return memory;
}

/** The labels of an entry of a pack: read from the first resource of all that are alike, and known of the others. */
export function labelsOfEntry(
  pack: Pack,
  entry: number,
  { labelling, sources }: { readonly labelling: Labelling; readonly sources: LoadOptions["sources"] },
): Labels {
  const source = sources.get(pack.sources[entry] ?? "");
  const likeness = pack.likenesses[entry] ?? "";
  const type = pack.types[entry] ?? "";
  if (likeness === "") return labelling.labelsOf({ type, source, resource: parseEntry(pack, entry) });
  const memory = memoryOf(labelling, source);
  if (memory.has(likeness)) return memory.get(likeness);
  if (memory.size >= LIMITS.remembered_likenesses_max) memory.clear();
  const labels = labelling.labelsOf({ type, source, resource: toReduced(parseEntry(pack, entry)) });
  memory.set(likeness, labels);
  return labels;
}
