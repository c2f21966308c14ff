import type { HealthOrganization } from "./areas.ts";
import { toDate, toDay } from "./calendar.ts";
import type { Person, Setting } from "./people.ts";
import { createRandom } from "./random.ts";

/** What a provider's patient administration system tells of a child. */
export interface AdtStory {
  /** Who gives the local numbers. */
  readonly provider: HealthOrganization;
  /** The practice with which the child is registered now. */
  readonly practice: HealthOrganization;
  readonly added: string;
  readonly updated?: string;
  /** When a second number, under which the child had been added too, was merged into the first. */
  readonly merged?: string;
}

const HAS_ADT = 0.4;
const IS_UPDATED = 0.3;
const IS_MERGED = 0.04;

export function adtOf(person: Person, practice: HealthOrganization, setting: Setting): AdtStory | undefined {
  const random = createRandom(setting.seed, "adt", person.index);
  const today = toDay(setting.today);
  const added = toDay(person.birthDate) + random.between(5, 30);
  const updated = added + random.between(30, 900);
  const merged = added + random.between(40, 300);
  if (!random.chance(HAS_ADT) || added >= today) return undefined;
  return {
    provider: person.area.provider,
    practice,
    added: toDate(added),
    ...(random.chance(IS_UPDATED) && updated < today ? { updated: toDate(updated) } : {}),
    ...(random.chance(IS_MERGED) && merged < today ? { merged: toDate(merged) } : {}),
  };
}
