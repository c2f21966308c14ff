import { createHmac } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { AuditLog, AuditRecord } from "./audit.ts";
import { type Chain, openChain, type Remembered } from "./chain.ts";
import { isProcessName } from "./files.ts";
import { createGroup, type Group, RECORD_BYTES_MAX } from "./group.ts";
import type { HeadsOptions } from "./heads.ts";
import { takeLock } from "./lock.ts";

/** About 30,000 records in a journal, 150,000 leaves: a file that a verification still reads in one piece. */
const FILE_BYTES_MAX = 67_108_864;

/** A tenth of what a reader notices, ten times what a turn takes. */
const GATHER_ms_max = 2;
/** Few enough that the requests of one group are answered while those of the next are on their way to disk. */
const GATHER_RECORDS_MAX = 8;

const SIGNED_EVERY_ms = 60_000;

export interface AuditLogOptions {
  /** Made when absent. */
  readonly directory: string;
  /** Name of the chain, lower-case letters, digits and hyphens: one for each process that writes at the same time. */
  readonly process: string;
  /** Milliseconds since 1970. A clock that goes back is held still. */
  readonly clock: () => number;
  /** Who signs for the log, a minute apart and when it is closed; absent: nobody does. */
  readonly heads?: HeadsOptions;
  /** Under which NHS numbers are hashed; absent: none is. */
  readonly numberKey?: Buffer;
  /** Versions of what decides now, for records that say none. */
  readonly rules?: () => string;
  /** What must be on the disk before the records that wait are: an answer follows its record at once. */
  readonly before?: () => Promise<void> | undefined;
  /** For tests, which cannot wait for 64 MiB. */
  readonly fileBytesMax?: number;
}

/** Thrown to every caller whose record is not on disk; its `cause` says why. Nothing may be answered then. */
export class AuditError extends Error {
  override readonly name = "AuditError";
}

/**
 * Opens the chain of one process, going on where it ended.
 *
 * @throws when the directory cannot be written; AuditNameTaken when another process writes under the same name
 */
export async function createAuditLog(options: AuditLogOptions): Promise<AuditLog> {
  if (!isProcessName(options.process)) {
    throw new Error("The name of an audit log's process is 1 to 32 lower-case letters, digits and hyphens.");
  }
  await mkdir(options.directory, { recursive: true, mode: 0o700 });
  const lock = takeLock(join(options.directory, `${options.process}.lock`));
  const { directory, process, heads, fileBytesMax = FILE_BYTES_MAX } = options;
  const open = (remembered?: Remembered) => openChain({ directory, process, heads, fileBytesMax }, remembered);
  try {
    return new FileAuditLog(await open(), {
      open,
      group: createGroup(options.process),
      release: lock.release,
      ...options,
    });
  } catch (error) {
    lock.release();
    throw error;
  }
}

interface Queued {
  readonly record: AuditRecord;
  readonly time: number;
  readonly rules: string | undefined;
  resolve(): void;
  reject(error: AuditError): void;
}

interface Surroundings extends Pick<AuditLogOptions, "before" | "clock" | "heads" | "numberKey" | "rules"> {
  readonly open: (remembered?: Remembered) => Promise<Chain>;
  readonly group: Group;
  readonly release: () => void;
}

/** Records that queue while others are being written make the next group; nobody waits for a timer. */
class FileAuditLog implements AuditLog {
  readonly #around: Surroundings;
  /** Absent after a failure, until it could be opened again. */
  #chain: Chain | undefined;
  #queue: Queued[] = [];
  #time: number;
  #writing: Promise<void> | undefined;
  #closed = false;
  #remembered: Remembered | undefined;
  readonly #signing: NodeJS.Timeout | undefined;

  constructor(chain: Chain, around: Surroundings) {
    this.#around = around;
    this.#chain = chain;
    this.#time = chain.head.time;
    const { heads } = around;
    if (heads) this.#signing = setInterval(() => this.#signBeside(), heads.every_ms ?? SIGNED_EVERY_ms).unref();
  }

