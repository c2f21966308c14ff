import type { Resource } from "@medplum/fhirtypes";
import type { ServedType } from "#profiles/interactions.ts";
import type { QuerySpan } from "./matching/date.ts";
import type { IdentifierValue } from "./query-values.ts";
import type { TokenHash } from "./token-hash.ts";

/** One parameter of a query; a resource must meet every condition, by any of its values. */
export type Condition =
  /** Answered by the keys of an entry: the common, unmodified forms. */
  | { readonly kind: "token"; readonly code: string; readonly hashes: readonly TokenHash[] }
  /** `:not` and `:not-in`: none of these, nothing at all included. */
  | { readonly kind: "not-token"; readonly code: string; readonly hashes: readonly TokenHash[] }
  | { readonly kind: "date"; readonly code: string; readonly spans: readonly QuerySpan[] }
  | {
      readonly kind: "string";
      readonly code: string;
      readonly texts: readonly string[];
      /** Whether each word of a text counts for itself. */
      readonly atWords: boolean;
    }
  /** The resource is about a child who carries one of these identifiers: the chain `patient.identifier`. */
  | { readonly kind: "child-identifier"; readonly identifiers: readonly IdentifierValue[] }
  /** Answered by the resource itself, where keys cannot say: modifiers, quantities, composites, uris. */
  | {
      readonly kind: "resource";
      readonly code: string;
      /** An entry that carries one of these keys meets the condition without a look at the resource. */
      readonly hashes?: readonly TokenHash[];
      holds(resource: Resource): boolean;
    }
  /** `subject:Patient.name=…`: the reference leads to one of what these questions find. */
  | { readonly kind: "chain"; readonly code: string; readonly targets: readonly Question[] }
  /** `_has:Observation:patient:code=…`: one of what the question finds refers to the resource by `code`. */
  | { readonly kind: "has"; readonly code: string; readonly question: Question };

/** A search within a search: it is answered first, in the requester's visible records, and gives references. */
export interface Question {
  readonly type: ServedType;
  readonly conditions: readonly Condition[];
  readonly lead: Lead | undefined;
}

/** Where to look, as the query itself says; everything it finds is still held against all conditions. */
export type Lead =
  | { readonly kind: "identifier"; readonly identifiers: readonly IdentifierValue[] }
  /** Resources of a type that carry one of these, other than Patients. */
  | {
      readonly kind: "resource-identifier";
      readonly type: ServedType;
      readonly identifiers: readonly IdentifierValue[];
    }
  | { readonly kind: "id"; readonly type: ServedType; readonly ids: readonly string[] }
  | { readonly kind: "names"; readonly code: "family" | "given" | "name"; readonly texts: readonly string[] }
  | { readonly kind: "birthdate"; readonly dates: readonly string[] }
  /** Patients by whom they are linked with: one that is merged stands apart from the children that are gone through. */
  | { readonly kind: "linked"; readonly ids: readonly string[] };

export interface SortKey {
  readonly code: string;
  readonly descending: boolean;
}

/** One value of `_include` or `_revinclude`. https://hl7.org/fhir/R4/search.html#include */
export interface Inclusion {
  readonly direction: "include" | "revinclude";
  /** Follows what was included, too, not only matches. */
  readonly iterate: boolean;
  readonly source: ServedType | "*";
  readonly code: string;
  /** A type that is not served is a target all the same, of which nothing is ever found. */
  readonly target: string | undefined;
}

/** Which part of each resource is wanted. https://hl7.org/fhir/R4/search.html#summary */
export type Shape =
  | { readonly kind: "summary"; readonly summary: "true" | "text" | "data" }
  | { readonly kind: "elements"; readonly elements: readonly string[] };

export interface SearchQuery extends Question {
  readonly sort: readonly SortKey[];
  /** Entries a page; 0 for the total alone, which `_summary=count` asks for too. */
  readonly count: number;
  readonly total: "none" | "estimate" | "accurate" | undefined;
  readonly inclusions: readonly Inclusion[];
  /** Absent: whole resources. */
  readonly shape: Shape | undefined;
  /** What the requester sent, minus what was ignored: the query string of the self link. */
  readonly self: string;
  /** Names of parameters that a lenient requester sent and that were ignored; absent where there are none. */
  readonly ignored?: readonly string[];
  /** Inclusions that follow no match, as `_include=Patient:organization`; absent where there are none. */
  readonly idle?: readonly string[];
}
