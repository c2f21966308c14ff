import type { ValueSet } from "@medplum/fhirtypes";
import { z } from "zod";

/** A value set of more parts than this would let one request work through the code systems for seconds. */
const PARTS_max = 50;
const FILTERS_max = 5;
const CONCEPTS_max = 1_000;

const text = z.string().min(1);
const part = z
  .strictObject({
    system: text.optional(),
    version: text.optional(),
    concept: z
      .array(z.looseObject({ code: text, display: text.optional() }))
      .min(1)
      .max(CONCEPTS_max)
      .optional(),
    filter: z
      .array(z.strictObject({ property: text, op: text, value: text }))
      .min(1)
      .max(FILTERS_max)
      .optional(),
    valueSet: z.array(text).min(1).max(FILTERS_max).optional(),
  })
  // The invariants vsd-1, vsd-2 and vsd-3 of R4.
  .refine(({ system, valueSet }) => system !== undefined || valueSet !== undefined)
  .refine(({ system, concept, filter }) => system !== undefined || (concept ?? filter) === undefined)
  .refine(({ concept, filter }) => concept === undefined || filter === undefined);
const sentValueSet = z.looseObject({
  url: text.optional(),
  version: text.optional(),
  name: text.optional(),
  title: text.optional(),
  status: z.enum(["draft", "active", "retired", "unknown"]),
  compose: z.strictObject({
    lockedDate: text.optional(),
    inactive: z.boolean().optional(),
    include: z.array(part).min(1).max(PARTS_max),
    exclude: z.array(part).min(1).max(PARTS_max).optional(),
  }),
});

export type SentValueSet =
  | { readonly ok: true; readonly valueSet: ValueSet }
  /** Where it is not as expected, as `ValueSet.compose.include[0].system`. */
  | { readonly ok: false; readonly expression: string };

/** The parts of a value set that came with the request which say what is in it, checked for their form. */
export function readSentValueSet(sent: ValueSet): SentValueSet {
  const parsed = sentValueSet.safeParse(sent);
  if (!parsed.success) {
    const path = parsed.error.issues[0]?.path ?? [];
    const steps = path.map((step) => (typeof step === "number" ? `[${step}]` : `.${String(step)}`));
    return { ok: false, expression: `ValueSet${steps.join("")}` };
  }
  return { ok: true, valueSet: sent };
}
