import { encodeBody, indexWords } from "./encode-body.ts";

/** What stands in a body beyond its structure counts as a word where it was told of children in so many authorities. */
const AUTHORITIES = 2;
/** A part that is coded to less than this share by the words so far brings nothing new. */
const SHARE = 0.12;
const PART_CHARACTERS_MIN = 10;
/** What is told of one child or authority alone leaves a hole; no text that is told holds these characters. */
const HOLE = "\u0000";
const NUMBER = "\u0001";
/** As JSON spells them. */
const HOLES = /"\\u0001"|\\u0000/;

/** A body, and the authority in which it was told. */
export interface SampleBody {
  readonly authority: string;
  readonly body: string;
}

/**
 * The words that bodies have in common, most useful first: texts between what differs from child to child. Numbers, and
 * values that one authority alone tells, are in none of them.
 */
export function makeWords(samples: readonly SampleBody[], bytesMax: number): string {
  const known = commonValues(samples);
  const uses = new Map<string, number>();
  for (const { body } of samples) {
    const told = JSON.stringify(JSON.parse(body), (_, value: unknown) => {
      if (typeof value === "number") return NUMBER;
      return typeof value === "string" ? toPattern(value, known) : value;
    });
    for (const part of told.split(HOLES)) {
      if (part.length >= PART_CHARACTERS_MIN) uses.set(part, (uses.get(part) ?? 0) + 1);
    }
  }
  const worth = ([part, count]: readonly [string, number]): number => part.length * count;
  let words = Buffer.alloc(0);
  for (const [part] of [...uses].sort((one, other) => worth(other) - worth(one))) {
    const bytes = Buffer.from(part);
    if (words.length + bytes.length > bytesMax) continue;
    if (encodeBody(bytes, 0, indexWords(words)).length < Math.max(PART_CHARACTERS_MIN, bytes.length * SHARE)) continue;
    words = Buffer.concat([words, bytes]);
  }
  return words.toString();
}

function commonValues(samples: readonly SampleBody[]): ReadonlySet<string> {
  const authorities = new Map<string, Set<string>>();
  for (const { authority, body } of samples) {
    JSON.parse(body, (_, value: unknown) => {
      if (typeof value !== "string") return value;
      for (const told of [value, beginningOf(value)]) {
        authorities.set(told, (authorities.get(told) ?? new Set()).add(authority));
      }
      return value;
    });
  }
  return new Set([...authorities].flatMap(([value, seen]) => (seen.size >= AUTHORITIES ? [value] : [])));
}

const DATED = /\d{4}-\d\d-\d\d/;

function toPattern(value: string, known: ReadonlySet<string>): string {
  if (known.has(value) && !DATED.test(value)) return value;
  const beginning = beginningOf(value);
  return known.has(beginning) ? `${beginning}${HOLE}` : HOLE;
}

/** What refers to something begins with what it is. */
function beginningOf(value: string): string {
  return value.slice(0, value.lastIndexOf("/") + 1);
}
