import type { AuditRecord, Disclosure } from "./audit.ts";
import type { Leaf } from "./leaf.ts";

/** A leaf as the index keeps it. */
export interface IndexedLeaf extends Omit<Leaf, "payload" | "previous"> {
  readonly hash: string;
}

/** What of a record stands in its payload. */
export type Payload = Partial<Pick<AuditRecord, (typeof TEXTS)[number] | (typeof PARTS)[number] | "askedAt_ms">> & {
  /** Hash of what was answered. */
  readonly answer?: string;
};

const TEXTS = ["client", "requestId", "correlationId", "tokenId", "binding", "query", "detail"] as const;
const PARTS = ["user", "disclosures", "written", "patients", "released", "withheld"] as const;

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
  const { agreement, client, legalBasis, organization, purpose, rules } = leaf;
  return {
    ...(typeof agreement === "string" && { agreement }),
    ...(typeof client === "string" && { client }),
    ...(typeof legalBasis === "string" && { legalBasis }),
    ...(typeof organization === "string" && { organization }),
    ...(typeof purpose === "string" && { purpose }),
    ...(typeof rules === "string" && { rules }),
  };
}

/** A payload's line; `undefined` when it is none. */
export function readPayload(line: string): Payload | undefined {
  const parsed = parse(line);
  if (!isObject(parsed) || typeof parsed.salt !== "string" || !isObject(parsed.payload)) return undefined;
  const found = parsed.payload;
  const { user, disclosures, written, patients, released, withheld, answer, askedAt_ms } = found;
  return {
    ...Object.fromEntries(TEXTS.flatMap((name) => (typeof found[name] === "string" ? [[name, found[name]]] : []))),
    ...(isUser(user) && { user }),
    ...(isCount(askedAt_ms) && { askedAt_ms }),
    ...(typeof answer === "string" && { answer }),
    ...(Array.isArray(disclosures) && disclosures.every(isDisclosure) && { disclosures }),
    ...(isTexts(written) && { written }),
    ...(isTexts(patients) && { patients }),
    ...(isTexts(released) && { released }),
    ...(isWithheld(withheld) && { withheld }),
  };
}

/** Ids of all children whose data a payload says were released. */
export function patientsOf({ patients = [], disclosures = [] }: Payload): readonly string[] {
  return [...new Set([...patients, ...disclosures.filter(isTold).map(({ patient }) => patient)])];
}

/**
 * Whether an AuditEvent may name the child of a row: where the question did not, not when all that was found was held
 * back, since a question about what is hidden would then be recorded otherwise than one about what never was.
 */
export function isTold({
  released,
  withheld,
  isNamed,
}: Pick<Disclosure, "released" | "withheld" | "isNamed">): boolean {
  return released.length > 0 || isNamed === true || withheld === undefined;
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

function isUser(value: unknown): value is NonNullable<AuditRecord["user"]> {
  return isObject(value) && [value.id, value.role, value.group].every((one) => typeof one === "string");
}

/** Written by this gateway and vouched for by its hash: what is needed is looked at, and no more. */
function isDisclosure(value: unknown): value is Disclosure {
  return isObject(value) && typeof value.patient === "string" && isTexts(value.released);
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
