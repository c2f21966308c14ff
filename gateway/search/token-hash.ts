/** A 64-bit hash as two 32-bit halves; token keys are compared by it alone, within one child's visible record. */
export interface TokenHash {
  readonly high: number;
  readonly low: number;
}

/**
 * Hash of a search parameter and one form of its value. Two multiplicative lanes with a final mix: among the few
 * hundred keys of one record two of 2^64 never meet by chance, and a meeting could only match what is visible anyway.
 */
export function hashToken(code: string, value: string): TokenHash {
  let high = 0xdeadbeef ^ code.length;
  let low = 0x41c6ce57 ^ value.length;
  for (let i = 0; i < code.length; i++) {
    const unit = code.charCodeAt(i);
    high = Math.imul(high ^ unit, 2654435761);
    low = Math.imul(low ^ unit, 1597334677);
  }
  for (let i = 0; i < value.length; i++) {
    const unit = value.charCodeAt(i);
    high = Math.imul(high ^ unit, 2246822507);
    low = Math.imul(low ^ unit, 3266489909);
  }
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  return { high: high | 0, low: low | 0 };
}

/** System and code as one text: joined by a character that neither can hold, where a query writes a bar. */
export function tokenForm(system: string, code: string): string {
  return `${system}\u0000${code}`;
}
