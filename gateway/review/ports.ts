import type { SourceIdentity } from "#mappers/mapper.ts";
import type { Register } from "../access/register.ts";
import type { AuditIndex } from "../audit/audit.ts";
import type { SourceFacts } from "../disclosure/visibility.ts";
import type { Decisions } from "../identity/decisions/decisions.ts";
import type { Matcher } from "../identity/matcher/matcher.ts";
import type { Person } from "../identity/person.ts";
import type { PageTokens } from "../search/page-token.ts";
import type { Store } from "../store/store.ts";

export interface ReviewPorts {
  readonly store: Pick<
    Store,
    | "decision"
    | "lineagesOf"
    | "linkOf"
    | "locate"
    | "namesOf"
    | "neverLinked"
    | "record"
    | "reviewItem"
    | "reviewItemsOf"
    | "reviewPage"
    | "sourceChildrenOf"
    | "write"
  >;
  readonly decisions: Decisions;
  readonly matcher: Matcher;
  toPerson(identity: SourceIdentity): Person;
  readonly register: Pick<Register, "clients" | "matches" | "authorityOf" | "organizations">;
  /** Every registered source, by name. */
  readonly sources: ReadonlyMap<string, SourceFacts>;
  readonly auditIndex: AuditIndex;
  readonly pageTokens: PageTokens;
  readonly fhirBase: string;
  /** Milliseconds since 1970. */
  now(): number;
}
