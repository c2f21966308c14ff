import { randomUUID } from "node:crypto";
import { entryBytes } from "../search/pack.ts";
import type { Released } from "./search-request.ts";

export interface SearchsetParts {
  readonly total: number | undefined;
  readonly self: string;
  readonly next: string | undefined;
  readonly released: readonly Released[];
  /** A whole entry with `search.mode` outcome. */
  readonly notice: Buffer | undefined;
}

const MODE_TAILS = {
  match: Buffer.from(',"search":{"mode":"match"}}'),
  include: Buffer.from(',"search":{"mode":"include"}}'),
} as const;
const COMMA = Buffer.from(",");
const END_OF_ENTRIES = Buffer.from("]}");

/** A searchset Bundle as bytes: entries are copied as they stand, nothing is parsed or made anew. */
export function toSearchset({ total, self, next, released, notice }: SearchsetParts): Buffer {
  const links = [`{"relation":"self","url":${JSON.stringify(self)}}`];
  if (next !== undefined) links.push(`{"relation":"next","url":${JSON.stringify(next)}}`);
  const head = `{"resourceType":"Bundle","id":"${randomUUID()}","type":"searchset",${
    total === undefined ? "" : `"total":${total},`
  }"link":[${links.join(",")}]`;
  if (released.length === 0 && !notice) return Buffer.from(`${head}}`);
  const parts: Buffer[] = [Buffer.from(`${head},"entry":[`)];
  for (const { match, mode } of released) {
    if (parts.length > 1) parts.push(COMMA);
    parts.push(entryBytes(match.pack, match.entry), MODE_TAILS[mode]);
  }
  if (notice) {
    if (parts.length > 1) parts.push(COMMA);
    parts.push(notice);
  }
  parts.push(END_OF_ENTRIES);
  return Buffer.concat(parts);
}
