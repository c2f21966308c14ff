import { type AdtStory, adtOf } from "./adt-stories.ts";
import type { HealthOrganization, Nursery, School } from "./areas.ts";
import { addMonths, lastProfileYear, receptionCohort, toDate, toDay } from "./calendar.ts";
import { type HubStory, hubOf } from "./hub-stories.ts";
import { MOTHERS_FROM, nhsNumberOf } from "./identifiers.ts";
import { attendsNursery, type CensusStory, censusOf } from "./nursery-stories.ts";
import { type Person, type Setting, saltOf } from "./people.ts";
import { createRandom, type Random } from "./random.ts";
import { type Review, reviewsOf } from "./reviews.ts";

/** What truly happened to a child, apart from what any source made of it. */
export interface Story {
  readonly health?: HealthStory;
  readonly profile?: ProfileStory;
  readonly progress?: ProgressStory;
  readonly census?: CensusStory;
  readonly check?: CheckStory;
  readonly hub?: HubStory;
  readonly adt?: AdtStory;
  readonly sharing?: SharingStory;
}

/** A dated registration with a GP practice; without `end` it lasts. */
export interface Registration {
  readonly practice: HealthOrganization;
  readonly start: string;
  readonly end?: string;
}

export interface HealthStory {
  readonly provider: HealthOrganization;
  readonly registrations: readonly Registration[];
  /** Date of the referral to the health visiting service. */
  readonly referred: string;
  readonly antenatalVisit?: string;
  /** ETHNIC CATEGORY. */
  readonly ethnicCategory?: string;
  /** In every such extract, and none of a child's record: it has to be dropped on the way in. */
  readonly motherNhsNumber?: string;
  readonly reviews: readonly Review[];
}

/** Outcomes of the 17 early learning goals in their order: 1 emerging, 2 expected, or `A` for all. */
export interface ProfileStory {
  /** As `2025/2026`. */
  readonly academicYear: string;
  readonly setting: { readonly school: School } | { readonly nursery: Nursery };
  readonly outcomes: readonly ("1" | "2" | "A")[];
}

/** Early Years Progress, the early-years half of the 2 to 2½ year review. */
export interface ProgressStory {
  readonly date: string;
  readonly setting: Nursery;
  readonly parentalConsent: "Y" | "N";
  readonly communicationAndLanguage: string;
  readonly physicalDevelopment: string;
  readonly personalSocialEmotionalDevelopment: string;
  readonly areasOfConcern: string;
  readonly supportedRequestedOrProvided: string;
}

/** The same check as the nursery itself sends it; no child's check comes both ways. */
export interface CheckStory extends ProgressStory {
  /** Whether the parents answered on sharing it. */
  readonly isAnswered: boolean;
}

/** What a family decided about sharing, in the words of the sharing register. */
export interface SharingStory {
  readonly decision: "objection" | "agreement";
  readonly dataClasses: readonly ("health-visiting" | "education")[];
  /** ODS codes; none says everyone. */
  readonly recipients: readonly string[];
  readonly purposes: readonly string[];
  readonly state?: "received" | "upheld" | "refused";
  readonly decidedOn?: string;
  readonly validFrom: string;
  readonly validUntil?: string;
  readonly recordedOn: string;
}

const SEEN_BY_HEALTH_VISITING = 0.93;
const EXEMPT = 0.002;
const IN_NURSERY = 0.03;
const HAS_PROGRESS = 0.35;
const HAS_CHECK = 0.3;
const IN_REGISTER = 0.03;
const TWO_YEARS_DAYS = 730;

