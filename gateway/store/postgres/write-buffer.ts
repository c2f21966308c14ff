import type { Statement, Value } from "../statements/steps.ts";
import { CHARACTER_BYTES_MAX, toArray } from "./arrays.ts";
import { type Translated, translate } from "./translate.ts";

export interface Ready {
  readonly translated: Pick<Translated, "text" | "name">;
  readonly values: readonly Value[];
}

/** Of writes that go out as one statement: the client and the server each hold all of it at once. */
export const GROUP_BYTES_MAX = 16 * 2 ** 20;

/** Writes by one statement that are to go out together. */
interface Group {
  readonly translated: Translated;
  /** Of their values, at most. */
  bytes: number;
  readonly rows: (readonly Value[])[];
  /** Rows of tables that they speak of, where they can be told apart. */
  readonly places: Set<string>;
}

/**
 * Writes that are not yet sent. Those by one statement go out together, so far as nothing that was to come in between has to
 * do with the same rows: no table has a trigger, nor refers to another.
 */
export class WriteBuffer {
  #groups: Group[] = [];
  readonly #latest = new Map<Translated, number>();
  readonly #mayLook: boolean;
  #size = 0;
  #bytes = 0;

  /** `mayLook`: whether the server takes one write of many rows that looks into a table for each (`SeveralRows`). */
  constructor(mayLook: boolean) {
    this.#mayLook = mayLook;
  }

  /** How many statements it was given since it was emptied. */
  get size(): number {
    return this.#size;
  }

  /** How many bytes the values of these take, at most. */
  get bytes(): number {
    return this.#bytes;
  }

  add({ sql, values }: Statement): void {
    const bytes = bytesOf(values);
    this.#size += 1;
    this.#bytes += bytes;
    const translated = translate(sql);
    const place = placeOf(translated, values);
    const { several } = translated;
    const isAlone = several === undefined || (several.looks && !this.#mayLook);
    const at = isAlone ? undefined : this.#latest.get(translated);
    const group = at === undefined ? undefined : this.#groups[at];
    const hasRoom = group !== undefined && group.bytes + bytes <= GROUP_BYTES_MAX;
    if (at !== undefined && hasRoom && this.#mayJoin(at, { translated, place })) {
      group.rows.push(values);
      group.bytes += bytes;
      if (place !== undefined) group.places.add(place);
      return;
    }
    this.#latest.set(translated, this.#groups.length);
    this.#groups.push({ translated, bytes, rows: [values], places: new Set(place === undefined ? [] : [place]) });
  }

  /** What there is to send, in order. */
  take(): readonly Ready[] {
    if (this.#groups.length === 0) return [];
    const ready = this.#groups.map(toReady);
    this.#groups = [];
    this.#latest.clear();
    this.#size = 0;
    this.#bytes = 0;
    return ready;
  }

  /** Whether a write may come before all that is behind the group. */
  #mayJoin(at: number, { translated, place }: { readonly translated: Translated; readonly place: string | undefined }) {
    if (place !== undefined && translated.several?.isOnce === true && this.#groups[at]?.places.has(place)) return false;
    for (let n = at + 1; n < this.#groups.length; n += 1) {
      const group = this.#groups[n];
      if (group !== undefined && isTied(group, translated, place)) return false;
    }
    return true;
  }
}

/** Whether a write and those of a group may have to do with the same row. */
function isTied({ translated, places }: Group, other: Translated, place: string | undefined): boolean {
  for (const table of other.tables) {
    if (!translated.tables.includes(table)) continue;
    const areApart = other.several?.place?.table === table && translated.several?.place?.table === table;
    if (!areApart || place === undefined || places.has(place)) return true;
  }
  return false;
}

function bytesOf(values: readonly Value[]): number {
  let bytes = 0;
  for (const value of values) {
    if (typeof value === "string") bytes += value.length * CHARACTER_BYTES_MAX;
    else if (value instanceof Uint8Array) bytes += value.length;
  }
  return bytes;
}

/** The row that a write speaks of, by its table. */
function placeOf({ several }: Translated, values: readonly Value[]): string | undefined {
  const place = several?.place;
  return place && `${place.table} ${place.parameters.map((parameter) => values[parameter]).join(" ")}`;
}

function toReady({ translated, rows }: Group): Ready {
  const { several } = translated;
  const [only, ...others] = rows;
  if (only !== undefined && (others.length === 0 || several === undefined)) return { translated, values: only };
  if (several === undefined) throw new Error("Several writes came together of which each is by itself.");
  return { translated: several, values: several.types.map((type, column) => toArray(type, rows, column)) };
}
