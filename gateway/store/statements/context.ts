import type { DataClass } from "#mappers/mapper.ts";
import { row, type Steps } from "./steps.ts";
import { dataClass, integer, text } from "./values.ts";

/** Who told a resource, and in which data class. */
export interface Origin {
  readonly source: string;
  readonly dataClass: DataClass;
}

export interface DeliveryName {
  readonly source: string;
  /** Id of the receipt. */
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly receivedAt: number;
}

/** Texts that stand in many rows, each spelled once and kept in memory after its first use; of one connection, or of several that read. */
export interface Context {
  readonly origins: Map<number, Origin>;
  /** By source. */
  readonly originIds: Map<string, Map<DataClass, number>>;
  readonly deliveries: Map<number, DeliveryName>;
  readonly deliveryIds: Map<string, number>;
  readonly sourceIds: Map<string, number>;
  readonly vocabularies: Map<number, string>;
  readonly vocabularyIds: Map<string, number>;
  /** Of bodies, in bytes. */
  readonly bodyWords: Map<number, Buffer>;
}

/** Deliveries kept in memory: those under way, and those of a page that is read. */
const DELIVERIES_MAX = 1_000;

export function createContext(): Context {
  return {
    origins: new Map(),
    originIds: new Map(),
    deliveries: new Map(),
    deliveryIds: new Map(),
    sourceIds: new Map(),
    vocabularies: new Map(),
    vocabularyIds: new Map(),
    bodyWords: new Map(),
  };
}

/** What was noted in a transaction that was rolled back is no longer so. */
export function forgetNoted(context: Context): void {
  for (const noted of Object.values(context)) noted.clear();
}

/** Makes sure that `originOf` knows these. */
export function* loadOrigins({ origins }: Context, ids: Iterable<number>): Steps<void> {
  for (const id of new Set(ids)) {
    if (origins.has(id)) continue;
    const found = yield* row("SELECT source, data_class FROM origin WHERE id = ?", id);
    origins.set(id, { source: text(found?.source), dataClass: dataClass(found?.data_class) });
  }
}

export function originOf({ origins }: Context, id: number): Origin {
  const known = origins.get(id);
  if (known === undefined) throw new Error("The origin of a resource was not loaded before it was asked for.");
  return known;
}

/** Without a step: asked for each resource, and nearly always known. */
export function knownOriginId({ originIds }: Context, { source, dataClass }: Origin): number | undefined {
  return originIds.get(source)?.get(dataClass);
}

export function* originId(context: Context, { source, dataClass }: Origin): Steps<number> {
  const known = knownOriginId(context, { source, dataClass });
  if (known !== undefined) return known;
  // Writing the same value again makes an existing row answer with its id.
  const made = yield* row(
    `INSERT INTO origin (source, data_class) VALUES (?, ?)
     ON CONFLICT (source, data_class) DO UPDATE SET source = excluded.source RETURNING id`,
    source,
    dataClass,
  );
  const id = integer(made?.id);
  const ofSource = context.originIds.get(source) ?? new Map<DataClass, number>();
  context.originIds.set(source, ofSource.set(dataClass, id));
  return id;
}

/** The number of a source, `undefined` while nothing is kept that it told. */
export function* knownSourceId({ sourceIds }: Context, name: string): Steps<number | undefined> {
  const known = sourceIds.get(name);
  if (known !== undefined) return known;
  const found = yield* row("SELECT id FROM source WHERE name = ?", name);
  if (found === undefined) return undefined;
  sourceIds.set(name, integer(found.id));
  return integer(found.id);
}

/** Gives a source its number at its first mention. */
export function* sourceId(context: Context, name: string): Steps<number> {
  const known = yield* knownSourceId(context, name);
  if (known !== undefined) return known;
  const made = yield* row("INSERT INTO source (name) VALUES (?) RETURNING id", name);
  context.sourceIds.set(name, integer(made?.id));
  return integer(made?.id);
}

export function* deliveryId({ deliveryIds }: Context, delivery: DeliveryName): Steps<number> {
  const name = `${delivery.source} ${delivery.id}`;
  const known = deliveryIds.get(name);
  if (known !== undefined) return known;
  const made = yield* row(
    `INSERT INTO delivery (source, id, received_at) VALUES (?, ?, ?)
     ON CONFLICT (source, id) DO UPDATE SET source = excluded.source RETURNING sequence`,
    delivery.source,
    delivery.id,
    delivery.receivedAt,
  );
  if (deliveryIds.size >= DELIVERIES_MAX) deliveryIds.clear();
  deliveryIds.set(name, integer(made?.sequence));
  return integer(made?.sequence);
}

/** Deliveries by their sequences; the ones given are kept as known, so that rows of one delivery share it. */
export function* deliveriesOf(
  { deliveries }: Context,
  sequences: Iterable<number>,
): Steps<ReadonlyMap<number, DeliveryName>> {
  const wanted = new Map<number, DeliveryName>();
  for (const sequence of new Set(sequences)) {
    const known = deliveries.get(sequence) ?? (yield* readDelivery(sequence));
    if (deliveries.size >= DELIVERIES_MAX) deliveries.clear();
    deliveries.set(sequence, known);
    wanted.set(sequence, known);
  }
  return wanted;
}

/** One of those that `deliveriesOf` answered with. */
export function deliveryOf(deliveries: ReadonlyMap<number, DeliveryName>, sequence: number): DeliveryName {
  const known = deliveries.get(sequence);
  if (known === undefined) throw new Error("A delivery was not read before it was asked for.");
  return known;
}

function* readDelivery(sequence: number): Steps<DeliveryName> {
  const found = yield* row("SELECT source, id, received_at FROM delivery WHERE sequence = ?", sequence);
  return { source: text(found?.source), id: text(found?.id), receivedAt: integer(found?.received_at) };
}

export function* vocabularyId({ vocabularyIds }: Context, content: string): Steps<number> {
  const known = vocabularyIds.get(content);
  if (known !== undefined) return known;
  // Looked for first: it may be too long for an index that would say so when it is put.
  const found =
    (yield* row("SELECT id FROM vocabulary WHERE content = ?", content)) ??
    (yield* row("INSERT INTO vocabulary (content) VALUES (?) RETURNING id", content));
  const id = integer(found?.id);
  vocabularyIds.set(content, id);
  return id;
}

export function* vocabulary({ vocabularies }: Context, id: number): Steps<string> {
  const known = vocabularies.get(id);
  if (known !== undefined) return known;
  const found = yield* row("SELECT content FROM vocabulary WHERE id = ?", id);
  vocabularies.set(id, text(found?.content));
  return text(found?.content);
}
