/** One thing the gateway did for a requester; BALP's questions: who, for whom, what, about whom, why, how it ended. */
export interface AuditRecord {
  /** R4 interaction code, operation name, `token`, `ingest`, `pds-trace`, `pds-verify` or `configuration`. */
  readonly interaction: string;
  readonly outcome: "success" | "refused" | "failed";
  readonly requestId: string;
  /** Registered client id, or `unknown`. */
  readonly client: string;
  readonly organization?: string | undefined;
  readonly purpose?: string | undefined;
  readonly agreement?: string | undefined;
  /** UK GDPR articles 6 and 9 and the basis in confidence, as `6(1)(e) 9(2)(h) implied-direct-care`. */
  readonly legalBasis?: string | undefined;
  /** Id of the token the request came with. */
  readonly tokenId?: string | undefined;
  /** Raw query, kept as it was asked so that an attack stays visible. Goes to the purgeable part. */
  readonly query?: string | undefined;
  /** When it was asked for, milliseconds since 1970; the log itself says when it was decided. */
  readonly askedAt_ms?: number | undefined;
  /** Bytes that are about to be answered. Kept is their hash alone, salted as the record is. */
  readonly answer?: Uint8Array | readonly Uint8Array[] | undefined;
  /** Memory of which the answer's bytes never change; of it nothing is kept. */
  readonly lasting?: ReadonlySet<ArrayBufferLike> | undefined;
  /** Patient ids whose data were released. Goes to the purgeable part. */
  readonly patients?: readonly string[] | undefined;
  /** `Type/id/version` of all that was written. Goes to the purgeable part. */
  readonly written?: readonly string[] | undefined;
  /** `Type/id/version` of all that was released. Goes to the purgeable part. */
  readonly released?: readonly string[] | undefined;
  /** How many resources were held back, and by which rules; never told to the caller. */
  readonly withheld?: { readonly count: number; readonly rules: readonly string[] } | undefined;
  readonly detail?: string | undefined;
  /** The person who asked, where there is one: role in the leaf, id in the purgeable part. */
  readonly user?: { readonly id: string; readonly role: string; readonly group: string } | undefined;
  /** Thumbprint of the key that the token is bound to. */
  readonly binding?: string | undefined;
  readonly correlationId?: string | undefined;
  /** One for every child of whom anything was released; replaces `patients` and `released` where it is given. */
  readonly disclosures?: readonly Disclosure[] | undefined;
  /** Versions of what decided, as `engine-1 labels-2 policy-7`; the log's own where it is left out. */
  readonly rules?: string | undefined;
}

/** What of one child was released, and why. Goes to the purgeable part. */
export interface Disclosure {
  /** Logical id of the Patient. */
  readonly patient: string;
  /** Keyed hash of the NHS number, by which a search for one finds it. */
  readonly number?: string | undefined;
  /** `Type/id/version`. */
  readonly released: readonly string[];
  /** Set where the question itself named a child that the requester sees, and nothing left but the answer to it. */
  readonly isNamed?: true | undefined;
  /** `system|code` of what was released, each once. */
  readonly labels?: readonly string[] | undefined;
  /** How many resources were held back, and by which rules; never told to the caller. */
  readonly withheld?: { readonly count: number; readonly rules: readonly string[] } | undefined;
  /** `Consent/id/version` and decisions that were weighed. */
  readonly decidedBy?: readonly string[] | undefined;
  /** Whether the family may be told, and of what this was a part; `unsafe` is never shown to a family. */
  readonly family?: "told" | "deferred" | "unsafe" | undefined;
  /** Of the decision that released in spite of an objection. */
  readonly override?: { readonly kind: "duty" | "break-glass"; readonly decision: number } | undefined;
}

export interface AuditLog {
  /** Resolves when the record is on disk. Rejects when that is not possible: the caller must then answer 503. */
  append(record: AuditRecord): Promise<void>;
  /** Keyed hash of an NHS number, as a disclosure names it; `undefined` where the log has no key. */
  pseudonym?(nhsNumber: string): string | undefined;
  /** Writes what is queued and closes the files. */
  close(): Promise<void>;
}

/** What was done, as the log holds it: the record, its place in the log, and when. */
export interface IndexedRecord {
  /** Place among all records, ascending within each process that writes; below 2^52. Stays when the index is rebuilt. */
  readonly position: number;
  /** FHIR id: the hash of the record's leaf in hexadecimal digits, by which it is found in the chain. */
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly time: number;
  /** Without what a purge has taken: then `requestId` is empty, and `client` is `unknown` where it stood in that part. */
  readonly record: Omit<AuditRecord, "answer" | "lasting">;
  /** As `hashOfAnswer` makes it of the salt of the record's payload and the answer's bytes. */
  readonly answerHash?: string;
  readonly isPurged: boolean;
}

/** Each part that is present narrows; an empty list holds nothing. */
export interface AuditFilter {
  /** Milliseconds since 1970, inclusive. */
  readonly from?: number;
  /** Milliseconds since 1970, exclusive. */
  readonly until?: number;
  /** Logical id of a Patient whose data were released. */
  readonly patient?: string;
  /** Keyed hash of the NHS number of a child whose data were released. */
  readonly number?: string;
  /** Registered client ids: those of an authority are what its officers may read. */
  readonly clients?: readonly string[];
  readonly organizations?: readonly string[];
  /** By position ascending, or newest first. Default `position`. */
  readonly order?: "position" | "newest-first";
}

/** The log in a form that can be searched; made from the log, and made again whenever it is not there or damaged. */
export interface AuditIndex {
  /** Resolves when all that was on disk at the call is in the index, and what was purged is out of it. */
  catchUp(): Promise<void>;
  /** The records that follow position `after` in the filter's order; from the beginning when `undefined`. */
  scan(filter: AuditFilter, after: number | undefined, limit: number): Promise<readonly IndexedRecord[]>;
  /** By the id of its AuditEvent, or of one of a decision that was made for it. */
  get(id: string): Promise<IndexedRecord | undefined>;
  /** Machines of whose log not all that is older than a moment was there at the last `catchUp`, as people know them. */
  missing(): readonly string[];
  close(): Promise<void>;
}
