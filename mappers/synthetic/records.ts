import type { AdtStory } from "./adt-stories.ts";
import type { AreaId } from "./areas.ts";
import type { HubStory } from "./hub-stories.ts";
import type { CensusStory } from "./nursery-stories.ts";
import type { CheckStory, HealthStory, ProfileStory, ProgressStory, SharingStory } from "./stories.ts";

/** What makes a record one that no mapper may take. */
export type Flaw = "impossible-date" | "wrong-check-digit" | "unknown-outcome" | "wrong-column-count";

/** A child as one source holds it. */
export interface Held {
  /** What the source calls the child. */
  readonly localId: string;
  readonly nhsNumber?: string;
  /** NHS NUMBER STATUS INDICATOR CODE; kept by health sources. */
  readonly nhsNumberStatus?: string;
  readonly upn?: string;
  readonly given: string;
  readonly family: string;
  readonly birthDate: string;
  readonly sex: "female" | "male";
  readonly postcode?: string;
}

/** What one source holds on one child. */
export interface SourceRecord<Story> {
  /** Area of the source. */
  readonly area: AreaId;
  readonly held: Held;
  readonly story: Story;
  readonly flaw?: Flaw;
  /** Patient is labelled as restricted, as PDS labels it. */
  readonly restricted?: boolean;
}

/** All that all sources hold on one child. */
export interface ChildRecords {
  /** Name of the child in `truth.csv`. */
  readonly child: string;
  readonly health: readonly SourceRecord<HealthStory>[];
  /** Profiles that reach the gateway through the authority's return. */
  readonly eyfsp: readonly SourceRecord<ProfileStory>[];
  /** Profiles that reach it in a transfer file. */
  readonly ctf: readonly SourceRecord<ProfileStory>[];
  readonly progress: readonly SourceRecord<ProgressStory>[];
  readonly census: readonly SourceRecord<CensusStory>[];
  readonly check: readonly SourceRecord<CheckStory>[];
  readonly hub: readonly SourceRecord<HubStory>[];
  readonly adt: readonly SourceRecord<AdtStory>[];
  readonly sharing: readonly SourceRecord<SharingStory>[];
}

/** Kinds of record that go wrong in ways of their own. */
export type RecordKind = "health" | "profile" | "progress" | "census" | "check" | "hub" | "adt" | "sharing";
