import type { DataClass, Derivation, SourceKind } from "#mappers/mapper.ts";

/** A system that sends: one entry of the register of sources. */
export interface RegisteredSource {
  /** `<authority>-<kind>`, as `leeds-eyfsp`. */
  readonly source: string;
  readonly kind: SourceKind;
  /** Id of the authority the source belongs to, as `leeds`. */
  readonly authority: string;
  /** Three-digit number of that authority in education data. */
  readonly localAuthority: string;
  /** The organisation that sends. */
  readonly organization: { readonly system: string; readonly value: string; readonly name: string };
  /** The agreement or statute under which the gateway receives it. */
  readonly legalBasis: string;
  /** What the authority has the gateway compute beyond what this source tells. */
  readonly derives: ReadonlySet<Derivation>;
  /** Whether its children without an NHS number may be asked for at PDS; absent: they may not. */
  readonly traces?: boolean;
  /** Path of the file that says the supplier's own column names, as the register has it. */
  readonly columnsFile?: string | undefined;
  /** The supplier's own column names, read from it: table (or the mapper's shape) → their column → ours. */
  readonly columns?: ColumnMap;
}

export type ColumnMap = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** What counts as told when a client writes it through the FHIR API, instead of sending a file. */
export interface WrittenSource {
  readonly source: string;
  readonly authority: string;
  readonly dataClass: DataClass;
  readonly legalBasis: string;
}
