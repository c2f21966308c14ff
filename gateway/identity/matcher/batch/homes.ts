import { BIRTH_DATE, FIELD, FIELD_NAMES, GIVEN } from "../compare/fields.ts";
import { isElsewhere } from "../grade.ts";
import type { Linked } from "./link-people.ts";

/** Whoever is as likely as not somebody's partner at home has not moved to somebody else. */
const AT_HOME_MIN = 0.5;

export function levelsAt({ table }: Pick<Linked, "table">, place: number): Int8Array {
  return table.levels.subarray(place * FIELD_NAMES.length, (place + 1) * FIELD_NAMES.length);
}

/** One mark for each record. */
export interface Homes {
  readonly left: Uint8Array;
  readonly right: Uint8Array;
}

/** Records that have a likely partner where they live. In one file anybody may have one beside another elsewhere. */
export function findHomes(linked: Compared): Homes {
  return findAtHome(linked, () => true);
}

/** Records that have a likely partner of their name and birth date where they live. */
export function findSettled(linked: Compared): Homes {
  return findAtHome(linked, (level) => {
    const given = level[FIELD.given] ?? GIVEN.different;
    return given >= GIVEN.same && given <= GIVEN.close && level[FIELD.birthDate] === BIRTH_DATE.same;
  });
}

type Compared = Pick<Linked, "people" | "candidates" | "table" | "probability">;

function findAtHome(linked: Compared, isPartner: (level: Int8Array) => boolean): Homes {
  const { people, candidates, probability } = linked;
  const home = emptyHomes(linked);
  if (people.right === undefined) return home;
  for (let place = 0; place < candidates.size; place++) {
    if ((probability[place] ?? 0) < AT_HOME_MIN) continue;
    const level = levelsAt(linked, place);
    if (isElsewhere(level) || !isPartner(level)) continue;
    home.left[candidates.left[place] ?? 0] = 1;
    home.right[candidates.right[place] ?? 0] = 1;
  }
  return home;
}

export function emptyHomes({ people: { left, right = left } }: Pick<Linked, "people">): Homes {
  return { left: new Uint8Array(left.length), right: new Uint8Array(right.length) };
}
