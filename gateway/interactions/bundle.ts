import { randomUUID } from "node:crypto";
import { openEntryBytes, resourceBytes } from "../search/pack.ts";
import type { Shape } from "../search/search-query.ts";
import type { ReleasedEntry } from "./search-request.ts";
import { shapeBytes } from "./shape.ts";

export interface SearchsetParts {
  readonly total: number | undefined;
  readonly self: string;
  readonly next: string | undefined;
  readonly matched: readonly ReleasedEntry[];
  readonly included: readonly ReleasedEntry[];
  /** Which part of each resource is wanted; whole resources when absent. */
  readonly shape: Shape | undefined;
  /** Whole entries with `search.mode` outcome; what is absent is left out. */
  readonly outcomes: readonly (Buffer | undefined)[];
}

interface Span {
  readonly bytes: Buffer;
  readonly start: number;
  end: number;
}

const MATCH_TAIL = Buffer.from(',"search":{"mode":"match"}},');
const INCLUDE_TAIL = Buffer.from(',"search":{"mode":"include"}},');
const COMMA = Buffer.from(",");
const END_OF_ENTRIES = Buffer.from("]}");

/** A searchset Bundle in parts: whole entries go out as they stand, nothing of them is parsed, copied or made anew. */
export function toSearchset({
  total,
  self,
  next,
  matched,
  included,
  shape,
  outcomes,
}: SearchsetParts): readonly Buffer[] {
  const nextLink = next === undefined ? "" : `,{"relation":"next","url":${JSON.stringify(next)}}`;
  const count = total === undefined ? "" : `"total":${total},`;
  const head = `{"resourceType":"Bundle","id":"${randomUUID()}","type":"searchset",${count}"link":[{"relation":"self","url":${JSON.stringify(self)}}${nextLink}]`;
  const spans = shape ? shapedSpans(matched, shape, MATCH_TAIL) : toSpans(matched);
  if (shape) spans.push(...shapedSpans(included, shape, INCLUDE_TAIL));
  else for (const { pack, entry } of included) spans.push(whole(openEntryBytes(pack, entry)), whole(INCLUDE_TAIL));
  for (const outcome of outcomes) if (outcome) spans.push(whole(outcome), whole(COMMA));
  const last = spans.at(-1);
  if (!last) return [Buffer.from(`${head}}`)];
  // Every entry ends in a comma, and the last one must not.
  last.end -= 1;
  spans.push(whole(END_OF_ENTRIES));
  const parts: Buffer[] = [Buffer.from(`${head},"entry":[`)];
  for (const { bytes, start, end } of spans) parts.push(bytes.subarray(start, end));
  return parts;
}

/** Matches that stand side by side in their pack, as a page of a child's newest does, are one span. */
function toSpans(matched: readonly ReleasedEntry[]): Span[] {
  const spans: Span[] = [];
  let last: Span | undefined;
  for (const { pack, entry } of matched) {
    const { entries } = pack;
    const bytes = entries.stretch(entry);
    const start = entries.start(entry);
    if (last?.bytes === bytes && last.end === start) last.end = entries.end(entry);
    else {
      last = { bytes, start, end: entries.end(entry) };
      spans.push(last);
    }
  }
  return spans;
}

function shapedSpans(entries: readonly ReleasedEntry[], shape: Shape, tail: Buffer): Span[] {
  return entries.flatMap(({ pack, entry }) => {
    const open = openEntryBytes(pack, entry);
    const resource = resourceBytes(pack, entry);
    const before = { bytes: open, start: 0, end: open.length - resource.length };
    return [before, whole(shapeBytes(resource, shape)), whole(tail)];
  });
}

function whole(bytes: Buffer): Span {
  return { bytes, start: 0, end: bytes.length };
}
