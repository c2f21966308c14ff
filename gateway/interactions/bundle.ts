import { randomUUID } from "node:crypto";
import { matchSpan, openEntryBytes } from "../search/pack.ts";
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

interface Span {
  readonly bytes: Buffer;
  readonly start: number;
  end: number;
}

const INCLUDE_TAIL = Buffer.from(',"search":{"mode":"include"}},');
const END_OF_ENTRIES = Buffer.from("]}");

/** A searchset Bundle as bytes: entries are copied as they stand, nothing is parsed or made anew. */
export function toSearchset({ total, self, next, matched, included, notice }: SearchsetParts): Buffer {
  const nextLink = next === undefined ? "" : `,{"relation":"next","url":${JSON.stringify(next)}}`;
  const count = total === undefined ? "" : `"total":${total},`;
  const head = `{"resourceType":"Bundle","id":"${randomUUID()}","type":"searchset",${count}"link":[{"relation":"self","url":${JSON.stringify(self)}}${nextLink}]`;
  if (matched.length + included.length === 0 && !notice) return Buffer.from(`${head}}`);
  const spans = toSpans(matched);
  for (const { pack, entry } of included) spans.push(whole(openEntryBytes(pack, entry)), whole(INCLUDE_TAIL));
  const last = spans.at(-1);
  if (notice) spans.push(whole(notice));
  else if (last) last.end -= 1;
  spans.push(whole(END_OF_ENTRIES));
  return join(`${head},"entry":[`, spans);
}

/** Matches that stand side by side in their pack, as a page of a child's newest does, are one span. */
function toSpans(matched: readonly ReleasedEntry[]): Span[] {
  const spans: Span[] = [];
  let last: Span | undefined;
  for (const { pack, entry } of matched) {
    const [start, end] = matchSpan(pack, entry);
    if (last?.bytes === pack.bytes && last.end === start) last.end = end;
    else {
      last = { bytes: pack.bytes, start, end };
      spans.push(last);
    }
  }
  return spans;
}

function whole(bytes: Buffer): Span {
  return { bytes, start: 0, end: bytes.length };
}

function join(head: string, spans: readonly Span[]): Buffer {
  const headLength = Buffer.byteLength(head);
  let length = headLength;
  for (const { start, end } of spans) length += end - start;
  const joined = Buffer.allocUnsafe(length);
  joined.write(head, 0);
  let at = headLength;
  for (const { bytes, start, end } of spans) at += bytes.copy(joined, at, start, end);
  return joined;
}
