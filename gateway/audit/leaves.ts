import { type AuditFile, leavesPath } from "./files.ts";
import { type ChainHead, GENESIS } from "./leaf.ts";
import { createLeavesWalker, cutTorn } from "./recover.ts";
import { openSegment, type Segment } from "./segment.ts";

/** Filed when so many have gathered, some 600 leaves, … */
const BATCH_BYTES = 262_144;
/** … or so long after the first of them. */
const BATCH_MS = 200;
/** No more are kept waiting, nor written at once: what a longest group holds fits. */
const GATHERED_BYTES_MAX = 524_288;
/** Nobody waits for a leaf to be filed: it may take longer, and spares the disk the zeros. */
const BESIDE = { isAhead: false };

export interface LeavesOptions {
  readonly directory: string;
  readonly process: string;
  /** A file that has reached this size is followed by another. */
  readonly fileBytesMax: number;
}

/** The leaves files of one process: filled behind the journal, in order, beside the answers rather than before them. */
export interface Leaves {
  /** Of what was filed before it was opened. */
  readonly head: ChainHead;
  /** Waits while too much is waiting. Rejects after a failure: only opening again finds out what is missing. */
  makeRoom(bytes: number): Promise<void>;
  /** Takes lines that are in the journal and for which room was made; they are copied. */
  add(lines: Buffer): void;
  /** Resolves when all that was added is on disk. */
  file(): Promise<void>;
  /** Files the rest. */
  close(): Promise<void>;
}

/** @param files those of this process */
export async function openLeaves(options: LeavesOptions, files: readonly AuditFile[]): Promise<Leaves> {
  const part = files.findLast((file) => file.kind === "leaves")?.part ?? 1;
  const segment = await openSegment(leavesPath(options.directory, options.process, part), BESIDE);
  try {
    const head = (await recover(segment, part, options)) ?? (await headBefore(part, options));
    return new LeavesFiles(options, { segment, part, head });
  } catch (error) {
    await segment.close();
    throw error;
  }
}

function recover(segment: Segment, part: number, { directory, process }: LeavesOptions) {
  const path = leavesPath(directory, process, part);
  return cutTorn(segment, { path, writeBytesMax: GATHERED_BYTES_MAX, createWalker: createLeavesWalker });
}

/** The head of the file before, for a file that holds no leaf yet. */
async function headBefore(part: number, options: LeavesOptions): Promise<ChainHead> {
  if (part === 1) return GENESIS;
  const before = await openSegment(leavesPath(options.directory, options.process, part - 1), BESIDE);
  try {
    return (await recover(before, part - 1, options)) ?? (await headBefore(part - 1, options));
  } finally {
    await before.close();
  }
}

class LeavesFiles implements Leaves {
  readonly head: ChainHead;
  readonly #options: LeavesOptions;
  #segment: Segment;
  #part: number;
  #gathering = Buffer.allocUnsafeSlow(GATHERED_BYTES_MAX);
  #gathered = 0;
  /** Being written, or ready to gather in while the other is. */
  #other = Buffer.allocUnsafeSlow(GATHERED_BYTES_MAX);
  #timer: NodeJS.Timeout | undefined;
  #filing: Promise<void> | undefined;
  #failure: { readonly cause: unknown } | undefined;

  constructor(
    options: LeavesOptions,
    at: { readonly segment: Segment; readonly part: number; readonly head: ChainHead },
  ) {
    this.#options = options;
    this.#segment = at.segment;
    this.#part = at.part;
    this.head = at.head;
  }

  async makeRoom(bytes: number): Promise<void> {
    if (this.#failure) throw this.#failure.cause;
    while (this.#gathered + bytes > GATHERED_BYTES_MAX) await this.#fileGathered();
  }

  add(lines: Buffer): void {
    this.#gathered += lines.copy(this.#gathering, this.#gathered);
    if (this.#gathered >= BATCH_BYTES) this.#fileBeside();
    else this.#timer ??= setTimeout(() => this.#fileBeside(), BATCH_MS).unref();
  }

  async file(): Promise<void> {
    while (this.#gathered > 0 || this.#filing !== undefined) await this.#fileGathered();
    if (this.#failure) throw this.#failure.cause;
  }

  /** A failure shows when room is made next. */
  #fileBeside(): void {
    this.#fileGathered().catch(() => undefined);
  }

  #fileGathered(): Promise<void> {
    this.#filing ??= this.#writeBatch().finally(() => {
      this.#filing = undefined;
    });
    return this.#filing;
  }

  async #writeBatch(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    // After a failure nothing may follow: it would stand behind a gap.
    if (this.#failure) throw this.#failure.cause;
    const batch = this.#gathering.subarray(0, this.#gathered);
    [this.#gathering, this.#other] = [this.#other, this.#gathering];
    this.#gathered = 0;
    try {
      await this.#turn();
      await this.#segment.append(batch);
    } catch (cause) {
      this.#failure = { cause };
      throw cause;
    }
  }

  async #turn(): Promise<void> {
    const { directory, process, fileBytesMax } = this.#options;
    if (this.#segment.size < fileBytesMax) return;
    const next = await openSegment(leavesPath(directory, process, this.#part + 1), BESIDE);
    const full = this.#segment;
    this.#segment = next;
    this.#part += 1;
    await full.close();
  }

  async close(): Promise<void> {
    try {
      await this.file();
    } finally {
      clearTimeout(this.#timer);
      await this.#segment.close();
    }
  }
}
