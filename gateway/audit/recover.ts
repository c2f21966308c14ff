import { writeFile } from "node:fs/promises";
import { type ChainHead, headAfter, type LeafLine, parseLeafLine, parsePayloadLine } from "./leaf.ts";
import { readTail, type Segment } from "./segment.ts";

const LINE_FEED = 10;

/** Takes the lines of a file one after another. A record is `whole` with its last line; with `torn` the walk ends. */
export interface Walker {
  take(line: string): "whole" | "begun" | "torn";
  /** After the last whole record. */
  readonly head: ChainHead | undefined;
}

export interface Reach {
  readonly path: string;
  /** Longest write: nothing before the last one can have been torn. */
  readonly writeBytesMax: number;
  /** @param fromStart false when lines of the file stand before those walked */
  readonly createWalker: (fromStart: boolean) => Walker;
}

/**
 * Walks the last lines: those that could belong to the last write. The first that does not continue the one before it
 * was torn, and so was all that follows. It was never acknowledged; it is put aside all the same, since what looks torn
 * may have been tampered with. Answers with the head after what stays, if anything does.
 */
export async function cutTorn(segment: Segment, reach: Reach): Promise<ChainHead | undefined> {
  const tail = await segment.tail(reach.writeBytesMax * 2);
  const tailStart = segment.size - tail.length;
  const walker = reach.createWalker(tailStart === 0);
  let wholeEnd = tailStart === 0 ? 0 : tail.indexOf(LINE_FEED) + 1;
  for (let start = wholeEnd; start < tail.length; ) {
    const end = tail.indexOf(LINE_FEED, start);
    const found = end < 0 ? "torn" : walker.take(tail.toString("utf8", start, end));
    if (found === "torn") break;
    start = end + 1;
    if (found === "whole") wholeEnd = start;
  }
  if (wholeEnd < tail.length) {
    const aside = `${reach.path}.torn-${tailStart + wholeEnd}`;
    await writeFile(aside, tail.subarray(wholeEnd), { mode: 0o600, flush: true });
    await segment.cut(tailStart + wholeEnd);
  }
  return walker.head;
}

export function createLeavesWalker(): Walker {
  let head: ChainHead | undefined;
  return {
    get head() {
      return head;
    },
    take(line) {
      const found = parseLeafLine(line);
      if (!continues(found, head)) return "torn";
      head = headAfter(found);
      return "whole";
    },
  };
}

export function createJournalWalker(fromStart: boolean): Walker {
  let head: ChainHead | undefined;
  let payload: string | undefined;
  // Its payload may stand before the lines that are walked.
  let mayLackPayload = !fromStart;
  return {
    get head() {
      return head;
    },
    take(line) {
      const commitment = payload === undefined ? parsePayloadLine(line) : undefined;
      if (commitment !== undefined) {
        payload = commitment;
        mayLackPayload = false;
        return "begun";
      }
      const found = parseLeafLine(line);
      if (!continues(found, head) || (found.leaf.payload !== payload && !mayLackPayload)) return "torn";
      head = headAfter(found);
      payload = undefined;
      mayLackPayload = false;
      return "whole";
    },
  };
}

function continues(found: LeafLine | undefined, head: ChainHead | undefined): found is LeafLine {
  return found?.intact === true && (head === undefined || found.leaf.previous === head.hash);
}

export interface UnfiledLeaf {
  /** With its line feed. */
  readonly line: Buffer;
  readonly head: ChainHead;
}

/**
 * What the journals hold beyond the leaves that are filed, in order: read back from their end as far as that takes.
 *
 * @param journals paths, in the order in which they were written
 */
export async function findUnfiledLeaves(
  journals: readonly string[],
  filed: ChainHead,
  windowBytes: number,
): Promise<readonly UnfiledLeaf[]> {
  let unfiled: readonly UnfiledLeaf[] = [];
  for (const path of journals.toReversed()) {
    const leaves = await readBack(path, filed, windowBytes);
    unfiled = [...leaves.filter(({ head }) => head.sequence > filed.sequence), ...unfiled];
    if (reaches(leaves, filed)) break;
  }
  return unfiled;
}

async function readBack(path: string, filed: ChainHead, windowBytes: number): Promise<readonly UnfiledLeaf[]> {
  for (let bytes = windowBytes; ; bytes *= 4) {
    const { tail, isWhole } = await readTail(path, bytes);
    const leaves = leavesIn(tail);
    if (isWhole || reaches(leaves, filed)) return leaves;
  }
}

function reaches([first]: readonly UnfiledLeaf[], filed: ChainHead): boolean {
  return first !== undefined && first.head.sequence <= filed.sequence + 1;
}

/** Of a window that may begin within a line: what is left of that line is none of ours. */
function leavesIn(tail: Buffer): readonly UnfiledLeaf[] {
  const leaves: UnfiledLeaf[] = [];
  for (let start = 0; ; ) {
    const end = tail.indexOf(LINE_FEED, start);
    if (end < 0) return leaves;
    const found = parseLeafLine(tail.toString("utf8", start, end));
    if (found) leaves.push({ line: tail.subarray(start, end + 1), head: headAfter(found) });
    start = end + 1;
  }
}
