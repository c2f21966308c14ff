import { hash as digest } from "node:crypto";
import type { Resource } from "@medplum/fhirtypes";
import type { DataClass } from "#mappers/mapper.ts";
import { canonical } from "#profiles/canonical.ts";
import { extractKeys, toIdentifiers } from "../search/keys.ts";
import type { TextedResource } from "../store/store.ts";

/** A resource whose id is certain. */
export type Identified<R extends Resource = Resource> = R & { readonly id: string };

/** The value of `meta.source`: who told the gateway. */
function toMetaSource(source: string): string {
  return canonical("source", source);
}

/** A resource as text in the parts from which any version of it is put together. */
export interface Content {
  readonly type: string;
  readonly id: string;
  /** SHA-256 (base64url) of all but `meta.versionId` and `meta.lastUpdated`. */
  readonly hash: string;
  /** JSON of all that stands behind `meta.lastUpdated`, as text, in UTF-8, or coded as the store keeps it. */
  readonly tail: string | Uint8Array | CodedTail;
  /** Search keys and business identifiers, as they are stored. */
  readonly keys: () => string;
  readonly identifiers: () => readonly string[];
}

/** Tokens of the store's words, and the bytes that they stand for. */
export interface CodedTail {
  readonly tokens: Uint8Array;
  readonly bytes: number;
}

export function toContent(resource: Identified, source: string): Content {
  const { resourceType: type, id, meta, ...others } = resource;
  const metaText = JSON.stringify({ source: toMetaSource(source), ...meta }).slice(1);
  const rest = JSON.stringify(others).slice(1);
  const tail = rest === "}" ? `${metaText}}` : `${metaText},${rest}`;
  const hash = digest("sha256", `${type}/${id}\n${metaText}\n${rest}`, "base64url");
  return {
    type,
    id,
    hash,
    tail,
    keys: () => extractKeys(resource, tail),
    identifiers: () => toIdentifiers(resource),
  };
}

/** The version of a resource as it is stored and served. */
export function toStoredResource(
  content: Content,
  told: {
    readonly source: string;
    readonly dataClass: DataClass;
    readonly version: number;
    readonly now: number;
    readonly isFirst?: boolean;
  },
): TextedResource {
  const { type, id, hash, tail } = content;
  const lastUpdated = new Date(told.now).toISOString();
  const head = `{"resourceType":"${type}","id":"${id}","meta":{"versionId":"${told.version}","lastUpdated":"${lastUpdated}",`;
  return {
    type,
    id,
    version: told.version,
    lastUpdated: told.now,
    source: told.source,
    dataClass: told.dataClass,
    body: toBody(head, tail),
    keys: content.keys(),
    identifiers: content.identifiers(),
    contentHash: hash,
    ...(told.isFirst === undefined ? {} : { isFirst: told.isFirst }),
  };
}

/** The head holds nothing but ASCII: a type, an id and numbers. */
function toBody(head: string, tail: Content["tail"]): TextedResource["body"] {
  if (typeof tail === "string") return Buffer.from(head + tail);
  if ("tokens" in tail) return { start: Buffer.from(head, "latin1"), end: tail.tokens, end_bytes: tail.bytes };
  const body = Buffer.allocUnsafe(head.length + tail.length);
  body.write(head, "latin1");
  body.set(tail, head.length);
  return body;
}
