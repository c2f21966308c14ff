import type { DataClass } from "#mappers/mapper.ts";

/** v3 Confidentiality from least to most restrictive. https://hl7.org/fhir/R4/v3/Confidentiality/cs.html */
export const CONFIDENTIALITY_ORDER = ["U", "L", "M", "N", "R", "V"] as const;
export type Confidentiality = (typeof CONFIDENTIALITY_ORDER)[number];

/** Codes of our own handling labels; `profiles/CodeSystem/CodeSystem-handling-label.json`. */
export const HANDLING = [
  "PDS-R",
  "adoption-sealed",
  "child-protection-plan",
  "domestic-abuse-address",
  "do-not-inform-family",
] as const;
export type Handling = (typeof HANDLING)[number];

/** What lists may say: no record of a child is less confidential than any other. */
export const LISTED_CONFIDENTIALITY = ["N", "R", "V"] as const;

/** What a list or a default says of whatever it is about. */
export interface Given {
  readonly confidentiality: (typeof LISTED_CONFIDENTIALITY)[number];
  /** v3 ActCode. */
  readonly sensitivities?: readonly string[] | undefined;
  readonly handling?: readonly Handling[] | undefined;
}

/** System to codes. */
export type Codes = Readonly<Record<string, readonly string[]>>;

/** Codes that mean a label wherever they stand in a resource. */
export interface LabelList extends Given {
  readonly id: string;
  /** Why these codes mean these labels. */
  readonly reason: string;
  /** Who says that these are the codes. */
  readonly from: string;
  readonly codes?: Codes | undefined;
  /** System to beginnings of codes, for terminologies whose codes tell where they belong (ICD-10, Read v2). */
  readonly chapters?: Codes | undefined;
  /** Whether it is about every code that a CodeSystem or ValueSet of the contract names. */
  readonly isContract?: boolean | undefined;
}

/** What holds for resources whose codes no list knows; of several that fit, the first. */
export interface LabelDefault extends Given {
  readonly id: string;
  readonly reason: string;
  readonly types: readonly string[];
  /** Of the source. Absent: any. */
  readonly dataClasses?: readonly DataClass[] | undefined;
  /** Whether a client wrote it in its own words, or a mapper made it. Absent: either. */
  readonly isWritten?: boolean | undefined;
  /** One of which the resource claims. */
  readonly profiles?: readonly string[] | undefined;
  /** One of which is the resource's category. */
  readonly categories?: Codes | undefined;
}

/** Services whose mere name tells what a child is going through: told by their kind alone. */
export interface ServiceList extends Given {
  readonly id: string;
  readonly reason: string;
  /** What stands in the place of the name. */
  readonly kind: string;
  /** Organisations, as identifier system to values. */
  readonly identifiers?: Codes | undefined;
  /** Kinds of service or specialty, as system to codes. */
  readonly codes?: Codes | undefined;
  /** Words that tell the kind within a name, in small letters; whole words. */
  readonly words?: readonly string[] | undefined;
}

/** Everything by which resources are labelled: data, of one version. */
export interface LabelLists {
  /** Stands in audit records as `labels-<version>`. */
  readonly version: string;
  readonly lists: readonly LabelList[];
  readonly defaults: readonly LabelDefault[];
  readonly services: readonly ServiceList[];
  /** What a sensitivity means where nothing says how confidential it is. */
  readonly sensitivityFloor: Given["confidentiality"];
  /** What a handling label means where nothing says how confidential it is. */
  readonly handlingFloors: Readonly<Record<Handling, Given["confidentiality"]>>;
}
