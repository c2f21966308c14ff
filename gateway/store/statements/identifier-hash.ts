import { hash } from "node:crypto";
import type { IdSpace } from "../record.ts";

/** 48 bits: the most that the file keeps in six bytes. What two identifiers share, whoever asks tells apart. */
const HASH_BYTES = 6;
/** Of them, what identifiers have in common that differ after their last slash alone. */
const FAMILY_BYTES = 2;

/** The hashes of a resource's identifiers one after another, each once; `null` when it has none. */
export function identifierHashes(
  type: string,
  identifiers: readonly string[] | undefined,
  idSpace: IdSpace,
): Buffer | null {
  if (identifiers === undefined || identifiers.length === 0) return null;
  const [only] = identifiers;
  if (only !== undefined && identifiers.length === 1) return identifierHash(type, only, idSpace);
  return Buffer.concat([...new Set(identifiers)].map((identifier) => identifierHash(type, identifier, idSpace)));
}

/** What one delivery numbers through (`…|source/record/part`) lies side by side: a commit writes few pages for it. */
export function identifierHash(type: string, identifier: string, idSpace: IdSpace): Buffer {
  const name = `${idSpace} ${type} `;
  const family = identifier.slice(0, identifier.lastIndexOf("/") + 1);
  // As characters: a Buffer of the whole digest costs three times as much.
  const ofFamily = hash("sha256", name + family, "binary").slice(0, FAMILY_BYTES);
  const ofWhole = hash("sha256", name + identifier, "binary").slice(FAMILY_BYTES, HASH_BYTES);
  return Buffer.from(ofFamily + ofWhole, "latin1");
}

export function* eachHash(hashes: Buffer | null): Generator<number> {
  for (let at = 0; hashes !== null && at < hashes.length; at += HASH_BYTES) yield hashes.readIntBE(at, HASH_BYTES);
}
