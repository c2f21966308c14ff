import { type AuditFile, listAuditFiles } from "./files.ts";
import { GROUP_BYTES_MAX, type Group } from "./group.ts";
import { type Journal, openJournal } from "./journal.ts";
import type { ChainHead } from "./leaf.ts";
import { type Leaves, openLeaves } from "./leaves.ts";
import { findUnfiledLeaves } from "./recover.ts";

/** What a chain needs to know of its surroundings. */
export interface ChainOptions {
  readonly directory: string;
  readonly process: string;
  /** A file that has reached this size is followed by another. */
  readonly fileBytesMax: number;
}

/** The files that one process is writing, and where its chain stands. */
export interface Chain {
  readonly head: ChainHead;
  /** Resolves when the group is in the journal; its leaves are filed later. One call at a time. */
  write(group: Group): Promise<void>;
  /** Files the leaves that are not yet. */
  close(): Promise<void>;
}

/**
 * Takes away what a crash left half-written, files the leaves that only the journal holds, and finds where the chain
 * stands.
 */
export async function openChain(options: ChainOptions): Promise<Chain> {
  const all = await listAuditFiles(options.directory);
  const files = all.filter((file) => file.process === options.process);
  const leaves = await openLeaves(options, files);
  let journal: Journal | undefined;
  try {
    journal = await openJournal(options, files);
    const head = await fileTheRest(leaves, files);
    return new FileChain(journal, leaves, head);
  } catch (error) {
    await Promise.allSettled([journal?.close(), leaves.close()]);
    throw error;
  }
}

async function fileTheRest(leaves: Leaves, files: readonly AuditFile[]): Promise<ChainHead> {
  const journals = files.filter((file) => file.kind === "journal").map(({ path }) => path);
  let { head } = leaves;
  for (const unfiled of await findUnfiledLeaves(journals, head, GROUP_BYTES_MAX * 2)) {
    await leaves.makeRoom(unfiled.line.length);
    leaves.add(unfiled.line);
    head = unfiled.head;
  }
  await leaves.file();
  return head;
}

class FileChain implements Chain {
  readonly #journal: Journal;
  readonly #leaves: Leaves;
  #head: ChainHead;

  constructor(journal: Journal, leaves: Leaves, head: ChainHead) {
    this.#journal = journal;
    this.#leaves = leaves;
    this.#head = head;
  }

  get head(): ChainHead {
    return this.#head;
  }

  async write(group: Group): Promise<void> {
    await this.#leaves.makeRoom(group.leaves.length);
    await this.#journal.append(group.lines, group.head.time);
    this.#leaves.add(group.leaves);
    this.#head = group.head;
  }

  async close(): Promise<void> {
    const results = await Promise.allSettled([this.#journal.close(), this.#leaves.close()]);
    for (const result of results) if (result.status === "rejected") throw result.reason;
  }
}
