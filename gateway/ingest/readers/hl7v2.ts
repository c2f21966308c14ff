import { LIMITS } from "../../limits.ts";
import { decodeHl7 } from "./hl7v2-charset.ts";
import { type Hl7Line, splitHl7Lines } from "./hl7v2-lines.ts";
import { describeNotText } from "./not-text.ts";
import type { PlaceIssue, ReadItem } from "./read-item.ts";

const BYTES_MAX = LIMITS.source_record_bytes_max;
const SEGMENT = /^[A-Z][A-Z0-9]{2}([^A-Za-z0-9]|$)/;
/** File and batch headers and trailers, which hold messages together and say nothing of a child; what each opens. */
const ENVELOPES: ReadonlyMap<string, number> = new Map([
  ["FHS", 1],
  ["BHS", 1],
  ["BTS", -1],
  ["FTS", -1],
]);
const CUT_OFF = "the file ends within a batch: its BTS or FTS is missing, and messages may be; send it again";
const BYTE_ORDER_MARK = Buffer.from("\u{feff}");

/** The message being read. */
interface Open {
  readonly line: number;
  readonly segments: Buffer[];
  size: number;
  /** Why it cannot be taken; its lines are let go from then on. */
  flaw: PlaceIssue | undefined;
}

/**
 * Reads a file of any number of HL7 v2 messages, each from its MSH to the next, as text with segments ended by CR. Lines
 * end with CR, LF or both; batch envelopes and the framing bytes of MLLP are passed over; a batch that is not closed is an
 * issue. What is no HL7 is one issue for the whole stretch, and reading goes on at the next MSH; a message that cannot be
 * read is refused by itself. Holds one message of at most `source_record_bytes_max` bytes.
 */
export async function* readHl7v2(body: AsyncIterable<Uint8Array>): AsyncGenerator<ReadItem<string>> {
  let open: Open | undefined;
  let isInGarbage = false;
  let found = false;
  let envelopes = 0;
  for await (const next of splitHl7Lines(body, BYTES_MAX)) {
    const line = found || next.kind === "frame" ? next : withoutMark(next);
    const name = line.kind === "frame" ? "" : line.bytes.toString("latin1", 0, 3);
    const ends = line.kind === "frame" || name === "MSH" || ENVELOPES.has(name);
    if (ends && open !== undefined) {
      yield toItem(open);
      open = undefined;
    }
    if (line.kind === "frame") continue;
    envelopes = Math.max(0, envelopes + (ENVELOPES.get(name) ?? 0));
    if (name === "MSH") open = { line: line.line, segments: [], size: 0, flaw: undefined };
    if (open !== undefined) addLine(open, line);
    else if (!ENVELOPES.has(name) && !isInGarbage)
      yield { kind: "refused", issue: toGarbage(line, !found), content: "" };
    isInGarbage = open === undefined && !ENVELOPES.has(name);
    found = true;
  }
  if (open !== undefined) yield toItem(open);
  if (envelopes > 0) yield { kind: "stopped", issue: { line: 1, message: CUT_OFF } };
  if (!found) yield { kind: "stopped", issue: { line: 1, message: "the file is empty; expected HL7 v2 messages" } };
}

function withoutMark(line: Exclude<Hl7Line, { kind: "frame" }>): Exclude<Hl7Line, { kind: "frame" }> {
  const hasMark = line.bytes.subarray(0, BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK);
  return hasMark ? { ...line, bytes: line.bytes.subarray(BYTE_ORDER_MARK.length) } : line;
}

function addLine(open: Open, line: Exclude<Hl7Line, { kind: "frame" }>): void {
  if (open.flaw !== undefined) return;
  open.size += line.bytes.length + 1;
  if (line.kind === "too-long" || open.size > BYTES_MAX) {
    open.flaw = { line: open.line, message: `longer than ${BYTES_MAX} bytes; send one child a message` };
  } else if (!SEGMENT.test(line.bytes.toString("latin1", 0, 4))) {
    const message = "not the beginning of a segment; look for a line break within a field, which is written \\.br\\";
    open.flaw = { line: line.line, message };
  }
  if (open.flaw === undefined) open.segments.push(line.bytes);
  else open.segments.length = 0;
}

function toItem({ line, segments, flaw }: Open): ReadItem<string> {
  const [header] = segments;
  if (flaw !== undefined || header === undefined) {
    return { kind: "refused", issue: flaw ?? { line, message: "no header" }, content: "" };
  }
  const decoded = decodeHl7(Buffer.concat(segments.flatMap((segment) => [segment, CARRIAGE_RETURN])), header);
  if (!decoded.ok) return { kind: "refused", issue: { line, message: decoded.message }, content: "" };
  return { kind: "record", line, raw: decoded.text, notCarried: [] };
}

const CARRIAGE_RETURN = Buffer.from("\r");

function toGarbage({ line, bytes }: Exclude<Hl7Line, { kind: "frame" }>, isBeginning: boolean): PlaceIssue {
  const described = isBeginning ? describeNotText(bytes, true) : "";
  const isOtherFile = described.startsWith("the file ");
  return { line, message: isOtherFile ? described : "no HL7 v2: expected a message that begins with MSH" };
}
