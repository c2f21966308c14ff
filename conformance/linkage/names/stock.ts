import type { Random } from "../random.ts";

/** Where a name comes from; a stratum of the report, nothing that is told of a child. */
export const NAME_ORIGINS = [
  "english",
  "celtic",
  "south-asian-muslim",
  "south-asian-hindu-sikh",
  "arabic-somali",
  "african",
  "chinese",
  "eastern-european",
  "portuguese-romanian",
] as const;

export type NameOrigin = (typeof NAME_ORIGINS)[number];
export type Sex = "female" | "male";

/** How names of one origin are made and passed on. */
export interface NameStock {
  readonly origin: NameOrigin;
  /** Registered given names of one child, in order; the first is not always the one it is called by. */
  given(random: Random, sex: Sex): readonly string[];
  /** The surname a household is known by. */
  family(random: Random): string;
  /** The surname of one child in it, where that depends on the child. */
  familyOf?(family: string, sex: Sex): string;
  /** Words of a given name that several children of one household may share and none is called by. */
  readonly prefixes?: ReadonlySet<string>;
}
