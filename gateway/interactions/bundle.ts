import { randomUUID } from "node:crypto";
import { entryBytes } from "../search/pack.ts";
import type { ReleasedEntry } from "./search-request.ts";

export interface SearchsetParts {
  readonly total: number | undefined;
  readonly self: string;
  readonly next: string | undefined;
  readonly matched: readonly ReleasedEntry[];
  readonly included: readonly ReleasedEntry[];
  /** A whole entry with `search.mode` outcome. */
  readonly notice: Buffer | undefined;
}

const MATCH_TAIL = Buffer.from(',"search":{"mode":"match"}}');
const INCLUDE_TAIL = Buffer.from(',"search":{"mode":"include"}}');
const COMMA = Buffer.from(",");
const END_OF_ENTRIES = Buffer.from("]}");

/** A searchset Bundle as bytes: entries are copied as they stand, nothing is parsed or made anew. */
export function toSearchset({ total, self, next, matched, included, notice }: SearchsetParts): Buffer {
  const nextLink = next === undefined ? "" : `,{"relation":"next","url":${JSON.stringify(next)}}`;
  const count = total === undefined ? "" : `"total":${total},`;
  const head = `{"resourceType":"Bundle","id":"${randomUUID()}","type":"searchset",${count}"link":[{"relation":"self","url":${JSON.stringify(self)}}${nextLink}]`;
  if (matched.length + included.length === 0 && !notice) return Buffer.from(`${head}}`);
  const parts: Buffer[] = [Buffer.from(`${head},"entry":[`)];
  for (const { pack, entry } of matched) parts.push(entryBytes(pack, entry), MATCH_TAIL, COMMA);
  for (const { pack, entry } of included) parts.push(entryBytes(pack, entry), INCLUDE_TAIL, COMMA);
  if (notice) parts.push(notice);
  else parts.pop();
  parts.push(END_OF_ENTRIES);
  return Buffer.concat(parts);
}
