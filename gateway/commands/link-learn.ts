/**
 * `npm run -s link -- --learn OUT [--children 20000] [--seed 1]`
 *
 * Learns the model with which children are resolved as they come, without labels, from the files that the synthetic
 * generator makes of invented children. OUT ending in `.ts` gives the module that the matcher ships, else JSON.
 */
import { toSetting } from "#mappers/synthetic/generate.ts";
import { indicesOf } from "#mappers/synthetic/people.ts";
import { recordsOf } from "#mappers/synthetic/record-keeping.ts";
import type { Held, RecordKind } from "#mappers/synthetic/records.ts";
import { REFERENCE_DATE } from "#mappers/synthetic/scenarios.ts";
import { linkPeople } from "../identity/matcher/batch/link-people.ts";
import { toFeatures } from "../identity/matcher/compare/to-features.ts";
import { withFamily } from "../identity/matcher/model/family.ts";
import { HAND_SET } from "../identity/matcher/model/hand-set.ts";
import type { FieldModel, Model } from "../identity/matcher/model/model.ts";
import { toPerson } from "../identity/matcher/to-person.ts";

/** A record is one of so many in the registers of a few authorities; a child has a record in another in most. */
const PRIOR_bits = -18;
/** Of a hundred children three are twins, and twenty-five have a brother or sister young enough to be there too. */
const TWINS_bits = PRIOR_bits + Math.log2(0.03);
const SIBLINGS_bits = PRIOR_bits + Math.log2(0.25);
/** Two people have both names more often than their rarity says, as people of one origin do; the generator has few names. */
const NAMESAKES_bits = -16;
/** A name that the generator does not have may still be had by many: it counts as had by one in so many. */
const UNLISTED = { given: 1 / 3000, family: 1 / 4000, postcode: 1 / 40_000 } as const;
/** What the generator slips on is not all that people slip on: so much of the hand-set shares stays. */
const HELD_SHARE = 0.3;

export function learnFromSynthetic(options: {
  readonly children: number;
  readonly seed: number;
  readonly version: string;
}): Model {
  const { left, right } = toFiles(options);
  const { model } = linkPeople({ left, right }, { start: HAND_SET, onProgress: () => {} });
  const { frequencies } = model;
  const fields = Object.fromEntries(
    Object.entries(model.fields).map(([name, { same, others }]) => {
      const held = HAND_SET.fields[name as keyof Model["fields"]];
      return [name, toField(name as keyof Model["fields"], { same, others, held })];
    }),
  ) as Model["fields"];
  return {
    version: options.version,
    origin: `learned without labels from ${options.children} invented children, seed ${options.seed}`,
    prior_bits: PRIOR_bits,
    twinsPrior_bits: round(TWINS_bits),
    siblingsPrior_bits: round(SIBLINGS_bits),
    namesakesPrior_bits: NAMESAKES_bits,
    fields,
    frequencies: {
      given: { ...roundValues(frequencies.given), unlisted: UNLISTED.given },
      family: { ...roundValues(frequencies.family), unlisted: UNLISTED.family },
      birthDate: { ...HAND_SET.frequencies.birthDate },
      postcode: { ...HAND_SET.frequencies.postcode, unlisted: UNLISTED.postcode },
    },
    knownGivenShare: HAND_SET.knownGivenShare,
  };
}

const KINDS: ReadonlySet<RecordKind> = new Set(["health", "profile"]);
/** Of five records one has something wrong, so that there is something to learn. */
const DIRT_RATE = 0.2;

function toFiles({ children, seed }: { readonly children: number; readonly seed: number }) {
  const setting = toSetting({ children, seed, today: REFERENCE_DATE, dirtRate: DIRT_RATE });
  const left: Held[] = [];
  const right: Held[] = [];
  for (const area of setting.areas) {
    for (const index of indicesOf(area, setting)) {
      const { health, eyfsp, ctf } = recordsOf(index, setting, KINDS);
      left.push(...health.slice(0, 1).map(({ held }) => held));
      right.push(...[...eyfsp, ...ctf].slice(0, 1).map(({ held }) => held));
    }
  }
  return { left: left.map(toHeldFeatures), right: right.map(toHeldFeatures) };
}

/** Without the numbers: they would leave nothing to learn. */
function toHeldFeatures({ localId, given, family, birthDate, postcode, sex }: Held) {
  const person = toPerson({
    localId,
    given,
    family,
    birthDate,
    gender: sex,
    ...(postcode === undefined ? {} : { postcode }),
  });
  return toFeatures(person, { ...HAND_SET, today: REFERENCE_DATE });
}

function toField(
  name: keyof Model["fields"],
  { same, others, held }: { same: readonly number[]; others: readonly number[]; held: FieldModel },
): FieldModel {
  const mix = (learned: readonly number[], set: readonly number[]): readonly number[] =>
    learned.map((share, level) => round((1 - HELD_SHARE) * share + HELD_SHARE * (set[level] ?? share)));
  const field = withFamily(name, mix(same, held.same), mix(others, held.others));
  return {
    ...field,
    twins: field.twins.map(round),
    siblings: field.siblings.map(round),
    namesakes: field.namesakes.map(round),
  };
}

function roundValues({ values, unlisted, average_bits }: Model["frequencies"]["given"]) {
  const listed = Object.entries(values)
    .filter(([, share]) => share > 0.0002)
    .toSorted(([one], [other]) => (one < other ? -1 : 1));
  return {
    values: Object.fromEntries(listed.map(([name, share]) => [name, round(share)])),
    unlisted,
    average_bits: round(average_bits),
  };
}

function round(share: number): number {
  return Number(share.toPrecision(4));
}

/** The module that the matcher ships. */
export function toModelModule(model: Model): string {
  return `import type { Model } from "./model.ts";

/**
 * The model with which the gateway resolves children of England as they come. Made by
 * \`npm run -s link -- --learn gateway/identity/matcher/model/england.ts\`; not to be changed by hand.
 */
export const ENGLAND: Model = ${JSON.stringify(model, undefined, 2)};
`;
}
