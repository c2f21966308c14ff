import type { Requester } from "../access/requester.ts";
import type { AuditLog } from "../audit/audit.ts";
import type { SourceFacts } from "../disclosure/visibility.ts";
import type { Pack } from "../search/pack.ts";
import type { Match } from "../search/page.ts";
import type { PageTokens } from "../search/page-token.ts";
import type { CandidatePorts } from "./candidates.ts";
import type { VisibleRecord } from "./record-reader.ts";
import type { Walks } from "./walks.ts";

export interface SearchPorts extends CandidatePorts {
  readonly audit: AuditLog;
  readonly pageTokens: PageTokens;
  readonly walks: Walks;
  /** Every registered source, by name. */
  readonly sources: ReadonlyMap<string, SourceFacts>;
  /** The constant entry that tells a care client what an empty answer does not mean; absent for others. */
  coverageNotice(requester: Requester, changes: number): Promise<Buffer | undefined>;
}

/** One entry of an answer: which record it is from, and where its bytes are. */
export interface ReleasedEntry {
  readonly view: VisibleRecord;
  readonly pack: Pack;
  readonly entry: number;
}

/** An entry that met the query, with what it is ordered by. */
export interface FoundMatch extends ReleasedEntry, Match {}
