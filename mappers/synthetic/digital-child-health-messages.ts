import { areaOf } from "./areas.ts";
import { toDate, toDay } from "./calendar.ts";
import { type Contact, encounter, header, patient } from "./digital-child-health-frame.ts";
import { toMessageXml } from "./digital-child-health-xml.ts";
import type { SourceRecord } from "./records.ts";
import type { Review } from "./reviews.ts";
import type { HealthStory } from "./stories.ts";

type HealthRecord = SourceRecord<HealthStory>;

/** One message of Digital Child Health beside Early Years Progress. */
export interface ChildHealthMessage {
  /** The encounter and the event, as the mapper calls the record. */
  readonly recordId: string;
  /** One line of JSON. */
  readonly line: string;
  /** The same message as an XML document. */
  readonly xml: string;
}

const STU3 = "https://fhir.nhs.uk/STU3";
const SNOMED = "http://snomed.info/sct";
const LOINC = "http://loinc.org";
const UCUM = "http://unitsofmeasure.org";
/** Of twelve children one is told of by messages too: enough to see each kind, few enough to be quick. */
const SHARE = 12;
/** Serial numbers of the named children, whose stories are told without messages. */
const NAMED_FROM = 9_900_000;

/** Whether messages tell of the child with this serial number among those of a source. */
export function isToldByMessages(serial: number): boolean {
  return serial % SHARE === 0 && serial < NAMED_FROM;
}

/** What is found on one day of a child's life, and the event that tells it. */
interface Occasion extends Contact {
  readonly content: readonly object[];
}

const PATIENT = uuid(0, 2);

/**
 * Birth details, blood spot, hearing and physical examination of the newborn, then what each review found, as messages. None
 * for most children, for the named ones, and where the record is one that no mapper may take.
 */
export function childHealthMessagesOf(record: HealthRecord): ChildHealthMessage[] {
  const serial = Number(record.held.localId.replaceAll(/[^0-9]/g, ""));
  if (record.flaw !== undefined || !isToldByMessages(serial)) return [];
  return [...newbornOccasions(record, serial), ...record.story.reviews.flatMap(occasionsOf)].map((occasion, index) =>
    toMessage(record, occasion, { serial, index }),
  );
}

function toMessage(
  record: HealthRecord,
  occasion: Occasion,
  { serial, index }: { readonly serial: number; readonly index: number },
): ChildHealthMessage {
  const { provider } = areaOf(record.area);
  // The child keeps its name from message to message: without an NHS number it is known by nothing else.
  const of = (part: number): string => uuid(part === 2 ? 0 : index, part, serial);
  const toLine = (): string => {
    const entries = [
      header(occasion, { organization: of(1), encounter: of(3) }),
      {
        resourceType: "Organization",
        identifier: [{ system: "https://fhir.nhs.uk/Id/ods-organization-code", value: provider.odsCode }],
        name: provider.name,
      },
      patient(record),
      encounter(occasion, { organization: of(1), patient: of(2) }),
      ...occasion.content.map((resource) => ({ ...resource, context: { reference: of(3) } })),
    ];
    const bundle = {
      resourceType: "Bundle",
      id: of(99).replace("urn:uuid:", ""),
      type: "message",
      entry: entries.map((resource, part) => ({ fullUrl: of(part), resource })),
    };
    return JSON.stringify(bundle).replaceAll(PATIENT, of(2));
  };
  return {
    recordId: `${of(3).replace("urn:uuid:", "")}/${occasion.event}`,
    // Made only when read: most readers want one of them, and the truth neither.
    get line() {
      return `${toLine()}\n`;
    },
    get xml() {
      return toMessageXml(JSON.parse(toLine()));
    },
  };
}

function uuid(index: number, part: number, serial = 0): string {
  const digits = (value: number, length: number): string => String(value).padStart(length, "0");
  return `urn:uuid:5e9d0c12-${digits(index, 4)}-4${digits(part, 3)}-8000-${digits(serial, 12)}`;
}

const coded = (system: string, code: string) => ({ coding: [{ system, code }] });
const snomed = (code: string) => coded(SNOMED, code);
const about = { subject: { reference: PATIENT } };

function observation(code: object, value: object): object {
  return { resourceType: "Observation", status: "final", code, ...about, ...value };
}

function procedure(code: string, outcome: object): object {
  return { resourceType: "Procedure", status: "completed", code: snomed(code), ...about, outcome };
}

function measured(codes: readonly [loinc: string, snomed: string], value: number, unit: "kg" | "cm"): object {
  return {
    ...observation(
      {
        coding: [
          { system: LOINC, code: codes[0] },
          { system: SNOMED, code: codes[1] },
        ],
      },
      { valueQuantity: { value, unit: unit === "kg" ? "kilogram" : "centimeter", system: UCUM, code: unit } },
    ),
    category: [coded("http://hl7.org/fhir/observation-category", "vital-signs")],
  };
}

