import { hash } from "node:crypto";
import type { IdSpace } from "./store.ts";

/** 48 bits: the most that the file keeps in six bytes. What two identifiers share, whoever asks tells apart. */
const HASH_BYTES = 6;

/** The hashes of a resource's identifiers one after another, each once; `null` when it has none. */
export function identifierHashes(
  type: string,
  identifiers: readonly string[] | undefined,
  idSpace: IdSpace,
): Buffer | null {
  if (identifiers === undefined || identifiers.length === 0) return null;
  return Buffer.concat([...new Set(identifiers)].map((identifier) => identifierHash(type, identifier, idSpace)));
}

export function identifierHash(type: string, identifier: string, idSpace: IdSpace): Buffer {
  return hash("sha256", `${idSpace} ${type} ${identifier}`, "buffer").subarray(0, HASH_BYTES);
}

export function* eachHash(hashes: Buffer | null): Generator<number> {
  for (let at = 0; hashes !== null && at < hashes.length; at += HASH_BYTES) yield hashes.readIntBE(at, HASH_BYTES);
}
