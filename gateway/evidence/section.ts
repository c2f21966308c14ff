/** What evidence is made of: sections of sentences and tables. All of it can be shown to anybody who governs the gateway. */

export interface EvidenceSection {
  /** Anchor and name in the data, as `agreements`. */
  readonly id: string;
  readonly title: string;
  /** What the section shows, how it was made, and what it does not say. */
  readonly text: readonly string[];
  readonly tables: readonly EvidenceTable[];
}

export interface EvidenceTable {
  /** Name of its CSV file without the ending; unique among all sections. */
  readonly id: string;
  readonly title: string;
  readonly head: readonly string[];
  /** Each as long as `head`. */
  readonly rows: readonly (readonly string[])[];
  /** Too long to be read: the page shows how many rows there are and names the file. */
  readonly isOnlyData?: true;
}

export interface Evidence {
  /** Release of the gateway that made it. */
  readonly gateway: string;
  /** ISO 8601. */
  readonly madeAt: string;
  readonly mode: string;
  readonly sections: readonly EvidenceSection[];
}

/** A day as YYYY-MM-DD, in UTC. */
export function dayOf(time_ms: number): string {
  return new Date(time_ms).toISOString().slice(0, 10);
}

export function monthOf(time_ms: number): string {
  return dayOf(time_ms).slice(0, 7);
}

export function listOf(values: Iterable<string>): string {
  const texts = [...values];
  return texts.length === 0 ? "none" : texts.join("; ");
}
