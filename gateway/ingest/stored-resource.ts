import { hash as digest } from "node:crypto";
import type { Resource } from "@medplum/fhirtypes";
import type { DataClass } from "#mappers/mapper.ts";
import { canonical } from "#profiles/canonical.ts";
import { extractKeys, toIdentifiers } from "../search/keys.ts";
import type { ToldResource } from "../store/store.ts";

/** A resource whose id is certain. */
export type Identified<R extends Resource = Resource> = R & { readonly id: string };

/** The value of `meta.source`: who told the gateway. */
export function toMetaSource(source: string): string {
  return canonical("source", source);
}

/** A resource as text in the parts from which any version of it is put together. */
export interface Content {
  readonly resource: Identified;
  /** SHA-256 (base64url) of all but `meta.versionId` and `meta.lastUpdated`. */
  readonly hash: string;
  /** JSON of `meta` and of the rest, each without its opening brace. */
  readonly meta: string;
  readonly rest: string;
}

export function toContent(resource: Identified, source: string): Content {
  const { resourceType, id, meta, ...others } = resource;
  const metaText = JSON.stringify({ source: toMetaSource(source), ...meta }).slice(1);
  const rest = JSON.stringify(others).slice(1);
  const hash = digest("sha256", `${resourceType}/${id}\n${metaText}\n${rest}`, "base64url");
  return { resource, hash, meta: metaText, rest };
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
): ToldResource {
  const { resourceType: type, id } = content.resource;
  const lastUpdated = new Date(told.now).toISOString();
  const meta = `{"versionId":"${told.version}","lastUpdated":"${lastUpdated}",${content.meta}`;
  const rest = content.rest === "}" ? "}" : `,${content.rest}`;
  return {
    type,
    id,
    version: told.version,
    lastUpdated: told.now,
    source: told.source,
    dataClass: told.dataClass,
    body: Buffer.from(`{"resourceType":"${type}","id":"${id}","meta":${meta}${rest}`),
    keys: extractKeys(content.resource),
    identifiers: toIdentifiers(content.resource),
    contentHash: content.hash,
    ...(told.isFirst === undefined ? {} : { isFirst: told.isFirst }),
  };
}
