import { duplicateOf, soil } from "./dirt.ts";
import { type Person, personOf, type Setting } from "./people.ts";
import { createRandom } from "./random.ts";
import type { ChildRecords, Held, RecordKind, SourceRecord } from "./records.ts";
import { type ProfileStory, storyOf } from "./stories.ts";

const EVERY_KIND: ReadonlySet<RecordKind> = new Set([
  "health",
  "profile",
  "progress",
  "census",
  "check",
  "hub",
  "adt",
  "sharing",
]);

/** What the sources hold on the child at an index, right and wrong, made from nothing but the setting and the index; of the kinds wanted. */
export function recordsOf(index: number, setting: Setting, wanted: ReadonlySet<RecordKind> = EVERY_KIND): ChildRecords {
  const person = personOf(index, setting);
  const story = storyOf(person, setting, wanted);
  const profile = !wanted.has("profile")
    ? []
    : spoil("profile", profileHeld(person, story.profile), story.profile, { person, setting });
  const isInTransferFile = story.profile !== undefined && isOfTransferringSchool(story.profile, person);
  return {
    child: person.id,
    health: spoil("health", healthHeld(person), story.health, { person, setting }),
    eyfsp: isInTransferFile ? profile.slice(1) : profile,
    ctf: isInTransferFile ? profile.slice(0, 1) : [],
    progress: spoil("progress", progressHeld(person), story.progress, { person, setting }),
    census: spoil("census", censusHeld(person), story.census, { person, setting }),
    check: spoil("check", checkHeld(person, setting), story.check, { person, setting }),
    hub: spoil("hub", hubHeld(person, setting), story.hub, { person, setting }),
    adt: spoil("adt", adtHeld(person), story.adt, { person, setting }),
    sharing: spoil("sharing", sharingHeld(person, story.profile), story.sharing, { person, setting }),
  };
}

/** The first school of an area sends transfer files; the others are in the authority's return. */
function isOfTransferringSchool(profile: ProfileStory, person: Pick<Person, "area">): boolean {
  return "school" in profile.setting && profile.setting.school.urn === person.area.schools[0].urn;
}

interface Origin {
  readonly person: Person;
  readonly setting: Setting;
}

/** No record, one, or one and its duplicate; each as its source holds it, which is not always right. */
function spoil<Story>(
  kind: RecordKind,
  held: Held,
  story: Story | undefined,
  { person, setting }: Origin,
): SourceRecord<Story>[] {
  if (story === undefined) return [];
  const area = person.area.id;
  const random = createRandom(setting.seed, "dirt", kind, person.index);
  if (!random.chance(setting.dirtRate)) return [{ area, held, story }];
  const soiled = soil(kind, held, { person, random });
  if (soiled.kind === "flaw") return [{ area, held, story, flaw: soiled.flaw }];
  if (soiled.kind === "duplicate") return [{ area, held, story }, duplicateOf(kind, { area, held, story })];
  return [{ area, held: soiled.held, story }];
}

const serial = (person: Person): string => String(person.index + 1).padStart(7, "0");

function demographicsOf({ given, family, birthDate, sex, postcode }: Person) {
  return { given, family, birthDate, sex, postcode };
}

function healthHeld(person: Person): Held {
  return {
    localId: `HV${serial(person)}`,
    nhsNumber: person.nhsNumber,
    nhsNumberStatus: "01",
    ...demographicsOf(person),
  };
}

/** A child in a private nursery has no pupil number yet. */
function profileHeld(person: Person, story: ProfileStory | undefined): Held {
  const hasUpn = person.upn !== undefined && story !== undefined && "school" in story.setting;
  const upn = hasUpn && person.upn !== undefined ? { upn: person.upn } : {};
  return { localId: `EP${serial(person)}`, ...upn, ...demographicsOf(person) };
}

function progressHeld(person: Person): Held {
  return {
    localId: `DCH${serial(person)}`,
    nhsNumber: person.nhsNumber,
    nhsNumberStatus: "01",
    ...demographicsOf(person),
  };
}

/** A nursery need not give a child a pupil number, and knows no other. */
function censusHeld(person: Person): Held {
  return { localId: `EY${serial(person)}`, ...demographicsOf(person) };
}

/** Some parents have shown the child's red book. */
function checkHeld(person: Person, { seed }: Setting): Held {
  const isShown = createRandom(seed, "red book", person.index).chance(0.4);
  return { ...censusHeld(person), ...(isShown ? { nhsNumber: person.nhsNumber } : {}) };
}

/** Half of the families know the number when they register. */
function hubHeld(person: Person, { seed }: Setting): Held {
  const isKnown = createRandom(seed, "hub number", person.index).chance(0.5);
  return {
    localId: `FH${serial(person)}`,
    ...(isKnown ? { nhsNumber: person.nhsNumber } : {}),
    ...demographicsOf(person),
  };
}

function adtHeld(person: Person): Held {
  return {
    localId: `PAS${serial(person)}`,
    nhsNumber: person.nhsNumber,
    nhsNumberStatus: "01",
    ...demographicsOf(person),
  };
}

function sharingHeld(person: Person, story: ProfileStory | undefined): Held {
  const { localId: _, ...held } = profileHeld(person, story);
  return { localId: `LA${serial(person)}`, nhsNumber: person.nhsNumber, ...held };
}
