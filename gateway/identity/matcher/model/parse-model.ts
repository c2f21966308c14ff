import { z } from "zod";
import { MisuseError } from "../batch/misuse.ts";
import { FIELD_NAMES, FIELDS } from "../compare/fields.ts";
import type { Model } from "./model.ts";

const PROBABILITIES = z.array(z.number().gt(0).max(1));
const FREQUENCIES = z.strictObject({
  values: z.record(z.string(), z.number().gt(0).max(1)),
  unlisted: z.number().gt(0).max(1),
  average_bits: z.number(),
});
const FIELD = z.strictObject({
  same: PROBABILITIES,
  others: PROBABILITIES,
  twins: PROBABILITIES,
  siblings: PROBABILITIES,
  namesakes: PROBABILITIES,
});
const MODEL = z.strictObject({
  version: z.string().min(1),
  origin: z.string(),
  prior_bits: z.number(),
  twinsPrior_bits: z.number(),
  siblingsPrior_bits: z.number(),
  namesakesPrior_bits: z.number(),
  fields: z.record(z.enum([...FIELD_NAMES]), FIELD),
  frequencies: z.strictObject({
    given: FREQUENCIES,
    family: FREQUENCIES,
    birthDate: FREQUENCIES,
    postcode: FREQUENCIES,
  }),
  knownGivenShare: z.number().gt(0).max(1),
});

/** A model from its JSON. Throws MisuseError. */
export function parseModel(text: string, where: string): Model {
  let told: unknown;
  try {
    told = JSON.parse(text);
  } catch {
    throw new MisuseError(`${where}: not JSON. Expected a model as --learn writes it.`);
  }
  const parsed = MODEL.safeParse(told);
  if (!parsed.success) {
    throw new MisuseError(
      `${where}: ${parsed.error.issues[0]?.path.join(".") || "the model"} is not as --learn writes it.`,
    );
  }
  for (const name of FIELD_NAMES) {
    const { same, others, twins, siblings, namesakes } = parsed.data.fields[name];
    if ([same, others, twins, siblings, namesakes].some((list) => list.length !== FIELDS[name].length)) {
      throw new MisuseError(`${where}: fields.${name}: expected ${FIELDS[name].length} levels. Learn the model anew.`);
    }
  }
  return parsed.data;
}
