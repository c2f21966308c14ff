import type { RecordSearchKey } from "../record-verbs.ts";

/** What is kept beside a body for it to be found: made of it again when an earlier file is brought forward. */
export interface Derive {
  /** `system|value` of a resource, from its JSON. */
  identifiersOf(body: string): readonly string[];
  /** Keys of a child's record, from the JSON of a Patient that one source told. */
  recordKeysOf(body: string): readonly RecordSearchKey[];
  /** Blocking keys of what a source calls a child, from its JSON; without it they come with the next word of the source. */
  blockingKeysOf?(identity: string): readonly number[];
  /** The print of the same, where there is one. */
  printOf?(identity: string): string | undefined;
}