  pseudonym(nhsNumber: string): string | undefined {
    const { numberKey } = this.#around;
    return numberKey && createHmac("sha256", numberKey).update(`audit number ${nhsNumber}`).digest("base64url");
  }

  /** Nobody waits for a signature; one that fails is missed by the next minute alone. */
  #signBeside(): void {
    this.#chain?.heads?.sign(this.#around.clock()).catch((error: unknown) => this.#around.heads?.onFault?.(error));
  }

  append(record: AuditRecord): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#closed) {
        reject(new AuditError("The audit log is closed."));
        return;
      }
      this.#time = Math.max(this.#time, this.#around.clock());
      this.#queue.push({ record, time: this.#time, rules: this.#around.rules?.(), resolve, reject });
      this.#writing ??= this.#drain();
    });
  }

  async #drain(): Promise<void> {
    while (this.#queue.length > 0) {
      await this.#gather();
      await this.#writeGroup();
    }
    this.#writing = undefined;
  }

  /**
   * Waits while each turn of the event loop brings further records: whoever is alone waits for one turn, a busy gateway
   * makes one write of what it would otherwise wake a thread and the disk for several times. Never longer than
   * `GATHER_ms_max`, nor for more than `GATHER_RECORDS_MAX`.
   */
  async #gather(): Promise<void> {
    const until = performance.now() + GATHER_ms_max;
    for (let before = -1; before < this.#queue.length && this.#queue.length < GATHER_RECORDS_MAX; ) {
      before = this.#queue.length;
      await nextTurn();
      if (performance.now() > until) return;
    }
  }

  async #writeGroup(): Promise<void> {
    try {
      this.#chain ??= await this.#around.open(this.#remembered);
      // Records that come meanwhile may rest on more, and wait for the next group.
      const most = this.#queue.length;
      const waiting = this.#around.before?.();
      if (waiting !== undefined) await waiting;
      const written = this.#takeGroup(this.#chain, most);
      if (written.length === 0) return;
      try {
        await this.#chain.write(this.#around.group);
      } catch (error) {
        this.#queue.unshift(...written);
        throw error;
      }
      for (const { resolve } of written) resolve();
    } catch (cause) {
      await this.#fail(cause);
    }
  }

  /** What is not on disk is refused; the next record finds the log closed and opens it again. */
  async #fail(cause: unknown): Promise<void> {
    const chain = this.#chain;
    this.#chain = undefined;
    if (chain) this.#remembered = { head: chain.head, tree: chain.heads?.tree };
    const refused = this.#queue;
    this.#queue = [];
    await chain?.close().catch(() => undefined);
    const error = new AuditError("The audit log cannot be written.", { cause });
    for (const { reject } of refused) reject(error);
  }

  /** Encodes as many records from the head of the queue as make a group, and no more than `most`. */
  #takeGroup({ head, heads }: Chain, most: number): readonly Queued[] {
    const { group } = this.#around;
    const taken: Queued[] = [];
    let seen = 0;
    group.begin(head, heads?.signed);
    for (const queued of this.#queue) {
      if (seen === most) break;
      const result = group.add(queued.record, queued.time, queued.rules);
      if (result === "next") break;
      if (result === "added") taken.push(queued);
      else queued.reject(new AuditError(`An audit record is longer than ${RECORD_BYTES_MAX} bytes.`));
      seen += 1;
    }
    this.#queue.splice(0, seen);
    return taken;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    clearInterval(this.#signing);
    await this.#writing;
    try {
      await this.#chain?.heads
        ?.sign(this.#around.clock())
        .catch((error: unknown) => this.#around.heads?.onFault?.(error));
      await this.#chain?.close();
    } finally {
      this.#chain = undefined;
      this.#around.release();
    }
  }
}
