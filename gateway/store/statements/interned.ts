import type { StatementSync } from "node:sqlite";
import { integer, text } from "./values.ts";

export interface DeliveryName {
  readonly source: string;
  /** Id of the receipt. */
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly receivedAt: number;
}

/** Longer texts that stand in many rows, each spelled once and kept in memory after its first use. */
export interface Interned {
  deliveryId(delivery: DeliveryName): number;
  /** The one given is kept as known, so that rows of one delivery share it. */
  delivery(sequence: number): DeliveryName;
  /** Gives a source its number at its first mention. */
  sourceId(name: string): number;
  /** `undefined` while nothing is kept that it told. */
  knownSourceId(name: string): number | undefined;
  vocabularyId(content: string): number;
  vocabulary(id: number): string;
  /** What was noted in a transaction that was rolled back is no longer so. */
  forget(): void;
}

/** Deliveries kept in memory: those under way, and those of a page that is read. */
const DELIVERIES_MAX = 1_000;

export function createInterned(statement: (sql: string) => StatementSync): Interned {
  const ids = new Map<string, number>();
  const deliveries = new Map<number, DeliveryName>();
  const sources = new Map<string, number>();
  const vocabularyIds = new Map<string, number>();
  const vocabularies = new Map<number, string>();
  const knownSourceId = (name: string): number | undefined => {
    const known = sources.get(name);
    if (known !== undefined) return known;
    const row = statement("SELECT id FROM source WHERE name = ?").get(name);
    if (row !== undefined) sources.set(name, integer(row.id));
    return row && integer(row.id);
  };
  return {
    knownSourceId,
    sourceId(name) {
      const known = knownSourceId(name);
      if (known !== undefined) return known;
      const row = statement("INSERT INTO source (name) VALUES (?) RETURNING id").get(name);
      sources.set(name, integer(row?.id));
      return integer(row?.id);
    },
    deliveryId(delivery) {
      const name = `${delivery.source} ${delivery.id}`;
      const known = ids.get(name);
      if (known !== undefined) return known;
      // Writing the same value again makes an existing row answer with its sequence.
      const row = statement(
        `INSERT INTO delivery (source, id, received_at) VALUES (?, ?, ?)
         ON CONFLICT DO UPDATE SET source = excluded.source RETURNING sequence`,
      ).get(delivery.source, delivery.id, delivery.receivedAt);
      if (ids.size >= DELIVERIES_MAX) ids.clear();
      ids.set(name, integer(row?.sequence));
      return integer(row?.sequence);
    },
    delivery(sequence) {
      const known = deliveries.get(sequence);
      if (known !== undefined) return known;
      const row = statement("SELECT source, id, received_at FROM delivery WHERE sequence = ?").get(sequence);
      const delivery = { source: text(row?.source), id: text(row?.id), receivedAt: integer(row?.received_at) };
      if (deliveries.size >= DELIVERIES_MAX) deliveries.clear();
      deliveries.set(sequence, delivery);
      return delivery;
    },
    vocabularyId(content) {
      const known = vocabularyIds.get(content);
      if (known !== undefined) return known;
      const row = statement(
        `INSERT INTO vocabulary (content) VALUES (?)
         ON CONFLICT DO UPDATE SET content = excluded.content RETURNING id`,
      ).get(content);
      vocabularyIds.set(content, integer(row?.id));
      return integer(row?.id);
    },
    vocabulary(id) {
      const known = vocabularies.get(id);
      if (known !== undefined) return known;
      const row = statement("SELECT content FROM vocabulary WHERE id = ?").get(id);
      vocabularies.set(id, text(row?.content));
      return text(row?.content);
    },
    forget() {
      ids.clear();
      deliveries.clear();
      sources.clear();
      vocabularyIds.clear();
      vocabularies.clear();
    },
  };
}
