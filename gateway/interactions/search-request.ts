import type { Requester } from "../access/requester.ts";
import type { AuditLog } from "../audit/audit.ts";
import type { SourceFacts } from "../disclosure/visibility.ts";
import type { Pack } from "../search/pack.ts";
import type { Match } from "../search/page.ts";
import type { PageTokens } from "../search/page-token.ts";
import type { ReadQuery } from "../search/query-cache.ts";
import type { Question, SearchQuery } from "../search/search-query.ts";
import type { Terminology } from "../search/terminology.ts";
import type { CandidatePorts } from "./candidates.ts";
import type { VisibleRecord } from "./record-reader.ts";
import type { Page } from "./search-page.ts";
import type { Soon } from "./soon.ts";
import type { Walks } from "./walks.ts";

export interface SearchPorts extends CandidatePorts {
  readonly audit: AuditLog;
  readonly pageTokens: PageTokens;
  readonly walks: Walks;
  /** What is known of codes, for `:in`, `:below` and their like. */
  readonly terminology: Terminology;
  readonly readQuery: ReadQuery;
  /** Every registered source, by name. */
  readonly sources: ReadonlyMap<string, SourceFacts>;
  /** The constant entry that tells a care client what an empty answer does not mean; absent for others. */
  coverageNotice(requester: Requester, changes: number): Soon<Buffer | undefined>;
}

/** One entry of an answer: which record it is from, and where its bytes are. */
export interface ReleasedEntry {
  readonly view: VisibleRecord;
  readonly pack: Pack;
  readonly entry: number;
}

/** `Type/id` of an entry. */
export function nameOf({ pack, entry }: Pick<ReleasedEntry, "pack" | "entry">): string {
  return `${pack.types[entry]}/${pack.ids[entry]}`;
}

/** An entry that met the query, with what it is ordered by. */
export interface FoundMatch extends ReleasedEntry, Match {}

/** A search as it was understood. */
export interface Search {
  /** As the audit record names it. */
  readonly interaction: string;
  /** Address that is searched, below the FHIR base: `Observation`, `Patient/1/Observation`, empty for the system. */
  readonly path: string;
  /** One a type. */
  readonly questions: readonly Question[];
  readonly query: Omit<SearchQuery, keyof Question>;
  readonly page: Page;
  /** Patient whose compartment is searched. */
  readonly patientId?: string;
  /** Picks from all that was found, in order: for operations that do more than match. */
  readonly pick?: (found: readonly FoundMatch[]) => readonly FoundMatch[];
}
