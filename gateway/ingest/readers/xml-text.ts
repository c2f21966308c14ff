/** Encodings that files of schools and councils come in, by the label of their XML declaration. */
const ENCODINGS: ReadonlySet<string> = new Set(["utf-8", "us-ascii", "iso-8859-1", "windows-1252", "utf-16"]);
export const ENCODING_REFUSED = "the XML declaration names an encoding that is not read; save the file as UTF-8";
/** An XML declaration stands at the very beginning and is shorter than this. */
const DECLARATION_BYTES = 256;
/** Text is given on in slices, so that one large chunk of the body never becomes as much parsed at once. */
const SLICE_BYTES = 65_536;

/** The text of a file slice by slice, or `undefined` once, for an encoding that is not read. */
export async function* decodeXml(body: AsyncIterable<Uint8Array>): AsyncGenerator<string | undefined> {
  let head: Buffer | undefined = Buffer.alloc(0);
  let decoder = new TextDecoder();
  for await (const chunk of body) {
    let bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    if (head !== undefined) {
      head = Buffer.concat([head, bytes]);
      if (head.length < DECLARATION_BYTES) continue;
      const encoding = encodingOf(head);
      if (encoding === undefined) return yield undefined;
      decoder = new TextDecoder(encoding);
      bytes = head;
      head = undefined;
    }
    for (let at = 0; at < bytes.length; at += SLICE_BYTES) {
      yield decoder.decode(bytes.subarray(at, at + SLICE_BYTES), { stream: true });
    }
  }
  if (head !== undefined) {
    const encoding = encodingOf(head);
    if (encoding === undefined) return yield undefined;
    decoder = new TextDecoder(encoding);
    yield decoder.decode(head, { stream: true });
  }
  yield decoder.decode();
}

function encodingOf(head: Buffer): string | undefined {
  if (head[0] === 0xff && head[1] === 0xfe) return "utf-16le";
  if (head[0] === 0xfe && head[1] === 0xff) return "utf-16be";
  const declared = /^(?:\xef\xbb\xbf)?<\?xml[^>]*encoding\s*=\s*["']([^"']+)["']/.exec(head.toString("latin1"))?.[1];
  const label = declared?.toLowerCase() ?? "utf-8";
  return ENCODINGS.has(label) ? label : undefined;
}
