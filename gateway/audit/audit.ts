/** One thing the gateway did for a requester; BALP's questions: who, for whom, what, about whom, why, how it ended. */
export interface AuditRecord {
  /** R4 interaction code, operation name, `token`, `ingest` or `configuration`. */
  readonly interaction: string;
  readonly outcome: "success" | "refused" | "failed";
  readonly requestId: string;
  /** Registered client id, or `unknown`. */
  readonly client: string;
  readonly organization?: string;
  readonly purpose?: string;
  readonly agreement?: string;
  readonly legalBasis?: string;
  /** Id of the token the request came with. */
  readonly tokenId?: string;
  /** Raw query, kept as it was asked so that an attack stays visible. Goes to the purgeable part. */
  readonly query?: string;
  /** Patient ids whose data were released. Goes to the purgeable part. */
  readonly patients?: readonly string[];
  /** `Type/id/version` of all that was released. Goes to the purgeable part. */
  readonly released?: readonly string[];
  /** How many resources were held back, and by which rules; never told to the caller. */
  readonly withheld?: { readonly count: number; readonly rules: readonly string[] };
  readonly detail?: string;
}

export interface AuditLog {
  /** Resolves when the record is on disk. Rejects when that is not possible: the caller must then answer 503. */
  append(record: AuditRecord): Promise<void>;
  /** Writes what is queued and closes the files. */
  close(): Promise<void>;
}