/** `wanted` spares the making of what nobody reads; what is made does not depend on it. */
export function storyOf(person: Person, setting: Setting, wanted: ReadonlySet<keyof Story>): Story {
  const random = createRandom(setting.seed, "story", person.index);
  // One trait moves questionnaires and profile together, as they do in life.
  const ability = random.next();
  const isAssessed = hasProfile(person, setting);
  const isSeen = random.chance(SEEN_BY_HEALTH_VISITING) || !isAssessed;
  const age = toDay(setting.today) - toDay(person.birthDate);
  const hasProgress = random.chance(HAS_PROGRESS) && age > TWO_YEARS_DAYS + 60;
  const isRegistered = random.chance(IN_REGISTER);
  const census = wanted.has("census") ? censusStoryOf(person, ability, setting) : undefined;
  const hub = wanted.has("hub") ? hubOf(person, setting) : undefined;
  const adt = wanted.has("adt") && isSeen ? adtStoryOf(person, ability, setting) : undefined;
  const check = wanted.has("check") && !hasProgress ? checkOf(person, ability, setting) : undefined;
  return {
    ...(wanted.has("profile") && isAssessed ? { profile: profileOf(person, ability, setting) } : {}),
    ...(wanted.has("health") && isSeen ? { health: healthOf(person, ability, setting) } : {}),
    ...(wanted.has("progress") && hasProgress ? { progress: progressOf(person, ability, setting) } : {}),
    ...(census === undefined ? {} : { census }),
    ...(check === undefined ? {} : { check }),
    ...(hub === undefined ? {} : { hub }),
    ...(adt === undefined ? {} : { adt }),
    ...(wanted.has("sharing") && isRegistered ? { sharing: sharingOf(person, setting) } : {}),
  };
}

/** Children of the last finished reception year have a profile; younger children have none yet. */
function hasProfile({ birthDate }: Person, { today }: Setting): boolean {
  const { first, last } = receptionCohort(lastProfileYear(today));
  return birthDate >= first && birthDate <= last;
}

function healthOf(person: Person, ability: number, setting: Setting): HealthStory {
  const random = createRandom(setting.seed, "health", person.index);
  const birth = toDay(person.birthDate);
  const today = toDay(setting.today);
  const referred = Math.min(today, birth + random.between(1, 5));
  return {
    provider: person.area.provider,
    registrations: registrationsOf(person, setting, random),
    referred: toDate(referred),
    ...(random.chance(0.6) ? { antenatalVisit: toDate(birth - random.between(14, 80)) } : {}),
    ethnicCategory: random.pick(["A", "A", "A", "C", "G", "H", "J", "K", "M", "N", "P", "S", "Z"]),
    motherNhsNumber: nhsNumberOf(MOTHERS_FROM + person.index, saltOf(setting.seed)),
    // Made only when read: of nine tables four hold nothing of a review.
    get reviews() {
      const { today, seed } = setting;
      return reviewsOf(person, { ability, today, random: createRandom(seed, "reviews", person.index) });
    },
  };
}

/** The practice of today is the one that the provider's own extract names last. */
function adtStoryOf(person: Person, ability: number, setting: Setting): AdtStory | undefined {
  const practice = healthOf(person, ability, setting).registrations.at(-1)?.practice ?? person.area.practices[0];
  return adtOf(person, practice, setting);
}

/** One child in twelve has changed practice within the area, and the first registration has ended. */
function registrationsOf(person: Person, setting: Setting, random: Random): readonly Registration[] {
  const birth = toDay(person.birthDate);
  const today = toDay(setting.today);
  const { practices } = person.area;
  const place = random.between(0, practices.length - 1);
  const practice = practices[place] ?? practices[0];
  const start = toDate(Math.min(today, birth + random.between(3, 28)));
  const moved = birth + random.between(200, 1400);
  if (!random.chance(1 / 12) || moved >= today) return [{ practice, start }];
  const next = practices[(place + 1) % practices.length] ?? practices[0];
  return [
    { practice, start, end: toDate(moved - 1) },
    { practice: next, start: toDate(moved) },
  ];
}

/** The first draw of the profile's own stream. */
function isReceptionInNursery(profileRandom: Random): boolean {
  return profileRandom.chance(IN_NURSERY);
}

function profileOf(person: Person, ability: number, setting: Setting): ProfileStory {
  const endYear = lastProfileYear(setting.today);
  const random = createRandom(setting.seed, "profile", person.index);
  const inNursery = isReceptionInNursery(random);
  return {
    academicYear: `${endYear - 1}/${endYear}`,
    setting: inNursery ? { nursery: person.area.nursery } : { school: random.pick(person.area.schools) },
    outcomes: outcomesOf(person, ability, random),
  };
}

const GOALS = 17;
const GOALS_OF_GOOD_LEVEL = 12;
/** Literacy and mathematics, the goals most often not reached: places of E08 to E12. */
const isLiteracyOrMathematics = (place: number): boolean => place >= 7 && place < GOALS_OF_GOOD_LEVEL;

