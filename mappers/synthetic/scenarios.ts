import type { DataClass } from "../mapper.ts";
import { type AreaId, areaOf } from "./areas.ts";
import {
  ADA,
  AMARA,
  AMARA_HEALTH,
  BEA,
  CLARA,
  ESME,
  KWAME,
  LEWIN,
  MILO,
  NADIA,
  OSCAR,
  RENEE,
  ROWAN,
  SAMIRA,
  STELLA,
} from "./named-children.ts";
import {
  adt,
  type Child,
  EXEMPT,
  health,
  hubRegistration,
  objection,
  outcomes,
  profile,
  progress,
  reception,
  registered,
  seenAtTwo,
  withoutPostcode,
} from "./named-records.ts";
import type { ChildRecords } from "./records.ts";

/** The day from which the named children are told; nothing in their stories comes after it. */
export const REFERENCE_DATE = "2026-09-01";

/** What the gateway must make of a named child, before anyone has decided anything about it by hand. */
export interface Expectations {
  /** How many children its records become. */
  readonly patients: number;
  /** Data classes that a search by its NHS number brings to `gp-demo`; absent where a rule of the gateway decides. */
  readonly gpDemoSees?: readonly DataClass[];
  /** Whether one of its records waits for a human decision on whose it is. */
  readonly inReview: boolean;
  /** Absent where none is to be told. */
  readonly goodLevelOfDevelopment?: "achieved" | "not-achieved";
}

/** A child whose identifiers and story never change, whatever the seed and the number of the others. */
export interface Scenario {
  readonly id: string;
  /** What it is there to show, in one sentence. */
  readonly special: string;
  /** Area of its last records. */
  readonly area: AreaId;
  /** ODS code of the practice it is registered with now. */
  readonly practice: string;
  readonly given: string;
  readonly family: string;
  /** YYYY-MM-DD. */
  readonly birthDate: string;
  readonly nhsNumber?: string;
  readonly supersededNhsNumber?: string;
  readonly upn?: string;
  readonly expectations: Expectations;
  readonly records: ChildRecords;
}

const LEEDS = areaOf("leeds");
const WIRRAL = areaOf("wirral");
const [GP_DEMO_PRACTICE, OTHER_PRACTICE] = LEEDS.practices;

const NONE: Omit<ChildRecords, "child"> = {
  health: [],
  eyfsp: [],
  ctf: [],
  progress: [],
  census: [],
  check: [],
  hub: [],
  adt: [],
  sharing: [],
};

interface Told {
  readonly id: string;
  readonly special: string;
  readonly child: Child;
  readonly practice?: string;
  readonly area?: AreaId;
  readonly supersededNhsNumber?: string;
  readonly expectations: Expectations;
  readonly records: Partial<Omit<ChildRecords, "child">>;
}

function tell({ child, practice = GP_DEMO_PRACTICE.odsCode, area = "leeds", records, ...told }: Told): Scenario {
  const { given, family, birthDate, nhsNumber, upn } = child;
  return {
    ...told,
    area,
    practice,
    given,
    family,
    birthDate,
    ...(nhsNumber === undefined ? {} : { nhsNumber }),
    ...(upn === undefined ? {} : { upn }),
    records: { child: told.id, ...NONE, ...records },
  };
}

const BOTH: readonly DataClass[] = ["health-visiting", "education"];
const HEALTH_ONLY: readonly DataClass[] = ["health-visiting"];

