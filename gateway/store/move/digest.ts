import { hash } from "node:crypto";

const LANES = 8;
const LANE_BYTES = 4;

/** The sum of the hashes of rows, the same in whatever order they come; and how many rows there are. */
export class Digest {
  readonly #lanes = new Uint32Array(LANES);
  #rows = 0;

  get rows(): number {
    return this.#rows;
  }

  /** A row as PostgreSQL's binary copy format has it. */
  add(row: Uint8Array): void {
    const of = hash("sha256", row, "buffer");
    for (let lane = 0; lane < LANES; lane++) this.#addTo(lane, of.readUInt32LE(lane * LANE_BYTES));
    this.#rows += 1;
  }

  addAll(other: Digest): void {
    for (let lane = 0; lane < LANES; lane++) this.#addTo(lane, other.#lanes[lane] ?? 0);
    this.#rows += other.#rows;
  }

  equals(other: Digest): boolean {
    return this.#rows === other.#rows && this.#lanes.every((lane, n) => lane === other.#lanes[n]);
  }

  #addTo(lane: number, value: number): void {
    // Kept to 32 bits by the array itself.
    this.#lanes[lane] = (this.#lanes[lane] ?? 0) + value;
  }
}
