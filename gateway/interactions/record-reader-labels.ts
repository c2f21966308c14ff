import type { Resource } from "@medplum/fhirtypes";
import type { Labels } from "../disclosure/labels/label.ts";
import { createLabelling, type Labelling, type Plan } from "../disclosure/labels/labels.ts";
import { LABEL_LISTS } from "../disclosure/labels/lists.ts";
import type { SourceFacts } from "../disclosure/visibility.ts";
import { type Pack, resourceBytes } from "../search/pack.ts";
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

/**
 * The labels of every entry of a pack. What no code raises has the labels of its type and source, or of its code alone;
 * only what has a code that can raise, or says something of that kind itself, is parsed.
 */
export function toEntryLabels(pack: Pack, options: Pick<LoadOptions, "labelling" | "sources">): readonly Labels[] {
  const labelling = labellingOf(options);
  const suspects = suspectsOf(pack, labelling);
  const planOf = toPlanOf(labelling, options);
  return pack.types.map((type, entry): Labels => {
    const plan = planOf(type, pack.sources[entry] ?? "");
    const isSuspect = suspects.has(entry);
    if (plan.kind === "plain" && !isSuspect) return plan.labels;
    const body = resourceBytes(pack, entry);
    const source = options.sources.get(pack.sources[entry] ?? "");
    const byCode = plan.kind === "by-code" && !isSuspect ? labelsByCode(labelling, { type, source, body }) : undefined;
    return byCode ?? labelling.labelsOf({ type, source, resource: JSON.parse(body.toString()) });
  });
}

/** Entries stand by type, and often many of one source stand together. */
function toPlanOf(labelling: Labelling, { sources }: Pick<LoadOptions, "sources">) {
  const plans = new Map<string, Map<string, Plan>>();
  return (type: string, source: string): Plan => {
    const ofType = plans.get(type) ?? new Map<string, Plan>();
    plans.set(type, ofType);
    const known = ofType.get(source) ?? labelling.planOf(type, sources.get(source));
    ofType.set(source, known);
    return known;
  };
}

const CODE = '"code":"';
const SECURITY = '"security":[';

/** Entries in which a code raises a label, or which say something of that kind themselves. */
function suspectsOf({ bytes, offsets }: Pack, labelling: Labelling): ReadonlySet<number> {
  const suspects = new Set<number>();
  const text = bytes.toString("latin1");
  let entry = 0;
  const entryAt = (place: number): number => {
    while ((offsets[entry * 3 + 3] ?? Number.POSITIVE_INFINITY) <= place) entry++;
    return entry;
  };
  for (let at = text.indexOf(CODE); at >= 0; at = text.indexOf(CODE, at + CODE.length)) {
    const start = at + CODE.length;
    for (const system of labelling.raisingSystems(text.slice(start, text.indexOf('"', start)))) {
      const holder = entryAt(at);
      const named = text.indexOf(system, offsets[holder * 3]);
      if (named >= 0 && named < (offsets[holder * 3 + 2] ?? 0)) suspects.add(holder);
    }
  }
  entry = 0;
  for (let at = text.indexOf(SECURITY); at >= 0; at = text.indexOf(SECURITY, at + SECURITY.length)) {
    suspects.add(entryAt(at));
  }
  return suspects;
}

const CONCEPT = '"code":{';

/** Labels by the text of a `code`, until there are too many. */
const remembered = new WeakMap<Labelling, Map<string, Labels>>();
const REMEMBERED_max = 5_000;

/** Labels of what has one code and no component; `undefined` where that is not so, or no list knows the code. */
function labelsByCode(
  labelling: Labelling,
  { type, source, body }: { readonly type: string; readonly source: SourceFacts | undefined; readonly body: Buffer },
): Labels {
  const start = body.indexOf(CONCEPT);
  if (start < 0 || body.indexOf(CONCEPT, start + CONCEPT.length) >= 0) return undefined;
  const begin = start + CONCEPT.length - 1;
  const text = body.toString("utf8", begin, endOfObject(body, begin));
  const memory = remembered.get(labelling) ?? new Map<string, Labels>();
  remembered.set(labelling, memory);
  if (memory.has(text)) return memory.get(text);
  const part: object = { resourceType: type, code: JSON.parse(text) };
  const labels = isResource(part) ? labelling.labelsOf({ type, source, resource: part }) : undefined;
  if (memory.size < REMEMBERED_max) memory.set(text, labels);
  return labels;
}

function isResource(value: object): value is Resource {
  return "resourceType" in value;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPENS = new Set([0x7b, 0x5b]);
const CLOSES = new Set([0x7d, 0x5d]);

/** Where an object of JSON that begins at `start` ends. */
function endOfObject(body: Buffer, start: number): number {
  let depth = 0;
  for (let at = start; at < body.length; at++) {
    const byte = body[at] ?? 0;
    if (byte === QUOTE) at = endOfText(body, at);
    else if (OPENS.has(byte)) depth++;
    else if (CLOSES.has(byte) && --depth === 0) return at + 1;
  }
  return body.length;
}

function endOfText(body: Buffer, start: number): number {
  let at = start + 1;
  while (at < body.length && body[at] !== QUOTE) at += body[at] === BACKSLASH ? 2 : 1;
  return at;
}
