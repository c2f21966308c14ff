import type { DataClass } from "#mappers/mapper.ts";

/** What a client may have and why: one entry of the register of agreements. */
export interface Agreement {
  readonly id: string;
  readonly version: number;
  readonly dataClasses: readonly DataClass[];
  /** v3 ActReason codes; the first is meant when a client claims none. */
  readonly purposes: readonly string[];
  readonly legalBasis: {
    /** UK GDPR article 6 condition, as `6(1)(e)`. */
    readonly article6: string;
    /** UK GDPR article 9 condition, as `9(2)(h)`. */
    readonly article9: string;
    readonly confidence: "implied-direct-care" | "statute" | "public-interest" | "explicit" | "not-applicable";
  };
  /**
   * Whose records: of children registered with the organisation (gp-registration), on its caseload, roll or hub list;
   * or of every child with a contribution from the named authorities (officers, the conformance client).
   */
  readonly relationship: "gp-registration" | "caseload" | "roll" | "hub-registration" | "authority";
  /** Authorities whose data the agreement reaches. */
  readonly authorities: readonly string[];
  /** Within which contributions by this client are matched: no other child, its own authority, or those named. */
  readonly matchingScope: "none" | "own-authority" | readonly string[];
  /** Identifier systems that may be released, searched and shown. */
  readonly identifierSystems: readonly string[];
  /** Identifier system to the law that allows its release where it would otherwise not be (a pupil number in health). */
  readonly identifierLegalBasis?: Readonly<Record<string, string>> | undefined;
  /** `source` to statute, for data that regulations bind to named recipients (Childcare Act 2006 s.99). Default deny. */
  readonly statutoryGateways: Readonly<Record<string, string>>;
  /** Answers carry the constant entry that absence of a result is no evidence of absence (care clients). */
  readonly coverageNotice: boolean;
  /** Last day of validity, YYYY-MM-DD. */
  readonly until: string;
}

/** Who asks, on whose behalf and what for: fixed by the token, valid for one request. */
export interface Requester {
  readonly client: string;
  readonly organization: {
    readonly system: string;
    readonly value: string;
    /** Own local authority. */ readonly authority: string;
  };
  readonly agreement: Agreement;
  readonly purpose: string;
  /** SMART v2 scopes granted, parsed. */
  readonly scopes: readonly Scope[];
  readonly tokenId: string;
}

/** One granted scope, as `system/Observation.rs` or `ingest/leeds-eyfsp`. */
export type Scope =
  | { readonly context: "system"; readonly type: string; readonly interactions: string }
  | { readonly context: "ingest"; readonly source: string };
