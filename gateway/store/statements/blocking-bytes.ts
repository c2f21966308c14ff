/** Blocking keys one after another, eight bytes each, ascending and each once; `null` for none. */
export function toKeyBytes(keys: readonly number[]): Buffer | null {
  if (keys.length === 0) return null;
  const sorted = [...new Set(keys)].sort((a, b) => a - b);
  const bytes = Buffer.alloc(sorted.length * KEY_BYTES);
  for (const [n, key] of sorted.entries()) bytes.writeDoubleBE(key, n * KEY_BYTES);
  return bytes;
}

export function* eachKey(bytes: Buffer): Generator<number> {
  for (let at = 0; at < bytes.length; at += KEY_BYTES) yield bytes.readDoubleBE(at);
}

const KEY_BYTES = 8;
