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
  /** Identifier systems that may be released, searched and shown; `any` where no person is real. */
  readonly identifierSystems: readonly string[] | "any";
  /** Identifier system to the law that allows its release where it would otherwise not be (a pupil number in health). */
  readonly identifierLegalBasis?: Readonly<Record<string, string>> | undefined;
  /** `source` to statute, for data that regulations bind to named recipients (Childcare Act 2006 s.99). Default deny. */
  readonly statutoryGateways: Readonly<Record<string, string>>;
  /** Whether AuditEvents of the agreement's authorities may be read. */
  readonly audit: boolean;
  /** The space in which the client's logical ids are unique: "" is the one that all authorities share. */
  readonly idSpace: string;
  /** What the client may write; absent for one that reads alone. */
  readonly writes?: WriteTerms | undefined;
  /** Answers carry the constant entry that absence of a result is no evidence of absence (care clients). */
  readonly coverageNotice: boolean;
  /** Whether PDS may be asked on behalf of its clients (`$match`). Default deny. */
  readonly traces?: boolean;
  /** First day of validity, YYYY-MM-DD; absent: it holds already. */
  readonly from?: string | undefined;
  /** Last day of validity, YYYY-MM-DD. */
  readonly until: string;
  /** For whom the client's organisation processes; absent: for itself. */
  readonly onBehalfOf?: { readonly system: string; readonly value: string } | undefined;
  /** Highest v3 Confidentiality that may be released (high-water mark). Default `N`. */
  readonly confidentiality?: "N" | "R" | "V" | undefined;
  /** v3 ActCode sensitivities that may be released; one that is not named here withholds. Default none. */
  readonly sensitivities?: readonly string[] | undefined;
  /** What holds for a class of which no Consent says anything. Absent: permit, as the agreement names the class. */
  readonly implicitPolicy?: Readonly<Partial<Record<DataClass, "permit" | "deny">>> | undefined;
  /** Elements at the root of a resource that are released, by type; a type that is absent is released whole. */
  readonly elements?: Readonly<Record<string, readonly string[]>> | undefined;
  /** Duties under which a recorded decision may release to this recipient in spite of an objection, as `CA2004-16LA`. */
  readonly duties?: readonly string[] | undefined;
  /** Whether its users may break the glass: one child, a reason, fifteen minutes, reviewed by somebody else. */
  readonly breakGlass?: boolean | undefined;
}

export interface WriteTerms {
  /** The source as which everything counts that the client writes: it decides data class and authority. */
  readonly source: string;
  /** Whether a client may choose a new id (update as create): only where it sees its whole id space. */
  readonly updateCreate: boolean;
  /** Whether a resource may be about somebody whom the gateway does not hold: only where no person is real. */
  readonly unknownSubjects: boolean;
}

/** Who asks, on whose behalf and what for: fixed by the token, valid for one request. */
export interface Requester {
  readonly client: string;
  readonly organization: {
    readonly system: string;
    readonly value: string;
    /** Own local authority. */ readonly authority: string;
    /** `system|value` of the organisations that it is part of today, nearest first. */
    readonly ancestors?: readonly string[];
  };
  /** The person who asks, where a token says so; absent: an application alone. */
  readonly user?: RequesterUser;
  /** The key that the token is bound to (RFC 8705, RFC 9449); absent: a bearer token. */
  readonly binding?: { readonly kind: "mtls" | "dpop"; readonly thumbprint: string };
  readonly agreement: Agreement;
  readonly purpose: string;
  /** SMART v2 scopes granted, parsed. */
  readonly scopes: readonly Scope[];
  /**
   * Of c r u d s, those that the answer under way needs: set where a scope has parameters, so that they narrow what is
   * seen for this interaction and no other. Absent among such scopes: all that are held must hold.
   */
  readonly letters?: string;
  readonly tokenId: string;
}

/** A person whom an external issuer signed in. */
export interface RequesterUser {
  /** `issuer|subject`: never a name. */
  readonly id: string;
  /** As the issuer says it. */
  readonly role: string;
  readonly group:
    | "gp"
    | "health-visitor"
    | "school-nurse"
    | "early-years"
    | "social-worker"
    | "officer"
    | "steward"
    | "other";
  /** Of the issuer. */
  readonly session?: string;
  /** Ids of the roles that the person has at the issuer: `NHSD-Session-URID` may name one of them. */
  readonly roles?: readonly string[];
}

/** One granted scope, as `system/Observation.rs`, `ingest/leeds-eyfsp` or `identity/review`. */
export type Scope =
  | {
      readonly context: "system";
      readonly type: string;
      readonly interactions: string;
      /** `category=…|survey&…`: all of it must hold. Absent: every resource of the type. */
      readonly parameters?: string;
    }
  | { readonly context: "ingest"; readonly source: string }
  /** A steward's: reads who two children are said to be, and decides whether they are one. */
  | { readonly context: "identity"; readonly right: "review" }
  /** Decides on objections and duties to share, or releases in an emergency what is looked at afterwards. */
  | { readonly context: "oversight"; readonly right: OversightRight };

export type OversightRight = "decide" | "break-glass";
