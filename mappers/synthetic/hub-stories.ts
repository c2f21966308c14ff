import type { HealthOrganization } from "./areas.ts";
import { toDate, toDay } from "./calendar.ts";
import type { Person, Setting } from "./people.ts";
import { createRandom, type Random } from "./random.ts";

/** What a family hub knows of a child: since when it is registered, and to what it came. */
export interface HubStory {
  readonly hub: HealthOrganization;
  readonly registered: string;
  readonly ended?: string;
  readonly contacts: readonly HubContact[];
}

export interface HubContact {
  readonly date: string;
  readonly time?: string;
  /** A code of the code system *family hub activity*. */
  readonly activity: string;
  readonly attended: "yes" | "no" | "cancelled";
}

const HAS_HUB = 0.35;
const CONTACTS_MAX = 6;

const FOR_BABIES = ["baby-group", "feeding-support", "health-visitor-clinic", "rhyme-and-story"] as const;
const FOR_CHILDREN = [
  "stay-and-play",
  "stay-and-play",
  "rhyme-and-story",
  "speech-and-language-drop-in",
  "home-learning",
  "parenting-programme",
  "school-readiness",
] as const;

/** Four families in ten have not registered; those that have come a few times. */
export function hubOf(person: Person, setting: Setting): HubStory | undefined {
  const random = createRandom(setting.seed, "hub", person.index);
  const birth = toDay(person.birthDate);
  const today = toDay(setting.today);
  const registered = birth + random.between(14, 400);
  if (!random.chance(HAS_HUB) || registered >= today) return undefined;
  const ended = registered + random.between(400, 1500);
  const last = Math.min(today, ended);
  const contacts = Array.from({ length: random.between(0, CONTACTS_MAX) }, () =>
    contactOf(random, { birth, day: random.between(registered, last) }),
  );
  return {
    hub: person.area.familyHub,
    registered: toDate(registered),
    ...(ended < today && random.chance(0.2) ? { ended: toDate(ended) } : {}),
    contacts: contacts.toSorted((left, right) => (left.date < right.date ? -1 : 1)),
  };
}

const BABY_DAYS = 365;

function contactOf(random: Random, { birth, day }: { readonly birth: number; readonly day: number }): HubContact {
  const isBaby = day - birth < BABY_DAYS;
  const came = random.next();
  return {
    date: toDate(day),
    ...(random.chance(0.7) ? { time: random.pick(["09:30", "10:00", "13:15"]) } : {}),
    activity: random.pick<string>(isBaby ? FOR_BABIES : FOR_CHILDREN),
    attended: came < 0.85 ? "yes" : came < 0.95 ? "no" : "cancelled",
  };
}