/** Blood spot conditions: the screening test, and its own list of status codes. */
const CONDITIONS: readonly (readonly [test: string, list: string, notSuspected: string])[] = [
  ["314081000", "PKU", "4"],
  ["314090007", "SCD", "04"],
  ["314080004", "CF", "04"],
  ["400984005", "CHT", "04"],
  ["428056008", "MCADD", "04"],
  ["940201000000107", "HCU", "04"],
  ["940221000000103", "MSUD", "04"],
  ["940131000000109", "GA1", "04"],
  ["940151000000102", "IVA", "04"],
];

function newbornOccasions({ held, story }: HealthRecord, serial: number): Occasion[] {
  const on = (days: number): string => toDate(toDay(held.birthDate) + days);
  const latest = story.reviews.at(-1)?.date ?? held.birthDate;
  const clear = serial % 5 !== 0;
  const occasions: Occasion[] = [
    { event: "CH005", encounterType: "003", date: on(0), content: birthDetails(serial) },
    {
      event: "CH024",
      encounterType: "006",
      date: on(2),
      content: [
        procedure("985531000000102", snomed(clear ? "985701000000100" : "985741000000102")),
        procedure("988351000000107", snomed("988511000000100")),
        procedure("988361000000105", snomed("989071000000108")),
        ...(held.sex === "male" ? [procedure("988371000000103", snomed("988931000000101"))] : []),
      ],
    },
    {
      event: "CH035",
      encounterType: "008",
      date: on(12),
      content: CONDITIONS.map(([test, list, code]) =>
        procedure(test, coded(`${STU3}/CodeSystem/DCH-BloodSpotOutcome${list}-1`, code)),
      ),
    },
    {
      event: "CH021",
      encounterType: "007",
      date: on(14),
      content: [
        procedure("446077009", snomed(clear ? "1085491000000106" : "1085511000000103")),
        procedure("446077009", snomed("1085501000000100")),
        observation(snomed("276771000000107"), { valueCodeableConcept: snomed("276781000000109") }),
      ].slice(0, clear ? 3 : 2),
    },
  ];
  return occasions.filter(({ date }) => date <= latest);
}

function birthDetails(serial: number): object[] {
  const score = (code: string, value: number): object => observation(snomed(code), { valueQuantity: { value } });
  const length = (code: string, value: number): object => ({ code: snomed(code), valueQuantity: { value } });
  return [
    observation(snomed("412726003"), {
      component: [length("258705008", 37 + (serial % 5)), length("258703001", serial % 7)],
    }),
    score("382341000000101", 1),
    score("169895004", 8),
    score("169909004", 9 + (serial % 2)),
    measured(["29463-7", "364589006"], (2900 + (serial % 9) * 100) / 1000, "kg"),
  ];
}

/** What each review found; one that was not kept found nothing. */
function occasionsOf(review: Review): Occasion[] {
  const { attendance, breastfeeding, date, assessments, weightKg, lengthCm, heightM, headCm, type } = review;
  if (attendance !== "5" && attendance !== "6") return [];
  const encounterType = ENCOUNTER_TYPES[type];
  const measurements = [
    ...(weightKg === undefined ? [] : [measured(["29463-7", "27113001"], weightKg, "kg")]),
    ...(lengthCm === undefined ? [] : [measured(["8306-3", "248334005"], lengthCm, "cm")]),
    ...(heightM === undefined ? [] : [measured(["8302-2", "50373000"], Math.round(heightM * 1000) / 10, "cm")]),
    ...(headCm === undefined ? [] : [measured(["8287-5", "363812007"], headCm, "cm")]),
  ];
  const scores = assessments.map(({ snomed: code, score }) =>
    observation(snomed(code), { valueQuantity: { value: score } }),
  );
  const occasions = [
    { event: "CH018", content: measurements },
    { event: "CH014", content: breastfeeding === undefined ? [] : [feedingStatus(breastfeeding)] },
    { event: "CH004", content: scores },
    { event: "CH020", content: type === "10" ? [skill("Walks alone"), skill("Picks up a small thing")] : [] },
  ];
  return occasions.flatMap(({ event, content }) =>
    content.length === 0 ? [] : [{ event, encounterType, date, content }],
  );
}

const ENCOUNTER_TYPES: Readonly<Record<Review["type"], string>> = {
  "08": "0023",
  "09": "0022",
  "10": "0021",
  "11": "0020",
};

function feedingStatus(code: string): object {
  const valueCoding = { system: `${STU3}/CodeSystem/NHSDataDictionary-BreastfeedingStatus-1`, code };
  return {
    resourceType: "QuestionnaireResponse",
    status: "completed",
    ...about,
    item: [{ linkId: "feedingStatus", text: "Feeding Status of the baby", answer: [{ valueCoding }] }],
  };
}

function skill(text: string): object {
  return {
    resourceType: "Condition",
    verificationStatus: "confirmed",
    code: { text },
    ...about,
    stage: { summary: snomed("1094981000000100") },
  };
}
