import { hash, randomFillSync } from "node:crypto";
import type { AuditRecord } from "./audit.ts";

/** Where a chain stands: what the next leaf continues. */
export interface ChainHead {
  /** Of the last leaf; 0 before the first. */
  readonly sequence: number;
  /** Hash of the last leaf; empty before the first. */
  readonly hash: string;
  /** Time of the last leaf, milliseconds since 1970. */
  readonly time: number;
}

export const GENESIS: ChainHead = { sequence: 0, hash: "", time: 0 };

/** One record as the two lines that are written, each with its line feed. */
export interface Entry {
  readonly leafLine: string;
  readonly payloadLine: string;
  readonly head: ChainHead;
}

/** What cannot name a person, and stays for ever. Keys in the order of RFC 8785, so that the text is canonical. */
export interface Leaf {
  readonly agreement?: string;
  readonly client?: string;
  readonly interaction: string;
  readonly legalBasis?: string;
  readonly organization?: string;
  readonly outcome: AuditRecord["outcome"];
  /** SHA-256 (base64url) of the payload's salt and text. */
  readonly payload: string;
  /** Hash of the leaf before; empty in the first. */
  readonly previous: string;
  readonly process: string;
  readonly purpose?: string;
  readonly sequence: number;
  readonly time: number;
}

const SALT_BYTES = 16;
const SALTS_DRAWN = 256;

/** Marks a leaf, as opposed to an inner node, in the tree of RFC 6962 section 2.1. */
const LEAF_PREFIX = "\u0000";

/** A client id as registers hold it. What an unknown caller claims may be anything, a child's number included. */
const CLIENT_ID = /^[\w.-]{1,64}$/;
const PERSON_NUMBER = /(?<![\da-z])(?:\d{10}|[a-z]\d{11}[\da-z])(?![\da-z])/i;

export interface Encoder {
  /** The record as the next entry of a chain; the chain has moved only once it is written. */
  encode(record: AuditRecord, time: number, head: ChainHead): Entry;
}

export function createEncoder(process: string): Encoder {
  const salts = Buffer.alloc(SALT_BYTES * SALTS_DRAWN);
  let drawn = SALTS_DRAWN;

  function salt(): string {
    if (drawn === SALTS_DRAWN) {
      randomFillSync(salts);
      drawn = 0;
    }
    drawn += 1;
    return salts.toString("base64url", (drawn - 1) * SALT_BYTES, drawn * SALT_BYTES);
  }

  return {
    encode(record, time, head) {
      const known = CLIENT_ID.test(record.client) && !PERSON_NUMBER.test(record.client);
      const payload = payloadText(record, known);
      const payloadSalt = salt();
      const sequence = head.sequence + 1;
      // An absent value stays undefined and leaves no key behind.
      const leaf = JSON.stringify({
        agreement: record.agreement,
        client: known ? record.client : undefined,
        interaction: record.interaction,
        legalBasis: record.legalBasis,
        organization: record.organization,
        outcome: record.outcome,
        payload: commitment(payloadSalt, payload),
        previous: head.hash,
        process,
        purpose: record.purpose,
        sequence,
        time,
      });
      const leafHash = hashOfLeaf(leaf);
      return {
        leafLine: `{"hash":"${leafHash}","leaf":${leaf}}\n`,
        payloadLine: `{"sequence":${sequence},"salt":"${payloadSalt}","payload":${payload}}\n`,
        head: { sequence, hash: leafHash, time },
      };
    },
  };
}

/** What may name a person, here or in what a caller sent; it can be purged. */
function payloadText(record: AuditRecord, clientIsKnown: boolean): string {
  return JSON.stringify({
    client: clientIsKnown ? undefined : record.client,
    requestId: record.requestId,
    tokenId: record.tokenId,
    query: record.query,
    patients: record.patients,
    released: record.released,
    withheld: record.withheld,
    detail: record.detail,
  });
}

export function commitment(salt: string, payload: string): string {
  return hash("sha256", salt + payload, "base64url");
}

export function hashOfLeaf(leaf: string): string {
  return hash("sha256", LEAF_PREFIX + leaf, "base64url");
}

export interface LeafLine {
  /** As it stands in the line. */
  readonly hash: string;
  /** Whether the leaf has that hash. */
  readonly intact: boolean;
  readonly leaf: Pick<Leaf, "payload" | "previous" | "process" | "sequence" | "time">;
}

const LEAF_LINE = /^\{"hash":"([\w-]{43})","leaf":(\{.*\})\}$/s;

/** A line without its line feed; `undefined` when it is none of ours. */
export function parseLeafLine(line: string): LeafLine | undefined {
  const [, found = "", text = ""] = LEAF_LINE.exec(line) ?? [];
  const leaf = found === "" ? undefined : toLeaf(text);
  return leaf && { hash: found, intact: hashOfLeaf(text) === found, leaf };
}

function toLeaf(text: string): LeafLine["leaf"] | undefined {
  try {
    const { payload, previous, process, sequence, time } = JSON.parse(text);
    const isLeaf =
      typeof payload === "string" &&
      typeof previous === "string" &&
      typeof process === "string" &&
      Number.isSafeInteger(sequence) &&
      Number.isSafeInteger(time);
    return isLeaf ? { payload, previous, process, sequence, time } : undefined;
  } catch {
    return undefined;
  }
}

export interface PayloadLine {
  readonly sequence: number;
  readonly commitment: string;
}

const PAYLOAD_LINE = /^\{"sequence":(\d{1,15}),"salt":"([\w-]{22})","payload":(\{.*\})\}$/s;

/** A line without its line feed; `undefined` when it is none of ours. */
export function parsePayloadLine(line: string): PayloadLine | undefined {
  const [, sequence = "", salt = "", payload = ""] = PAYLOAD_LINE.exec(line) ?? [];
  return sequence === "" ? undefined : { sequence: Number(sequence), commitment: commitment(salt, payload) };
}
