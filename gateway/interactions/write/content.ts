import { hash as digest } from "node:crypto";
import type { Resource } from "@medplum/fhirtypes";
import { canonical } from "#profiles/canonical.ts";
import type { RecordType } from "#profiles/interactions.ts";
import { extractKeys, toIdentifiers } from "../../search/keys.ts";
import { SHARED_ID_SPACE, type ToldResource } from "../../store/store.ts";
import type { Writer } from "./ports.ts";
import { isTree, type Tree } from "./tree.ts";

/** A resource as it was sent, parsed and valid. */
export interface Sent {
  readonly resource: Resource;
  /** The same tree; numbers that JavaScript would change keep their digits. */
  readonly tree: Tree;
}

/** A resource as text in the parts from which any version of it is put together. */
export interface Content {
  readonly type: RecordType;
  readonly id: string;
  /** SHA-256 (base64url) of all but `meta.versionId` and `meta.lastUpdated`. */
  readonly hash: string;
  /** Members of `meta` without those two, as JSON without braces. */
  readonly meta: string;
  /** All other members, likewise. */
  readonly rest: string;
  readonly resource: Resource;
}

/** What the server decides of a resource is left out: its id and version, the time, and of real people the source. */
export function toContent(type: RecordType, id: string, sent: Sent, writer: Writer): Content {
  const { resourceType: _, id: __, meta: sentMeta, ...others } = sent.tree;
  const { versionId: ___, lastUpdated: ____, ...kept } = isTree(sentMeta) ? sentMeta : {};
  const told = withSource(kept, writer);
  const meta = JSON.stringify(told).slice(1, -1);
  const rest = JSON.stringify(others).slice(1, -1);
  return {
    type,
    id,
    hash: digest("sha256", `${type}/${id}\n${meta}\n${rest}`, "base64url"),
    meta,
    rest,
    resource: Object.assign({}, sent.resource, { id, meta: told }),
  };
}

/**
 * Where people are real, a resource always says who told of it: what the client says itself, unless that is the name of a
 * source of ours.
 */
function withSource(meta: Tree, { idSpace, source }: Writer): Tree {
  if (idSpace !== SHARED_ID_SPACE) return meta;
  const own = canonical("source", source);
  if (typeof meta.source !== "string") return { source: own, ...meta };
  return meta.source.trim().toLowerCase().startsWith(SOURCE_NAMES) ? { ...meta, source: own } : meta;
}

const SOURCE_NAMES = canonical("source", "");

/** The text of one version. */
function toBody(content: Content, version: string, now_ms: number): Buffer {
  const { type, id, meta, rest } = content;
  const stamp = toStamp(version, now_ms);
  return Buffer.from(
    `{"resourceType":"${type}","id":"${id}","meta":{${stamp}${meta === "" ? "" : `,${meta}`}}${rest === "" ? "" : `,${rest}`}}`,
  );
}

/** The version of a resource as it is stored and served. */
export function toStored(content: Content, version: number, now_ms: number, writer: Writer): ToldResource {
  return {
    type: content.type,
    id: content.id,
    version,
    lastUpdated: now_ms,
    source: writer.source,
    dataClass: writer.dataClass,
    body: toBody(content, String(version), now_ms),
    keys: extractKeys(content.resource),
    identifiers: toIdentifiers(content.resource),
    contentHash: content.hash,
  };
}

/** What a client tells of a child: its Patient without id and version. */
export function toContribution({ meta, rest }: Content): string {
  const members = [
    '"resourceType":"Patient"',
    ...(meta === "" ? [] : [`"meta":{${meta}}`]),
    ...(rest === "" ? [] : [rest]),
  ];
  return `{${members.join(",")}}`;
}

/** The reverse: a contribution as the Patient that its writer reads, with id and version. */
export function withStamp(
  contribution: string,
  { id, version, lastUpdated_ms }: { readonly id: string; readonly version: string; readonly lastUpdated_ms: number },
): string {
  const opening = `{"resourceType":"Patient","id":"${id}","meta":{${toStamp(version, lastUpdated_ms)}`;
  const [bare, withMeta] = ['{"resourceType":"Patient"', '{"resourceType":"Patient","meta":{'];
  return contribution.startsWith(withMeta)
    ? `${opening},${contribution.slice(withMeta.length)}`
    : `${opening}}${contribution.slice(bare.length)}`;
}

function toStamp(version: string, at_ms: number): string {
  return `"versionId":"${version}","lastUpdated":"${new Date(at_ms).toISOString()}"`;
}
