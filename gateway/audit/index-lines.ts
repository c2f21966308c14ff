import type { AuditRecord } from "./audit.ts";
import type { Leaf } from "./leaf.ts";

/** A leaf as the index keeps it. */
export interface IndexedLeaf extends Omit<Leaf, "payload" | "previous"> {
  readonly hash: string;
}

/** What of a record stands in its payload. */
export type Payload = Partial<
  Pick<AuditRecord, "client" | "requestId" | "tokenId" | "query" | "patients" | "released" | "withheld" | "detail">
>;

/** No payload ends so: quotes within its texts are escaped, and its last value is never a number. */
const SEQUENCE = /"sequence":(\d+),"time":\d+\}\}$/;
const OUTCOMES: Readonly<Record<AuditRecord["outcome"], true>> = { success: true, refused: true, failed: true };

/** The sequence of a leaf's line, without reading the rest of it. */
export function sequenceOf(line: string): number | undefined {
  const found = SEQUENCE.exec(line)?.[1];
  return found === undefined ? undefined : Number(found);
}

/** A leaf's line; `undefined` when it is none. Whether its hash is right is for verification to say. */
export function readLeaf(line: string): IndexedLeaf | undefined {
  const parsed = parse(line);
  const leaf = isObject(parsed) && isObject(parsed.leaf) ? parsed.leaf : undefined;
  if (leaf === undefined || !isObject(parsed) || typeof parsed.hash !== "string") return undefined;
  const { interaction, outcome, process, sequence, time } = leaf;
  if (typeof interaction !== "string" || typeof process !== "string" || !isOutcome(outcome)) return undefined;
  if (!isCount(sequence) || !isCount(time)) return undefined;
  return { hash: parsed.hash, interaction, outcome, process, sequence, time, ...optionalTexts(leaf) };
}

function optionalTexts(leaf: Readonly<Record<string, unknown>>) {
  const { agreement, client, legalBasis, organization, purpose } = leaf;
  return {
    ...(typeof agreement === "string" && { agreement }),
    ...(typeof client === "string" && { client }),
    ...(typeof legalBasis === "string" && { legalBasis }),
    ...(typeof organization === "string" && { organization }),
    ...(typeof purpose === "string" && { purpose }),
  };
}

/** A payload's line; `undefined` when it is none. */
export function readPayload(line: string): Payload | undefined {
  const parsed = parse(line);
  if (!isObject(parsed) || typeof parsed.salt !== "string" || !isObject(parsed.payload)) return undefined;
  const { client, requestId, tokenId, query, patients, released, withheld, detail } = parsed.payload;
  return {
    ...(typeof client === "string" && { client }),
    ...(typeof requestId === "string" && { requestId }),
    ...(typeof tokenId === "string" && { tokenId }),
    ...(typeof query === "string" && { query }),
    ...(isTexts(patients) && { patients }),
    ...(isTexts(released) && { released }),
    ...(isWithheld(withheld) && { withheld }),
    ...(typeof detail === "string" && { detail }),
  };
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value);
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === "string");
}

function isWithheld(value: unknown): value is { readonly count: number; readonly rules: readonly string[] } {
  return isObject(value) && isCount(value.count) && isTexts(value.rules);
}

export function isOutcome(value: unknown): value is AuditRecord["outcome"] {
  return typeof value === "string" && Object.hasOwn(OUTCOMES, value);
}
