import { type AuditFile, dayNumber, dayOf, journalPath, listAuditFiles } from "./files.ts";
import { GROUP_BYTES_MAX } from "./group.ts";
import { createJournalWalker, cutTorn } from "./recover.ts";
import { openSegment, type Segment } from "./segment.ts";

export interface JournalOptions {
  readonly directory: string;
  readonly process: string;
  /** A file that has reached this size is followed by another. */
  readonly fileBytesMax: number;
}

/** The journals of one process, by day. */
export interface Journal {
  /** Resolves when the group is on disk, in the file of the day that `time` (milliseconds since 1970) falls on. */
  append(lines: Buffer, time: number): Promise<void>;
  close(): Promise<void>;
}

interface OpenFile {
  readonly segment: Segment;
  readonly day: string;
  readonly part: number;
}

/**
 * Opens the last file, if there is one, and takes away what a crash left half-written.
 *
 * @param files those of this process
 */
export async function openJournal(options: JournalOptions, files: readonly AuditFile[]): Promise<Journal> {
  const last = files.findLast((file) => file.kind === "journal");
  if (last === undefined) return new DailyJournal(options, undefined);
  const segment = await openSegment(last.path, { isAhead: true });
  try {
    const reach = { path: last.path, writeBytesMax: GROUP_BYTES_MAX, createWalker: createJournalWalker };
    await cutTorn(segment, reach);
    return new DailyJournal(options, { segment, day: last.day, part: last.part });
  } catch (error) {
    await segment.close();
    throw error;
  }
}

class DailyJournal implements Journal {
  readonly #options: JournalOptions;
  #file: OpenFile | undefined;
  /** Number of the day of the last group; the days' names take longer to make. */
  #number = Number.NaN;

  constructor(options: JournalOptions, file: OpenFile | undefined) {
    this.#options = options;
    this.#file = file;
  }

  async append(lines: Buffer, time: number): Promise<void> {
    const open = this.#file?.segment;
    const number = dayNumber(time);
    const isSame = open !== undefined && number === this.#number && open.size < this.#options.fileBytesMax;
    const segment = isSame ? open : await this.#segment(dayOf(time));
    this.#number = number;
    await segment.append(lines);
  }

  async #segment(day: string): Promise<Segment> {
    const open = this.#file;
    if (open?.day === day && open.segment.size < this.#options.fileBytesMax) return open.segment;
    const part = open?.day === day ? open.part + 1 : await this.#lastPart(day);
    const path = journalPath(this.#options.directory, this.#options.process, { day, part });
    const segment = await openSegment(path, { isAhead: true });
    this.#file = { segment, day, part };
    await open?.segment.close();
    return segment;
  }

  async #lastPart(day: string): Promise<number> {
    const files = await listAuditFiles(this.#options.directory);
    const parts = files.filter(
      (file) => file.kind === "journal" && file.process === this.#options.process && file.day === day,
    );
    return parts.at(-1)?.part ?? 1;
  }

  async close(): Promise<void> {
    await this.#file?.segment.close();
  }
}
