import type { IndexedRecord } from "./audit.ts";

/** Who has seen a child's record, as its family is told: an organisation, what for, and on which day. */
export interface FamilyLine {
  /** From 1, oldest first, of what is told alone: no gap tells of what is not. */
  readonly number: number;
  /** YYYY-MM-DD, in the UK. */
  readonly date: string;
  /** Code of the organisation, and the client that it asked by. */
  readonly organization: string;
  readonly client: string;
  readonly purpose: string;
}

export interface FamilyViewOptions {
  /** Logical ids of the child's Patient, those included that were merged into it. */
  readonly patients: ReadonlySet<string>;
  /** Last day that is told, YYYY-MM-DD. */
  readonly until: string;
  /** Codes of organisations of which families are never told, as of police. */
  readonly silentOrganizations: ReadonlySet<string>;
  /** The day in the UK that a time falls on. */
  dayOf(time_ms: number): string;
}

/** What families are told of, in their words. A purpose that is not here is not told: it may be safeguarding. */
const PURPOSES: ReadonlyMap<string, string> = new Map([
  ["TREAT", "Care of the child"],
  ["ETREAT", "Emergency care"],
  ["PATRQT", "A request of the family"],
  ["HOPERAT", "Running the service"],
  ["PUBHLTH", "Public health"],
  ["HRESCH", "Research"],
  ["early-help", "Early help"],
  ["education-support", "Support in education"],
]);

/** A line a day, organisation and purpose, however often was looked. */
export function createFamilyView(options: FamilyViewOptions) {
  const lines = new Map<string, Omit<FamilyLine, "number">>();
  return {
    take({ time, record }: IndexedRecord): void {
      const { organization, client, purpose = "", outcome } = record;
      const told = PURPOSES.get(purpose);
      const date = options.dayOf(time);
      if (outcome !== "success" || told === undefined || organization === undefined || date > options.until) return;
      if (options.silentOrganizations.has(organization) || !isTold(record, options)) return;
      const key = `${date} ${organization} ${told}`;
      if (!lines.has(key)) lines.set(key, { date, organization, client, purpose: told });
    },
    /** Oldest first. */
    lines(): readonly FamilyLine[] {
      const ordered = [...lines].sort(([a], [b]) => (a < b ? -1 : 1));
      return ordered.map(([, line], index) => ({ number: index + 1, ...line }));
    },
  };
}

/** What was released in spite of an objection is told only where somebody decided that it is safe. */
function isTold({ disclosures = [] }: IndexedRecord["record"], { patients }: FamilyViewOptions): boolean {
  return disclosures.some(
    ({ patient, released, family, override }) =>
      patients.has(patient) && released.length > 0 && (family === "told" || (family === undefined && !override)),
  );
}
