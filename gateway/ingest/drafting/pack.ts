import { compressRaw } from "../../store/compress-raw.ts";
import { codeEnd } from "../../store/words/body-words.ts";
import type { Draft, DraftContent, DraftFacts } from "../draft.ts";
import type { Read } from "../prepared.ts";
import type { CodedTail, Content } from "../stored-resource.ts";
import type { Unit, UnitIssue } from "../unit.ts";
import type { PackedDraft, PackedRead, PackedUnit, Span } from "./messages.ts";

/** Bytes of a batch as they come, in one buffer that can be handed to another thread. */
export class ByteWriter {
  #buffer: ArrayBuffer;
  #bytes: Buffer;
  #length = 0;

  /** @param buffer what is written into until it is too small; what stands in it counts for nothing */
  constructor(buffer: ArrayBuffer) {
    this.#buffer = buffer;
    this.#bytes = Buffer.from(buffer);
  }

  get length(): number {
    return this.#length;
  }

  write(part: string | Uint8Array): Span {
    const from = this.#length;
    // A character takes three bytes at most.
    this.#reserve(typeof part === "string" ? part.length * 3 : part.length);
    if (typeof part === "string") this.#length += this.#bytes.write(part, from);
    else {
      this.#bytes.set(part, from);
      this.#length += part.length;
    }
    return [from, this.#length];
  }

  /** The buffer itself, which may be larger than what was written. */
  take(): ArrayBuffer {
    return this.#buffer;
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#bytes.length) return;
    const buffer = new ArrayBuffer(Math.max(this.#bytes.length * 2, this.#length + more));
    const larger = Buffer.from(buffer);
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#buffer = buffer;
    this.#bytes = larger;
  }
}

/** What was made of a record beyond reading it: a draft, nothing because it is unchanged, or nothing yet. */
export type Drafted = Draft | "unchanged" | undefined;

/** A record in the form in which it goes from thread to thread; its texts and bytes go into `bytes`. */
export function packRead(read: Read, drafted: Drafted, bytes: ByteWriter): PackedRead {
  const { prepared, notCarried, dropped, found } = read;
  const { line } = prepared;
  const record = { line, notCarried, dropped, filled: read.filled(), found };
  if (prepared.kind === "refused") {
    return { ...record, kind: "refused", content: bytes.write(prepared.content()), issues: prepared.issues };
  }
  if (prepared.kind !== "unit") throw new Error("A record of a table was sent to be drafted.");
  const { unit, warnings } = prepared;
  const isUnchanged = drafted === "unchanged";
  const raw = isUnchanged ? undefined : packRaw(unit, bytes);
  return {
    ...record,
    kind: "unit",
    content: isUnchanged || raw !== undefined ? undefined : bytes.write(prepared.content()),
    key: unit.key,
    hash: unit.hash,
    record: unit.record,
    writtenAt: unit.writtenAt,
    identity: unit.identity,
    warnings,
    text: bytes.write(unit.text ?? "null"),
    raw,
    draft:
      drafted === undefined || isUnchanged ? undefined : { facts: drafted.facts, packed: packDraft(drafted, bytes) },
  };
}

/** As the store keeps it, where that is shorter; of a Consent the store looks at the text. */
function codedTail(content: Content): CodedTail | undefined {
  if (content.type === "Consent") return undefined;
  const { tail } = content;
  const bytes = typeof tail === "string" ? Buffer.from(tail) : tail;
  if ("tokens" in bytes) return bytes;
  const tokens = codeEnd(bytes);
  return tokens && { tokens, bytes: bytes.length };
}

function plainTail({ tail }: Content): string | Uint8Array {
  if (typeof tail === "object" && "tokens" in tail) throw new Error("A tail that is coded has no text.");
  return tail;
}

/** Compressed here rather than where it would hold up queries. */
function packRaw({ raw }: Unit, bytes: ByteWriter): PackedUnit["raw"] {
  const kept = raw?.();
  if (kept === undefined) return undefined;
  const { content, vocabulary } = kept;
  const compressed = typeof content === "string" ? compressRaw(content, vocabulary) : content.compressed;
  return { compressed: bytes.write(compressed), vocabulary };
}

/** A draft in that form, without the facts that it stands on; whoever gave these has them. */
export function packDraft(draft: Draft, bytes: ByteWriter): PackedDraft {
  const { facts, contents: made, provenances, idOf: _, personIssues, ...others } = draft;
  const placeOf = toPlaceOf(facts);
  const places = [...made.map(placeOf), ...provenances.map(() => -1)];
  const told = made.filter((__, n) => places[n] === -1);
  const contents = [...told, ...provenances];
  const from = bytes.length;
  const coded: number[] = [];
  const ends = contents.map(({ content }) => {
    const tail = codedTail(content);
    coded.push(tail?.bytes ?? 0);
    return bytes.write(tail?.tokens ?? plainTail(content))[1];
  });
  const issues = new Map<number, readonly UnitIssue[]>();
  for (const [place, content] of told.entries()) {
    const found = content.issues();
    if (found.length > 0) issues.set(place, found);
  }
  return {
    ...others,
    provenances: provenances.length,
    places,
    records: made.map(({ record }) => record),
    slots: contents.map(({ slot }) => slot),
    types: contents.map(({ content }) => content.type),
    ids: contents.map(({ content }) => content.id),
    hashes: contents.map(({ content }) => content.hash),
    keys: contents.map(({ content }) => content.keys()),
    identifiers: contents.map(({ content }) => content.identifiers()),
    coded,
    from,
    ends,
    issues,
    personIssues: personIssues(),
  };
}

/** Finds what is made just as the store holds it: its hash tells of its type and id too. */
function toPlaceOf({ made, held }: DraftFacts): (content: DraftContent) => number {
  if (held === undefined) return () => -1;
  const places = new Map(made.map(({ slot }, n) => [slot, n]));
  return ({ slot, content: { hash } }) => {
    const place = places.get(slot) ?? -1;
    return held[place] === hash ? place : -1;
  };
}
