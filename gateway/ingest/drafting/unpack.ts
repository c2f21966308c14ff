import type { MapContext, Mapped } from "#mappers/mapper.ts";
import { expandRaw, toVocabulary } from "../../store/compress-raw.ts";
import { createSlotIds, type Draft, type DraftContent, type DraftFacts } from "../draft.ts";
import type { Read } from "../prepared.ts";
import type { KeptContent } from "../unit.ts";
import type { PackedDraft, PackedRead, PackedUnit, Span } from "./messages.ts";

interface UnpackOptions {
  /** Maps what `parse` gave, in another thread. */
  readonly map: (parsed: unknown, context: MapContext) => Mapped;
  readonly ids: () => string;
}

const NOTHING_WRONG = () => [];

/** A record as the other thread read and drafted it. */
export function unpackRead(packed: PackedRead, buffer: ArrayBuffer, options: UnpackOptions): Read {
  const content = () => contentOf(packed, buffer);
  const { line, notCarried, dropped, filled, found } = packed;
  const read = { notCarried, dropped, filled: () => filled, found };
  if (packed.kind === "refused") {
    return { ...read, prepared: { kind: "refused", line, issues: packed.issues, content } };
  }
  return { ...read, prepared: toPrepared(packed, buffer, { content, options }) };
}

function contentOf(packed: PackedRead, buffer: ArrayBuffer): string {
  if (packed.content !== undefined) return textOf(buffer, packed.content);
  const raw = packed.kind === "unit" ? packed.raw : undefined;
  return raw === undefined ? "" : expandRaw(bytesOf(buffer, raw.compressed), toVocabulary(raw.vocabulary));
}

function toPrepared(
  packed: PackedUnit,
  buffer: ArrayBuffer,
  { content, options }: { readonly content: () => string; readonly options: UnpackOptions },
) {
  const { line, key, hash, record, writtenAt, identity, warnings, draft } = packed;
  return {
    kind: "unit" as const,
    line,
    content,
    warnings,
    unit: {
      key,
      hash,
      record,
      line,
      writtenAt,
      identity,
      map: (context: MapContext) => options.map(JSON.parse(textOf(buffer, packed.text)), context),
      draft: draft && unpackDraft(draft.packed, { facts: draft.facts, buffer, ids: options.ids }),
      ...(packed.raw === undefined ? {} : { raw: toRaw(packed.raw, buffer) }),
    },
  };
}

function toRaw({ compressed, vocabulary }: NonNullable<PackedUnit["raw"]>, buffer: ArrayBuffer): () => KeptContent {
  return () => ({ content: { compressed: bytesOf(buffer, compressed) }, vocabulary });
}

/** A draft as it stands on these facts; `buffer` holds the texts and bytes of it. */
export function unpackDraft(
  packed: PackedDraft,
  { facts, buffer, ids }: { readonly facts: DraftFacts; readonly buffer: ArrayBuffer; readonly ids: () => string },
): Draft {
  const columns = unpackColumns(packed, buffer);
  const all = packed.places.map((place, n): DraftContent => {
    const content = place === -1 ? columns.next().value : toHeld(facts, place);
    if (content === undefined) throw new Error("A draft came with fewer contents than it has.");
    return { ...content, record: packed.records[n] ?? "" };
  });
  const own = all.length - packed.provenances;
  const made = packed.slots.map((slot, n) => ({ slot, id: packed.ids[n] ?? "" }));
  const { patientId, patient, organizations, relationships, notCarried, replaces, withdraws, until } = packed;
  return {
    facts,
    patientId,
    contents: all.slice(0, own),
    provenances: all.slice(own),
    idOf: createSlotIds([...facts.made, ...made], ids, packed.ids[0]),
    patient,
    organizations,
    personIssues: () => packed.personIssues,
    relationships,
    notCarried,
    replaces,
    withdraws,
    until,
  };
}

type Unpacked = Omit<DraftContent, "record">;

function* unpackColumns(packed: PackedDraft, buffer: ArrayBuffer): Generator<Unpacked, undefined> {
  let from = packed.from;
  for (const [n, slot] of packed.slots.entries()) {
    const end = packed.ends[n] ?? from;
    const told = bytesOf(buffer, [from, end]);
    const coded = packed.coded[n] ?? 0;
    const tail = coded === 0 ? told : { tokens: told, bytes: coded };
    from = end;
    const issues = packed.issues.get(n);
    const [type = "", id = "", hash = ""] = [packed.types[n], packed.ids[n], packed.hashes[n]];
    const keys = () => packed.keys[n] ?? "";
    const identifiers = () => packed.identifiers[n] ?? [];
    yield {
      slot,
      content: { type, id, hash, tail, keys, identifiers },
      issues: issues === undefined ? NOTHING_WRONG : () => issues,
    };
  }
  return undefined;
}

/**
 * What the store holds just so: nothing is asked of it but its name and its hash. Were it held no more, its batch would
 * fail here, and each record of it be mapped by itself.
 */
function toHeld({ made, held }: DraftFacts, place: number): Unpacked | undefined {
  const one = made[place];
  const hash = held?.[place];
  if (one === undefined || hash === undefined) return undefined;
  const { slot, type, id } = one;
  return { slot, content: { type, id, hash, ...HELD }, issues: NOTHING_WRONG };
}

const notSent = (): never => {
  throw new Error("What the store holds already was to be stored again.");
};
const HELD = { tail: "", keys: notSent, identifiers: notSent } as const;

function bytesOf(buffer: ArrayBuffer, [from, to]: Span): Buffer {
  return Buffer.from(buffer, from, to - from);
}

function textOf(buffer: ArrayBuffer, span: Span): string {
  return bytesOf(buffer, span).toString();
}
