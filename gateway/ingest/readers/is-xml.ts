/** The body with its beginning seen: whether it is XML rather than JSON, told by its first character that is not blank. */
export interface Sniffed {
  readonly isXml: boolean;
  /** The same bytes from the first on. */
  readonly body: AsyncIterable<Uint8Array>;
}

const LESS_THAN = 0x3c;
/** Of UTF-8 and of UTF-16 in either order; none of these bytes begins a text of ours. */
const BYTE_ORDER_MARKS: ReadonlySet<number> = new Set([0xef, 0xbb, 0xbf, 0xff, 0xfe]);
/** Blanks, and the other half of a plain character of UTF-16. */
const BLANK: ReadonlySet<number> = new Set([0x00, 0x09, 0x0a, 0x0d, 0x20]);
/** A blank beginning longer than this decides nothing. */
const SEEN_BYTES_MAX = 65_536;

/** Nothing but XML begins with `<`, so the content itself says what it is, whatever the sender calls it. */
export async function sniffXml(body: AsyncIterable<Uint8Array>): Promise<Sniffed> {
  const chunks = body[Symbol.asyncIterator]();
  const seen: Uint8Array[] = [];
  let size = 0;
  let first: number | undefined;
  while (first === undefined && size < SEEN_BYTES_MAX) {
    const next = await chunks.next();
    if (next.done === true) break;
    seen.push(next.value);
    first = next.value.find((byte, at) => !BLANK.has(byte) && !(size + at < 3 && BYTE_ORDER_MARKS.has(byte)));
    size += next.value.length;
  }
  return { isXml: first === LESS_THAN, body: resume(seen, chunks) };
}

async function* resume(seen: readonly Uint8Array[], rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* seen;
    yield* { [Symbol.asyncIterator]: () => rest };
  } finally {
    await rest.return?.();
  }
}
