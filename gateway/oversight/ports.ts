import type { Register } from "../access/register.ts";
import type { SourceFacts } from "../disclosure/visibility.ts";
import type { RecordReader } from "../interactions/record-reader.ts";
import type { PageTokens } from "../search/page-token.ts";
import type { Store } from "../store/store.ts";

export interface OversightPorts {
  readonly store: Pick<
    Store,
    | "consentPlaces"
    | "disclosureDecision"
    | "disclosureDecisions"
    | "disclosureDecisionsOf"
    | "findRecords"
    | "locate"
    | "record"
    | "sourceChildrenOf"
    | "write"
  >;
  /** Officers see what the rules of every release let them see, and nothing beside. */
  readonly reader: Pick<RecordReader, "changes" | "view">;
  readonly register: Pick<Register, "clients" | "authorityOf">;
  /** Every registered source, by name. */
  readonly sources: ReadonlyMap<string, SourceFacts>;
  readonly pageTokens: PageTokens;
  /** Within how long a decision is to be reviewed by somebody else. */
  readonly reviewWithin_ms: number;
  /** Milliseconds since 1970. */
  now(): number;
  /** Somebody asked to see a child in an emergency, whether there is such a child or not. */
  alert(asked: { readonly client: string; readonly organization: string }): void;
  /** A client asked by this identifier, as a search may; whoever tries many of them meets its limit. */
  count(client: string, identifier: string): void;
}
