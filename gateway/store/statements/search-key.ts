import { hash } from "node:crypto";

/** Of three bytes each at most: with its digest such a value stays below the 2,704 bytes of an entry of PostgreSQL's indexes. */
const CHARACTERS_MAX = 500;

/** A search key's value as it is kept: one too long for an index is its beginning, and a digest that tells it from others. */
export function toKept(value: string): string {
  return value.length <= CHARACTERS_MAX ? value : beginningOf(value) + hash("sha256", value, "base64url");
}

/** What the values kept begin with whose wholes begin so; beyond what is kept of a value, also others that begin alike. */
export function beginningOf(prefix: string): string {
  return prefix.slice(0, CHARACTERS_MAX);
}
