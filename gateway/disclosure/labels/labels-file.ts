import { z } from "zod";
import { HANDLING, type LabelLists, LISTED_CONFIDENTIALITY } from "./label-list.ts";

const codes = z.record(z.string().min(1), z.array(z.string().min(1).max(200)).min(1));
const given = {
  confidentiality: z.enum(LISTED_CONFIDENTIALITY),
  sensitivities: z
    .array(z.string().regex(/^[A-Z]{1,12}$/, { error: "expected a code of v3 ActCode, as SDV" }))
    .optional(),
  handling: z.array(z.enum(HANDLING)).optional(),
};
const named = { id: z.string().regex(/^[a-z0-9-]{1,64}$/), reason: z.string().min(10) };

const LISTS = z.strictObject({
  version: z.string().regex(/^[A-Za-z0-9.-]{1,32}$/, { error: "expected letters, digits, dots or hyphens" }),
  lists: z.array(
    z.strictObject({
      ...named,
      ...given,
      from: z.string().min(3),
      codes: codes.optional(),
      chapters: codes.optional(),
      isContract: z.boolean().optional(),
    }),
  ),
  defaults: z.array(
    z.strictObject({
      ...named,
      ...given,
      types: z.array(z.string()).min(1),
      dataClasses: z.array(z.enum(["health-visiting", "education", "sharing"])).optional(),
      isWritten: z.boolean().optional(),
      profiles: z.array(z.string()).min(1).optional(),
      categories: codes.optional(),
    }),
  ),
  services: z.array(
    z.strictObject({
      ...named,
      ...given,
      kind: z.string().min(1),
      identifiers: codes.optional(),
      codes: codes.optional(),
      words: z.array(z.string().min(3)).optional(),
    }),
  ),
  sensitivityFloor: z.enum(LISTED_CONFIDENTIALITY),
  handlingFloors: z.record(z.enum(HANDLING), z.enum(LISTED_CONFIDENTIALITY)),
});

/** One thing wrong with a file of lists: where, as `lists.2.codes`, and what is expected. */
export interface ListProblem {
  readonly path: string;
  readonly message: string;
}

export type ParsedLists =
  | { readonly ok: true; readonly lists: LabelLists }
  | { readonly ok: false; readonly problems: readonly ListProblem[] };

/**
 * Reads lists that take the place of those that come with the gateway: JSON of the shape of `LabelLists`, whole. Every
 * problem at once.
 */
export function parseLabelLists(text: string): ParsedLists {
  const parsed = LISTS.safeParse(parseJson(text));
  if (!parsed.success) {
    return { ok: false, problems: parsed.error.issues.map(({ path, message }) => ({ path: path.join("."), message })) };
  }
  const problems = [...repeatedIds(parsed.data), ...uselessLists(parsed.data)];
  return problems.length > 0 ? { ok: false, problems } : { ok: true, lists: parsed.data };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function repeatedIds({ lists, defaults, services }: LabelLists): readonly ListProblem[] {
  return Object.entries({ lists, defaults, services }).flatMap(([name, entries]) =>
    entries.flatMap(({ id }, index) =>
      entries.findIndex((other) => other.id === id) === index
        ? []
        : [{ path: `${name}.${index}.id`, message: `${id} is there already` }],
    ),
  );
}

/** A list that names nothing is a mistake that would go unseen. */
function uselessLists({ lists, services }: LabelLists): readonly ListProblem[] {
  return [
    ...lists.flatMap(({ codes, chapters, isContract }, index) =>
      codes || chapters || isContract ? [] : [{ path: `lists.${index}`, message: "expected codes or chapters" }],
    ),
    ...services.flatMap(({ codes, identifiers, words }, index) =>
      codes || identifiers || words
        ? []
        : [{ path: `services.${index}`, message: "expected identifiers, codes or words" }],
    ),
  ];
}