export const SCENARIOS: readonly Scenario[] = [
  tell({
    id: "amara",
    special: "Both kinds of record, complete: every kind of health-visiting finding, a profile of 17 goals.",
    child: AMARA,
    expectations: { patients: 1, gpDemoSees: BOTH, inReview: false, goodLevelOfDevelopment: "achieved" },
    records: {
      health: [health(1, AMARA, AMARA_HEALTH)],
      eyfsp: [profile(1, AMARA, reception(outcomes()))],
    },
  }),
  tell({
    id: "twin-ada",
    special: "A twin with both kinds of record; surname, birth date and postcode are those of her sister.",
    child: ADA,
    expectations: { patients: 1, gpDemoSees: BOTH, inReview: false, goodLevelOfDevelopment: "achieved" },
    records: { health: [health(2, ADA, seenAtTwo(ADA))], eyfsp: [profile(2, ADA, reception(outcomes(14)))] },
  }),
  tell({
    id: "twin-bea",
    special:
      "Her twin, whose profile has a pupil number, an initial and no postcode, and so must not be joined to anyone.",
    child: BEA,
    expectations: { patients: 2, gpDemoSees: HEALTH_ONLY, inReview: true, goodLevelOfDevelopment: "not-achieved" },
    records: {
      health: [health(3, BEA, seenAtTwo(BEA))],
      eyfsp: [profile(3, withoutPostcode({ ...BEA, given: BEA.given.charAt(0) }), reception(outcomes(2, 10)))],
    },
  }),
  tell({
    id: "restricted",
    special: "A restricted child: the message about him carries the label R and no address.",
    child: ROWAN,
    expectations: { patients: 1, inReview: false, goodLevelOfDevelopment: "achieved" },
    records: {
      health: [health(4, ROWAN, seenAtTwo(ROWAN))],
      eyfsp: [profile(4, ROWAN, reception(outcomes()))],
      progress: [{ ...progress(4, ROWAN, "2023-05-15"), restricted: true }],
    },
  }),
  tell({
    id: "objection-upheld",
    special: "An objection to the sharing of education data, upheld: health-visiting data alone are seen.",
    child: OSCAR,
    expectations: { patients: 1, gpDemoSees: HEALTH_ONLY, inReview: false, goodLevelOfDevelopment: "not-achieved" },
    records: {
      health: [health(5, OSCAR, seenAtTwo(OSCAR))],
      eyfsp: [profile(5, OSCAR, reception(outcomes(8, 9, 10)))],
      sharing: [objection(5, OSCAR, "upheld")],
    },
  }),
  tell({
    id: "objection-received",
    special: "An objection to the sharing of education data that nobody has decided on yet; it holds until then.",
    child: RENEE,
    expectations: { patients: 1, gpDemoSees: HEALTH_ONLY, inReview: false, goodLevelOfDevelopment: "achieved" },
    records: {
      health: [health(6, RENEE, seenAtTwo(RENEE))],
      eyfsp: [profile(6, RENEE, reception(outcomes()))],
      sharing: [objection(6, RENEE, "received")],
    },
  }),
  tell({
    id: "superseded-number",
    special: "An old message carries an NHS number that has been superseded by the one the provider holds.",
    child: SAMIRA,
    supersededNhsNumber: "9990000085",
    expectations: { patients: 2, gpDemoSees: HEALTH_ONLY, inReview: true },
    records: {
      health: [health(7, SAMIRA, seenAtTwo(SAMIRA))],
      progress: [progress(7, { ...SAMIRA, nhsNumber: "9990000085" }, "2024-07-02")],
    },
  }),
  tell({
    id: "moved-area",
    special: "Moved from Leeds to Wirral: two providers, two registrations, the first of them ended.",
    child: MILO,
    area: "wirral",
    practice: WIRRAL.practices[0].odsCode,
    expectations: { patients: 1, gpDemoSees: [], inReview: false, goodLevelOfDevelopment: "not-achieved" },
    records: {
      health: [
        health(8, { ...MILO, postcode: "LS10 3KC" }, registered(MILO, { end: "2024-03-31" })),
        health(
          9,
          MILO,
          { ...registered(MILO, { practice: WIRRAL.practices[0], start: "2024-04-01" }), provider: WIRRAL.provider },
          "wirral",
        ),
      ],
      eyfsp: [profile(8, MILO, reception(outcomes(11, 12), WIRRAL.schools[1]), "wirral")],
    },
  }),
  tell({
    id: "conflict-rightful",
    special: "Her NHS number stands on the record of another child too, with another birth date.",
    child: CLARA,
    expectations: { patients: 1, gpDemoSees: HEALTH_ONLY, inReview: false },
    records: { health: [health(10, CLARA, seenAtTwo(CLARA))] },
  }),
  tell({
    id: "conflict-mistyped",
    special: "His record carries the NHS number of another child; it is a child of its own without that number.",
    child: KWAME,
    expectations: { patients: 1, gpDemoSees: [], inReview: true },
    records: { health: [health(11, KWAME, registered(KWAME))] },
  }),
  tell({
    id: "other-practice",
    special: "Registered with another practice of Leeds: to gp-demo a stranger.",
    child: STELLA,
    practice: OTHER_PRACTICE.odsCode,
    expectations: { patients: 1, gpDemoSees: [], inReview: false, goodLevelOfDevelopment: "achieved" },
    records: {
      health: [health(12, STELLA, seenAtTwo(STELLA, { practice: OTHER_PRACTICE }))],
      eyfsp: [profile(12, STELLA, reception(outcomes()))],
    },
  }),
  tell({
    id: "late-number",
    special: "The provider has no NHS number for him yet; names, birth date and postcode agree with his profile.",
    child: LEWIN,
    expectations: { patients: 1, gpDemoSees: [], inReview: false, goodLevelOfDevelopment: "achieved" },
    records: { health: [health(13, LEWIN, seenAtTwo(LEWIN))], eyfsp: [profile(13, LEWIN, reception(outcomes()))] },
  }),
  tell({
    id: "exempt",
    special: "Exempt from the profile: A at every goal, so there is no level of development to tell.",
    child: ESME,
    expectations: { patients: 1, gpDemoSees: BOTH, inReview: false },
    records: {
      health: [health(14, ESME, seenAtTwo(ESME))],
      eyfsp: [profile(14, ESME, reception(EXEMPT))],
    },
  }),
  tell({
    id: "hub-registered",
    special: "Registered with the family hub of hub-demo, and told of by HL7 v2: came to play, and once was not there.",
    child: NADIA,
    expectations: { patients: 1, gpDemoSees: BOTH, inReview: false },
    records: {
      health: [health(15, NADIA, seenAtTwo(NADIA))],
      hub: [hubRegistration(15, NADIA)],
      adt: [adt(15, NADIA)],
    },
  }),
];
