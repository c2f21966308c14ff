import { writeFile } from "node:fs/promises";
import { dayOf, leavesPath, listAuditFiles, payloadsPath } from "./files.ts";
import { type ChainHead, GENESIS, parseLeafLine } from "./leaf.ts";
import { openSegment, type Segment } from "./segment.ts";

/** What a chain needs to know of its surroundings. */
export interface ChainOptions {
  readonly directory: string;
  readonly process: string;
  /** A file that has reached this size is followed by another. */
  readonly fileBytesMax: number;
  /** Bytes written ahead at a time. */
  readonly aheadBytes: number;
  /** No group of lines that is written at once is longer, so nothing before can have been torn. */
  readonly groupBytesMax: number;
}

const LINE_FEED = 10;

/** The files that one process is writing, and where its chain stands. */
export interface Chain {
  readonly head: ChainHead;
  /** Resolves when both are on disk. The payloads are of one day, that of the head. */
  write(leaves: Buffer, payloads: Buffer, head: ChainHead): Promise<void>;
  close(): Promise<void>;
}

/** Opens the last file of the chain, takes away what a crash left half-written, and finds where the chain stands. */
export async function openChain(options: ChainOptions): Promise<Chain> {
  const parts = (await listAuditFiles(options.directory)).filter(
    (file) => file.kind === "leaves" && file.process === options.process,
  );
  const part = parts.at(-1)?.part ?? 1;
  const path = leavesPath(options.directory, options.process, part);
  const leaves = await openSegment(path, options.aheadBytes);
  try {
    const head = (await recover(leaves, path, options)) ?? (await headBefore(part, options));
    return new FileChain(options, { leaves, part, head });
  } catch (error) {
    await leaves.close();
    throw error;
  }
}

/** The head of the file before, for a file that holds no leaf yet. */
async function headBefore(part: number, options: ChainOptions): Promise<ChainHead> {
  if (part === 1) return GENESIS;
  const path = leavesPath(options.directory, options.process, part - 1);
  const before = await openSegment(path, options.aheadBytes);
  try {
    return (await recover(before, path, options)) ?? (await headBefore(part - 1, options));
  } finally {
    await before.close();
  }
}

/**
 * Walks the last lines: those that could belong to the last write. The first that does not continue the one before it
 * was torn, and so was all that follows. It was never acknowledged; it is put aside all the same, since what looks torn
 * may have been tampered with.
 */
async function recover(leaves: Segment, path: string, options: ChainOptions): Promise<ChainHead | undefined> {
  const tail = await leaves.tail(options.groupBytesMax * 2);
  const tailStart = leaves.size - tail.length;
  let start = tailStart === 0 ? 0 : tail.indexOf(LINE_FEED) + 1;
  let head: ChainHead | undefined;
  while (start < tail.length) {
    const end = tail.indexOf(LINE_FEED, start);
    const found = end < 0 ? undefined : parseLeafLine(tail.toString("utf8", start, end));
    const continues = found?.intact && (head === undefined || found.leaf.previous === head.hash);
    if (!continues) break;
    head = { sequence: found.leaf.sequence, hash: found.hash, time: found.leaf.time };
    start = end + 1;
  }
  if (start < tail.length) {
    await writeFile(`${path}.torn-${tailStart + start}`, tail.subarray(start), { mode: 0o600, flush: true });
    await leaves.cut(tailStart + start);
  }
  return head;
}

class FileChain implements Chain {
  readonly #options: ChainOptions;
  #leaves: Segment;
  #part: number;
  #head: ChainHead;
  #payloads: { readonly segment: Segment; readonly day: string; readonly part: number } | undefined;

  constructor(
    options: ChainOptions,
    at: { readonly leaves: Segment; readonly part: number; readonly head: ChainHead },
  ) {
    this.#options = options;
    this.#leaves = at.leaves;
    this.#part = at.part;
    this.#head = at.head;
  }

  get head(): ChainHead {
    return this.#head;
  }

  async write(leaves: Buffer, payloads: Buffer, head: ChainHead): Promise<void> {
    const payloadSegment = await this.#payloadSegment(dayOf(head.time));
    await this.#turnLeaves();
    // Both have ended, one way or the other, before anybody closes the files or fills the buffers again.
    const results = await Promise.allSettled([payloadSegment.append(payloads), this.#leaves.append(leaves)]);
    for (const result of results) if (result.status === "rejected") throw result.reason;
    this.#head = head;
  }

  async #turnLeaves(): Promise<void> {
    const { directory, process, fileBytesMax, aheadBytes } = this.#options;
    if (this.#leaves.size < fileBytesMax) return;
    const next = await openSegment(leavesPath(directory, process, this.#part + 1), aheadBytes);
    await this.#leaves.close();
    this.#leaves = next;
    this.#part += 1;
  }

  async #payloadSegment(day: string): Promise<Segment> {
    const open = this.#payloads;
    if (open?.day === day && open.segment.size < this.#options.fileBytesMax) return open.segment;
    const part = open?.day === day ? open.part + 1 : await this.#lastPart(day);
    const path = payloadsPath(this.#options.directory, this.#options.process, { day, part });
    const segment = await openSegment(path, this.#options.aheadBytes);
    await cutTornLine(segment, this.#options.groupBytesMax);
    this.#payloads = { segment, day, part };
    await open?.segment.close();
    return segment;
  }

  async #lastPart(day: string): Promise<number> {
    const parts = (await listAuditFiles(this.#options.directory)).filter(
      (file) => file.kind === "payloads" && file.process === this.#options.process && file.day === day,
    );
    return parts.at(-1)?.part ?? 1;
  }

  async close(): Promise<void> {
    const results = await Promise.allSettled([this.#payloads?.segment.close(), this.#leaves.close()]);
    for (const result of results) if (result.status === "rejected") throw result.reason;
  }
}

/** A payload without a leaf is of no account, but the next one must begin on a line of its own. */
async function cutTornLine(segment: Segment, groupBytesMax: number): Promise<void> {
  const tail = await segment.tail(groupBytesMax * 2);
  const end = tail.lastIndexOf(LINE_FEED) + 1;
  if (end < tail.length) await segment.cut(segment.size - tail.length + end);
}