function outcomesOf(person: Person, ability: number, random: Random): ProfileStory["outcomes"] {
  if (random.chance(EXEMPT)) return Array.from({ length: GOALS }, () => "A" as const);
  const achieved = ability >= 1 - person.area.goodLevelOfDevelopmentPercent / 100;
  const missed = random.between(0, GOALS_OF_GOOD_LEVEL - 1);
  return Array.from({ length: GOALS }, (_, place) => {
    if (place >= GOALS_OF_GOOD_LEVEL) return random.chance(achieved ? 0.985 : 0.5) ? "2" : "1";
    if (achieved) return "2";
    if (place === missed) return "1";
    return random.chance(isLiteracyOrMathematics(place) ? 0.3 : 0.55) ? "2" : "1";
  });
}

function censusStoryOf(person: Person, ability: number, setting: Setting): CensusStory | undefined {
  const profileRandom = createRandom(setting.seed, "profile", person.index);
  const facts = {
    ability,
    isReceptionInNursery: hasProfile(person, setting) && isReceptionInNursery(profileRandom),
    ethnicCategory: healthOf(person, ability, setting).ethnicCategory,
  };
  return censusOf(person, facts, setting);
}

/** A child of the nursery who was checked there, clear of both birthdays so that no leap day matters. */
function checkOf(person: Person, ability: number, setting: Setting): CheckStory | undefined {
  const random = createRandom(setting.seed, "check", person.index);
  const day = toDay(person.birthDate) + random.between(TWO_YEARS_DAYS + 5, TWO_YEARS_DAYS + 180);
  const isChecked = random.chance(HAS_CHECK) && attendsNursery(person, setting) && day <= toDay(setting.today);
  if (!isChecked) return undefined;
  return { ...progressOf(person, ability, setting), date: toDate(day), isAnswered: random.chance(0.9) };
}

function progressOf(person: Person, ability: number, setting: Setting): ProgressStory {
  const random = createRandom(setting.seed, "progress", person.index);
  const secure = ability > 0.3;
  const latest = toDay(setting.today);
  return {
    date: toDate(Math.min(latest, toDay(person.birthDate) + random.between(TWO_YEARS_DAYS, TWO_YEARS_DAYS + 180))),
    setting: person.area.nursery,
    parentalConsent: random.chance(0.94) ? "Y" : "N",
    communicationAndLanguage: secure
      ? random.pick([
          "Joins words and follows simple instructions",
          "Talks in short sentences",
          "Names many everyday things",
        ])
      : random.pick(["Uses a few single words", "Points and gestures more than speaks"]),
    physicalDevelopment: random.pick([
      "Runs and climbs with confidence",
      "Walks up steps holding on",
      "Builds a tower of six blocks",
    ]),
    personalSocialEmotionalDevelopment: random.pick([
      "Plays alongside other children",
      "Settles well after drop-off",
      "Seeks comfort from known adults",
    ]),
    areasOfConcern: secure ? "None" : "Fewer words than expected at this age",
    supportedRequestedOrProvided: secure ? "None" : "Group for early talking at the setting",
  };
}

const DATA_CLASSES: readonly [SharingStory["dataClasses"], ...SharingStory["dataClasses"][]] = [
  ["education"],
  ["education"],
  ["health-visiting"],
  ["health-visiting", "education"],
];

function sharingOf(person: Person, setting: Setting): SharingStory {
  const random = createRandom(setting.seed, "sharing", person.index);
  const today = toDay(setting.today);
  const earliest = Math.max(toDay(person.birthDate) + 30, today - 500);
  const recorded = Math.min(today, random.between(earliest, Math.max(earliest, today - 30)));
  const isObjection = random.chance(0.7);
  const state = random.pick(["received", "upheld", "upheld", "refused"] as const);
  return {
    decision: isObjection ? "objection" : "agreement",
    dataClasses: random.pick<SharingStory["dataClasses"]>(DATA_CLASSES),
    recipients: [],
    purposes: [],
    ...(isObjection ? { state } : {}),
    ...(isObjection && state !== "received"
      ? { decidedOn: toDate(Math.min(today, recorded + random.between(5, 28))) }
      : {}),
    validFrom: toDate(recorded),
    ...(isObjection ? {} : { validUntil: addMonths(toDate(recorded), 24) }),
    recordedOn: toDate(recorded),
  };
}
