/** Resources the kit makes: valid R4 without a profile, of people nobody has, each of one type a few lines. */

export type Body = Readonly<Record<string, unknown>> & { readonly resourceType: string };

/** A harmless change to one element, in the forms that update and the two kinds of patch need. */
export interface Change {
  readonly member: string;
  readonly value: string | boolean;
  /** Member of Parameters.parameter that holds it, as `valueCode`. */
  readonly typed: string;
}

interface Fixture {
  readonly body: (unique: string, position: number, patient: string) => Readonly<Record<string, unknown>>;
  readonly change: Change;
  /** The first is the type's own search parameter of each kind that seeds can be told apart by. */
  readonly seeds: number;
}

const FAMILIES = ["Whitlock", "Abara", "Okonjo", "Müller", "Petrova", "Nguyen", "Silva"] as const;
const GIVEN = ["Amina", "Oluwaseun", "Maya"] as const;
const TERMINOLOGY = "http://terminology.hl7.org/CodeSystem";

function concept(system: string, code: string, display: string) {
  return { coding: [{ system, code, display }], text: display };
}

const FIXTURES: Readonly<Record<string, Fixture>> = {
  Patient: {
    body: (_unique, position) => ({
      active: true,
      name: [{ family: FAMILIES[position % 7], given: [GIVEN[position % 3]] }],
      gender: position % 2 === 0 ? "female" : "male",
      birthDate: `2021-0${(position % 9) + 1}-15`,
    }),
    change: { member: "gender", value: "other", typed: "valueCode" },
    seeds: 7,
  },
  Organization: {
    body: (_unique, position) => ({
      active: true,
      name: ["Meadow Surgery", "Orchard Nursery", "Hillcrest School"][position % 3],
    }),
    change: { member: "name", value: "Riverside Nursery", typed: "valueString" },
    seeds: 4,
  },
  Practitioner: {
    body: (_unique, position) => ({ active: true, name: [{ family: FAMILIES[position % 7], given: ["Robin"] }] }),
    change: { member: "gender", value: "other", typed: "valueCode" },
    seeds: 3,
  },
  PractitionerRole: {
    body: () => ({ active: true, code: [concept("http://snomed.info/sct", "158965000", "Medical practitioner")] }),
    change: { member: "active", value: false, typed: "valueBoolean" },
    seeds: 3,
  },
  Observation: {
    body: (_unique, position, patient) => ({
      status: "final",
      category: [concept(`${TERMINOLOGY}/observation-category`, position % 2 === 0 ? "exam" : "survey", "Category")],
      code: concept("http://loinc.org", position % 2 === 0 ? "8302-2" : "29463-7", "Body measurement"),
      subject: { reference: patient },
      effectiveDateTime: `2024-0${(position % 9) + 1}-10`,
      valueQuantity: { value: 80 + position, unit: "cm", system: "http://unitsofmeasure.org", code: "cm" },
    }),
    change: { member: "status", value: "amended", typed: "valueCode" },
    seeds: 8,
  },
  Consent: {
    body: (_unique, position, patient) => ({
      status: "active",
      scope: concept(`${TERMINOLOGY}/consentscope`, "patient-privacy", "Privacy Consent"),
      category: [concept("http://loinc.org", "59284-0", "Consent Document")],
      patient: { reference: patient },
      dateTime: `2025-0${(position % 9) + 1}-05`,
      policyRule: { coding: [{ system: `${TERMINOLOGY}/v3-ActCode`, code: "OPTIN" }] },
    }),
    change: { member: "dateTime", value: "2025-12-24", typed: "valueDateTime" },
    seeds: 4,
  },
  Provenance: {
    body: (_unique, position, patient) => ({
      target: [{ reference: patient }],
      recorded: `2025-03-0${(position % 9) + 1}T09:30:00Z`,
      agent: [{ who: { display: "The conformance kit" } }],
    }),
    change: { member: "recorded", value: "2025-12-24T10:00:00Z", typed: "valueInstant" },
    seeds: 3,
  },
};

/** Types that the kit can make, those that others refer to first. */
export const MADE_TYPES: readonly string[] = Object.keys(FIXTURES);
const WITHOUT_IDENTIFIER: ReadonlySet<string> = new Set(["Provenance"]);
/** Types found by an identifier, as conditional interactions need. */
export const IDENTIFIED_TYPES: readonly string[] = MADE_TYPES.filter((type) => !WITHOUT_IDENTIFIER.has(type));
export const NEEDS_PATIENT: ReadonlySet<string> = new Set(["Observation", "Consent", "Provenance"]);

export function seedsOf(type: string): number {
  return FIXTURES[type]?.seeds ?? 0;
}

export function changeOf(type: string): Change {
  return FIXTURES[type]?.change ?? { member: "language", value: "en", typed: "valueCode" };
}

export interface Marks {
  readonly tag: { readonly system: string; readonly code: string };
  readonly identifier: { readonly system: string; readonly value: string };
}

/** A valid resource of the type with the marks of the run. */
export function bodyOf(type: string, marks: Marks, position: number, patient: string): Body {
  const own = FIXTURES[type]?.body(marks.identifier.value, position, patient) ?? {};
  const identifier = WITHOUT_IDENTIFIER.has(type) ? {} : { identifier: [marks.identifier] };
  return { resourceType: type, meta: { tag: [marks.tag] }, ...identifier, ...own };
}
