import { hash } from "node:crypto";
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

/** What cannot name a person, and stays for ever. Keys in the order of RFC 8785, so that the text is canonical. */
export interface Leaf {
  readonly agreement?: string;
  readonly client?: string;
  /** Leaves under the newest signed tree head: how far the past is vouched for already. */
  readonly head?: number | undefined;
  readonly interaction: string;
  readonly legalBasis?: string;
  readonly organization?: string;
  readonly outcome: AuditRecord["outcome"];
  /** SHA-256 (base64url) of the payload's line, which holds its salt. */
  readonly payload: string;
  /** Hash of the leaf before; empty in the first. */
  readonly previous: string;
  readonly process: string;
  readonly purpose?: string;
  /** Role and group of the person who asked, as `R8000 gp`. */
  readonly role?: string;
  /** Versions of what decided. */
  readonly rules?: string;
  readonly sequence: number;
  readonly time: number;
}

/** Marks a leaf, as opposed to an inner node, in the tree of RFC 6962 section 2.1. */
export const LEAF_PREFIX_BYTE = 0;

/** A client id as registers hold it. What an unknown caller claims may be anything, a child's number included. */
const CLIENT_ID = /^[\w.-]{1,64}$/;
const PERSON_NUMBER = /(?<![\da-z])(?:\d{10}|[a-z]\d{11}[\da-z])(?![\da-z])/i;

/** Whether a client id may stand in the leaf; the payload takes what may not. */
export function isLeafClient(client: string): boolean {
  return CLIENT_ID.test(client) && !PERSON_NUMBER.test(client);
}

/** What of a leaf does not come with its record. */
export type LeafPlace = Pick<Leaf, "head" | "payload" | "previous" | "process" | "sequence" | "time">;

/** The text that is hashed. An absent value stays undefined and leaves no key behind. */
export function leafText(
  record: AuditRecord,
  clientIsKnown: boolean,
  place: LeafPlace & { readonly rules: string | undefined },
): string {
  return JSON.stringify({
    agreement: record.agreement,
    client: clientIsKnown ? record.client : undefined,
    head: place.head,
    interaction: record.interaction,
    legalBasis: record.legalBasis,
    organization: record.organization,
    outcome: record.outcome,
    payload: place.payload,
    previous: place.previous,
    process: place.process,
    purpose: record.purpose,
    role: record.user === undefined ? undefined : toRole(record.user),
    rules: place.rules,
    sequence: place.sequence,
    time: place.time,
  } satisfies { [key in keyof Leaf]: Leaf[key] | undefined });
}

/** An issuer may say anything for a role: what does not look like one is left to the payload. */
function toRole({ role, group }: NonNullable<AuditRecord["user"]>): string {
  return isLeafClient(role) ? `${role} ${group}` : group;
}

/**
 * What may name a person, here or in what a caller sent; it can be purged. One text that is a part of another, or was put
 * together by `+` or a template and never moved, has JSON.stringify write the whole record in its long way, which takes
 * three times as long: what every search tells is joined from a list, which makes one piece of it.
 */
export function payloadText(record: AuditRecord, clientIsKnown: boolean, answerHash: string | undefined): string {
  return JSON.stringify({
    client: clientIsKnown ? undefined : record.client,
    requestId: record.requestId,
    correlationId: record.correlationId,
    tokenId: record.tokenId,
    binding: record.binding,
    user: record.user,
    askedAt_ms: record.askedAt_ms,
    query: record.query,
    answer: answerHash,
    disclosures: record.disclosures,
    written: record.written,
    patients: record.patients,
    released: record.released,
    withheld: record.withheld,
    detail: record.detail,
  });
}

export function hashOfLeaf(leaf: string): string {
  return hash("sha256", String.fromCharCode(LEAF_PREFIX_BYTE) + leaf, "base64url");
}

export interface LeafLine {
  /** As it stands in the line. */
  readonly hash: string;
  /** Whether the leaf has that hash. */
  readonly intact: boolean;
  readonly leaf: LeafPlace;
}

const LEAF_LINE = /^\{"hash":"([\w-]{43})","leaf":(\{.*\})\}$/s;

/** A line without its line feed; `undefined` when it is none of ours. */
export function parseLeafLine(line: string): LeafLine | undefined {
  const [, found = "", text = ""] = LEAF_LINE.exec(line) ?? [];
  const leaf = found === "" ? undefined : toLeaf(text);
  return leaf && { hash: found, intact: hashOfLeaf(text) === found, leaf };
}

function toLeaf(text: string): LeafPlace | undefined {
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

/** Where a chain stands after a leaf. */
export function headAfter({ hash: leafHash, leaf }: LeafLine): ChainHead {
  return { sequence: leaf.sequence, hash: leafHash, time: leaf.time };
}

const PAYLOAD_LINE = /^\{"salt":"[\w-]{22}","payload":\{.*\}\}$/s;

/** The commitment to a payload's line (without its line feed); `undefined` when it is none of ours. */
export function parsePayloadLine(line: string): string | undefined {
  return PAYLOAD_LINE.test(line) && isJson(line) ? hash("sha256", line, "base64url") : undefined;
}

/** Two lines whose line feed was changed look like one. */
function isJson(line: string): boolean {
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}
