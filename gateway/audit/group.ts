import { hash, randomFillSync } from "node:crypto";
import { hashOfAnswer } from "./answer-hash.ts";
import type { AuditRecord } from "./audit.ts";
import { dayNumber } from "./files.ts";
import { type ChainHead, isLeafClient, LEAF_PREFIX_BYTE, leafText, payloadText } from "./leaf.ts";
import type { NodeHash } from "./tree.ts";

/** A group takes records until it holds so many bytes. */
const FULL_BYTES = 262_144;
/** Longest record that is taken, its two lines together: a page of a hundred entries with its query has 20 kB. */
export const RECORD_BYTES_MAX = 131_072;
/** Longest group. */
export const GROUP_BYTES_MAX = FULL_BYTES + RECORD_BYTES_MAX;
/** A record is measured once it is written, and a character may take three bytes. */
const BUFFER_BYTES = FULL_BYTES + 3 * RECORD_BYTES_MAX;

const SALT_BYTES = 16;
const SALTS_DRAWN = 256;

/** A leaf's line up to the leaf, with room for the hash that is known only once the leaf is written. */
const HASH_OFFSET = '{"hash":"'.length;
const BEFORE_LEAF = `{"hash":"${"-".repeat(43)}","leaf":`;
const COLON = 0x3a;
/** More than stands around a payload in its line: the salt, three names and what parts them. */
const ROUND_PAYLOAD_max = 64;

/** Records on their way to disk, encoded where they are written from. One group at a time. */
export interface Group {
  /** Empties the group and sets where its first record continues the chain, and how many leaves are signed for. */
  begin(head: ChainHead, signed?: number): void;
  /**
   * Encodes a record, unless it is for another group (this one is full or of another day) or too long for any.
   *
   * @param rules versions of what decides now, for a record that says none
   */
  add(record: AuditRecord, time: number, rules?: string): "added" | "next" | "too-long";
  /** Where the chain stands once the group is written. */
  readonly head: ChainHead;
  /** Each record's payload line and leaf line. Valid until the next `begin`. */
  readonly lines: Buffer;
  /** The leaf lines alone. Valid until the next `begin`. */
  readonly leaves: Buffer;
  /** Each leaf's hash. Valid until the next `begin`. */
  readonly hashes: readonly NodeHash[];
}

export function createGroup(process: string): Group {
  return new EncodedGroup(process);
}

const NOTHING_LASTS: ReadonlySet<ArrayBufferLike> = new Set();

class EncodedGroup implements Group {
  readonly #process: string;
  readonly #lines = Buffer.allocUnsafeSlow(BUFFER_BYTES);
  readonly #leaves = Buffer.allocUnsafeSlow(BUFFER_BYTES);
  readonly #salts = Buffer.alloc(SALT_BYTES * SALTS_DRAWN);
  #saltsDrawn = SALTS_DRAWN;
  #linesEnd = 0;
  #leavesEnd = 0;
  #day = 0;
  #signed = 0;
  #head: ChainHead | undefined;
  #hashes: NodeHash[] = [];

  constructor(process: string) {
    this.#process = process;
  }

  get head(): ChainHead {
    if (this.#head === undefined) throw new Error("A group of audit records was not begun.");
    return this.#head;
  }

  get lines(): Buffer {
    return this.#lines.subarray(0, this.#linesEnd);
  }

  get leaves(): Buffer {
    return this.#leaves.subarray(0, this.#leavesEnd);
  }

  get hashes(): readonly NodeHash[] {
    return this.#hashes;
  }

  begin(head: ChainHead, signed = 0): void {
    this.#hashes.length = 0;
    this.#head = head;
    this.#signed = signed;
    this.#linesEnd = 0;
    this.#leavesEnd = 0;
  }

  add(record: AuditRecord, time: number, rules?: string): "added" | "next" | "too-long" {
    if (this.#linesEnd === 0) this.#day = dayNumber(time);
    else if (this.#linesEnd >= FULL_BYTES || this.#day !== dayNumber(time)) return "next";
    const clientIsKnown = isLeafClient(record.client);
    const salt = this.#salt();
    const answer = record.answer && hashOfAnswer(salt, record.answer, record.lasting ?? NOTHING_LASTS);
    const payload = payloadText(record, clientIsKnown, answer);
    if (payload.length + ROUND_PAYLOAD_max > RECORD_BYTES_MAX) return "too-long";
    const start = this.#linesEnd;
    const leafStart = this.#write(start, `{"salt":"${salt}","payload":`, payload, "}\n");
    const { hash: previous, sequence: before } = this.head;
    const sequence = before + 1;
    const leaf = leafText(record, clientIsKnown, {
      rules: record.rules ?? rules,
      payload: hash("sha256", this.#lines.subarray(start, leafStart - 1), "base64url"),
      previous,
      process: this.#process,
      head: this.#signed > 0 ? this.#signed : undefined,
      sequence,
      time,
    });
    if (leafStart - start + BEFORE_LEAF.length + leaf.length * 3 > RECORD_BYTES_MAX) return "too-long";
    this.#head = { sequence, hash: this.#writeLeaf(leaf, leafStart), time };
    this.#leavesEnd += this.#lines.copy(this.#leaves, this.#leavesEnd, leafStart, this.#linesEnd);
    return "added";
  }

  /** The hash is taken from the bytes as they stand, the one before the leaf standing in for its prefix meanwhile. */
  #writeLeaf(leaf: string, start: number): string {
    const lines = this.#lines;
    const leafStart = start + BEFORE_LEAF.length;
    this.#linesEnd = this.#write(start, BEFORE_LEAF, leaf, "}\n");
    lines[leafStart - 1] = LEAF_PREFIX_BYTE;
    const text = hash("sha256", lines.subarray(leafStart - 1, this.#linesEnd - 2), "base64url");
    lines[leafStart - 1] = COLON;
    lines.write(text, start + HASH_OFFSET, "latin1");
    this.#hashes.push(Buffer.from(text, "base64url"));
    return text;
  }

  /** One by one, since texts that are put together are copied once more before they are written; gives where they end. */
  #write(start: number, ...texts: readonly string[]): number {
    let end = start;
    for (const text of texts) end += this.#lines.write(text, end);
    return end;
  }

  #salt(): string {
    if (this.#saltsDrawn === SALTS_DRAWN) {
      randomFillSync(this.#salts);
      this.#saltsDrawn = 0;
    }
    const start = this.#saltsDrawn * SALT_BYTES;
    this.#saltsDrawn += 1;
    return this.#salts.toString("base64url", start, start + SALT_BYTES);
  }
}
