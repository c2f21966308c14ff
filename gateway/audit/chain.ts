import { type AuditFile, listAuditFiles } from "./files.ts";
import { GROUP_BYTES_MAX, type Group } from "./group.ts";
import { addTo, type Heads, type HeadsOptions, openHeads } from "./heads.ts";
import { type Journal, openJournal } from "./journal.ts";
import type { ChainHead } from "./leaf.ts";
import { type Leaves, openLeaves } from "./leaves.ts";
import { findUnfiledLeaves } from "./recover.ts";
import type { GrowingTree } from "./tree.ts";

/** What a chain needs to know of its surroundings. */
export interface ChainOptions {
  readonly directory: string;
  readonly process: string;
  /** A file that has reached this size is followed by another. */
  readonly fileBytesMax: number;
  /** Who signs for the chain; absent: nobody does. */
  readonly heads?: HeadsOptions | undefined;
}

/** What a process remembers of a chain that it wrote. */
export interface Remembered {
  readonly head: ChainHead;
  readonly tree: GrowingTree | undefined;
}

/** The files that one process is writing, and where its chain stands. */
export interface Chain {
  readonly head: ChainHead;
  /** Absent where nobody signs. */
  readonly heads: Heads | undefined;
  /** Resolves when the group is in the journal; its leaves are filed later. One call at a time. */
  write(group: Group): Promise<void>;
  /** Files the leaves that are not yet. */
  close(): Promise<void>;
}

/**
 * Takes away what a crash left half-written, files the leaves that only the journal holds, and finds where the chain
 * stands. A chain whose files end before what is remembered of it goes on from there: that files are missing then shows
 * in every verification to come, and nobody is kept from being served for it.
 */
export async function openChain(options: ChainOptions, remembered?: Remembered): Promise<Chain> {
  const all = await listAuditFiles(options.directory);
  const files = all.filter((file) => file.process === options.process);
  const opened: { close(): Promise<void> }[] = [];
  try {
    const leaves = await openLeaves(options, files);
    opened.push(leaves);
    const heads = options.heads && (await openHeads(options, files, options.heads));
    if (heads) opened.push(heads);
    const journal = await openJournal(options, files);
    opened.push(journal);
    const found = await fileTheRest(leaves, files, heads);
    if (remembered === undefined || found.sequence >= remembered.head.sequence) {
      return new FileChain({ journal, leaves, heads }, found);
    }
    if (remembered.tree) heads?.replaceTree(remembered.tree);
    return new FileChain({ journal, leaves, heads }, remembered.head);
  } catch (error) {
    await Promise.allSettled(opened.map((one) => one.close()));
    throw error;
  }
}

async function fileTheRest(leaves: Leaves, files: readonly AuditFile[], heads: Heads | undefined): Promise<ChainHead> {
  const journals = files.filter((file) => file.kind === "journal").map(({ path }) => path);
  let { head } = leaves;
  for (const unfiled of await findUnfiledLeaves(journals, head, GROUP_BYTES_MAX * 2)) {
    await leaves.makeRoom(unfiled.line.length);
    leaves.add(unfiled.line);
    head = unfiled.head;
    if (heads) addTo(heads.tree, head.hash);
  }
  await leaves.file();
  return head;
}

class FileChain implements Chain {
  readonly #journal: Journal;
  readonly #leaves: Leaves;
  readonly heads: Heads | undefined;
  #head: ChainHead;

  constructor(
    files: { readonly journal: Journal; readonly leaves: Leaves; readonly heads: Heads | undefined },
    head: ChainHead,
  ) {
    this.#journal = files.journal;
    this.#leaves = files.leaves;
    this.heads = files.heads;
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
    if (this.heads) for (const hash of group.hashes) this.heads.tree.add(hash);
  }

  async close(): Promise<void> {
    const results = await Promise.allSettled([this.#journal.close(), this.#leaves.close(), this.heads?.close()]);
    for (const result of results) if (result.status === "rejected") throw result.reason;
  }
}
