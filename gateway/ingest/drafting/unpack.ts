import type { MapContext, Mapped } from "#mappers/mapper.ts";
import { expandRaw, toVocabulary } from "../../store/compress-raw.ts";
import { createSlotIds, type Draft, type DraftContent } from "../draft.ts";
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
      draft: draft && unpackDraft(draft, buffer, options.ids),
      ...(packed.raw === undefined ? {} : { raw: toRaw(packed.raw, buffer) }),
    },
  };
}

function toRaw({ compressed, vocabulary }: NonNullable<PackedUnit["raw"]>, buffer: ArrayBuffer): () => KeptContent {
  return () => ({ content: { compressed: bytesOf(buffer, compressed) }, vocabulary });
}

function unpackDraft(packed: PackedDraft, buffer: ArrayBuffer, ids: () => string): Draft {
  const { slots, facts } = packed;
  let from = packed.from;
  const all = slots.map((slot, place): DraftContent => {
    const end = packed.ends[place] ?? from;
    const told = bytesOf(buffer, [from, end]);
    const coded = packed.coded[place] ?? 0;
    const tail = coded === 0 ? told : { tokens: told, bytes: coded };
    from = end;
    const issues = packed.issues.get(place);
    const [type = "", id = "", hash = ""] = [packed.types[place], packed.ids[place], packed.hashes[place]];
    return {
      slot,
      record: packed.records[place] ?? "",
      content: {
        type,
        id,
        hash,
        tail,
        keys: () => packed.keys[place] ?? "",
        identifiers: () => packed.identifiers[place] ?? [],
      },
      issues: issues === undefined ? NOTHING_WRONG : () => issues,
    };
  });
  const own = all.length - packed.provenances;
  const made = all.map(({ slot, content }) => ({ slot, id: content.id }));
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

function bytesOf(buffer: ArrayBuffer, [from, to]: Span): Buffer {
  return Buffer.from(buffer, from, to - from);
}

function textOf(buffer: ArrayBuffer, span: Span): string {
  return bytesOf(buffer, span).toString();
}
