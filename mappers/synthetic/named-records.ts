import type { AdtStory } from "./adt-stories.ts";
import { type AreaId, areaOf } from "./areas.ts";
import { addMonths, toDate, toDay } from "./calendar.ts";
import type { HubStory } from "./hub-stories.ts";
import type { Held, SourceRecord } from "./records.ts";
import type { Review } from "./reviews.ts";
import type { HealthStory, ProfileStory, ProgressStory, Registration, SharingStory } from "./stories.ts";

/** A named child as all its sources hold it, unless its story says otherwise. */
export type Child = Omit<Held, "localId" | "nhsNumberStatus">;

const LEEDS = areaOf("leeds");
const [GP_DEMO_PRACTICE] = LEEDS.practices;
/** Calendar year in which the reception year of the named children began. */
export const RECEPTION_STARTS = 2025;
const GOALS = 17;

/** Serial numbers of the named children lie above those of all others. */
const localId = (prefix: string, order: number): string => `${prefix}${9_900_000 + order}`;

export function health(
  order: number,
  child: Child,
  story: HealthStory,
  area: AreaId = "leeds",
): SourceRecord<HealthStory> {
  const { upn: _, ...held } = child;
  const nhsNumberStatus = child.nhsNumber === undefined ? "03" : "01";
  return { area, held: { ...held, localId: localId("HV", order), nhsNumberStatus }, story };
}

export function profile(
  order: number,
  child: Child,
  story: ProfileStory,
  area: AreaId = "leeds",
): SourceRecord<ProfileStory> {
  const { nhsNumber: _, ...held } = child;
  return { area, held: { ...held, localId: localId("EP", order) }, story };
}

export function progress(order: number, child: Child, date: string): SourceRecord<ProgressStory> {
  const { upn: _, ...held } = child;
  const story: ProgressStory = {
    date,
    setting: LEEDS.nursery,
    parentalConsent: "Y",
    communicationAndLanguage: "Talks in short sentences",
    physicalDevelopment: "Runs and climbs with confidence",
    personalSocialEmotionalDevelopment: "Plays alongside other children",
    areasOfConcern: "None",
    supportedRequestedOrProvided: "None",
  };
  return { area: "leeds", held: { ...held, localId: localId("DCH", order), nhsNumberStatus: "01" }, story };
}

/** Registered with the hub of `hub-demo`: came twice, and once was not there. */
export function hubRegistration(order: number, child: Child): SourceRecord<HubStory> {
  const { upn: _, ...held } = child;
  const story: HubStory = {
    hub: LEEDS.familyHub,
    registered: "2023-01-16",
    contacts: [
      { date: "2023-02-07", time: "10:00", activity: "baby-group", attended: "yes" },
      { date: "2024-05-14", time: "09:30", activity: "stay-and-play", attended: "yes" },
      { date: "2024-06-11", time: "09:30", activity: "speech-and-language-drop-in", attended: "no" },
    ],
  };
  return { area: "leeds", held: { ...held, localId: localId("FH", order) }, story };
}

export function adt(order: number, child: Child): SourceRecord<AdtStory> {
  const { upn: _, ...held } = child;
  const story: AdtStory = { provider: LEEDS.provider, practice: GP_DEMO_PRACTICE, added: "2022-09-20" };
  return { area: "leeds", held: { ...held, localId: localId("PAS", order), nhsNumberStatus: "01" }, story };
}

/** An objection to the sharing of education data with anyone. */
export function objection(order: number, child: Child, state: "received" | "upheld"): SourceRecord<SharingStory> {
  const story: SharingStory = {
    decision: "objection",
    dataClasses: ["education"],
    recipients: [],
    purposes: [],
    state,
    ...(state === "upheld" ? { decidedOn: "2026-08-10" } : {}),
    validFrom: "2026-08-01",
    recordedOn: "2026-08-01",
  };
  return { area: "leeds", held: { ...child, localId: localId("LA", order) }, story };
}

/** Known to health visiting in Leeds and registered with the practice of `gp-demo` two weeks after birth, unless told otherwise. */
export function registered(child: Child, registration: Partial<Registration> = {}): HealthStory {
  const birth = toDay(child.birthDate);
  return {
    provider: LEEDS.provider,
    registrations: [{ practice: GP_DEMO_PRACTICE, start: toDate(birth + 14), ...registration }],
    referred: toDate(birth + 3),
    reviews: [],
  };
}

/** Registered, and seen at 27 months for the review at two to two and a half years. */
export function seenAtTwo(child: Child, registration: Partial<Registration> = {}): HealthStory {
  const review = reviewAt27Months(addMonths(child.birthDate, 27), [50, 55, 45, 50, 55]);
  return { ...registered(child, registration), reviews: [review] };
}

/** A review with nothing but the ASQ-3 scores at 27 months: communication, gross and fine motor, problem solving, personal-social. */
export function reviewAt27Months(date: string, scores: readonly [number, number, number, number, number]): Review {
  const codes = ["953261000000103", "953281000000107", "953271000000105", "953291000000109", "953301000000108"];
  const assessments = codes.map((snomed, place) => ({ snomed, score: scores[place] ?? 0 }));
  return { type: "11", date, attendance: "5", assessments };
}

/** Outcomes of E01 to E17: expected everywhere but at the goals numbered. */
export function outcomes(...emerging: readonly number[]): ProfileStory["outcomes"] {
  return Array.from({ length: GOALS }, (_, place) => (emerging.includes(place + 1) ? "1" : "2"));
}

export const EXEMPT: ProfileStory["outcomes"] = Array.from({ length: GOALS }, () => "A");

/** A finished reception year, in Leeds unless told otherwise. */
export function reception(results: ProfileStory["outcomes"], school = LEEDS.schools[1]): ProfileStory {
  return { academicYear: `${RECEPTION_STARTS}/${RECEPTION_STARTS + 1}`, setting: { school }, outcomes: results };
}

export function withoutPostcode(child: Child): Child {
  const { postcode: _, ...others } = child;
  return others;
}
