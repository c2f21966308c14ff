/** One change that makes a valid resource invalid, and what is said of it. */
export interface Mutation {
  /** Id of the resource among the full resources. */
  readonly of: string;
  readonly what: string;
  /** Properties that are set at the top; `undefined` removes one. */
  readonly set: Readonly<Record<string, unknown>>;
  /** Code and expression of the issue. */
  readonly issue: string;
  /** Why the reference implementation lets it pass. */
  readonly allowedByOracle?: string;
}

const BINDINGS = "it does not check codes of required bindings";
const INVARIANT = "it does not hold this invariant";
const EMPTINESS = "it passes over what is empty";
const CHOICE = "it reads the first type of a choice and passes over others";
const FORM = "its pattern for this datatype is wider than that of R4";
const COMPANION = "it does not hold companions to the primitive that they stand beside";
const CONTAINED = "it passes over a contained resource that names no type";

const coded = { coding: [{ system: "https://example.org/codes", code: "a" }] };
const narrative = (inside: string) => ({
  text: { status: "generated", div: `<div xmlns="http://www.w3.org/1999/xhtml">${inside}</div>` },
});

type Row = readonly [what: string, set: Readonly<Record<string, unknown>>, issue: string, allowedByOracle?: string];

const ROWS: Readonly<Record<string, readonly Row[]>> = {
  "child-2": [
    ["an unknown element", { nickname: "x" }, "structure Patient.nickname"],
    ["an element of another type", { status: "final" }, "structure Patient.status"],
    ["a list that is no array", { name: { family: "X" } }, "structure Patient.name"],
    ["an array for a single element", { birthDate: ["2023-01-01"] }, "value Patient.birthDate"],
    ["an empty array", { name: [] }, "structure Patient.name", EMPTINESS],
    ["an empty object", { name: [{}] }, "structure Patient.name[0]"],
    ["an object that has an id alone", { name: [{ id: "a" }] }, "structure Patient.name[0]", EMPTINESS],
    ["null for an element", { gender: null }, "value Patient.gender"],
    ["null in a list of elements", { name: [null] }, "structure Patient.name[0]"],
    ["null in a list of primitives", { name: [{ given: [null] }] }, "value Patient.name[0].given[0]"],
    ["an empty string", { name: [{ family: "" }] }, "value Patient.name[0].family", EMPTINESS],
    ["a string of blanks", { name: [{ family: "  " }] }, "value Patient.name[0].family"],
    ["a control character", { name: [{ family: "a\u0007b" }] }, "value Patient.name[0].family"],
    ["a number for a string", { name: [{ family: 7 }] }, "value Patient.name[0].family"],
    ["text for a boolean", { active: "true" }, "value Patient.active"],
    ["a code outside its required binding", { gender: "F" }, "code-invalid Patient.gender", BINDINGS],
    ["a day that no calendar has", { birthDate: "2023-02-29" }, "value Patient.birthDate"],
    ["a date of British form", { birthDate: "01/02/2023" }, "value Patient.birthDate"],
    ["a date with a time", { birthDate: "2023-02-01T00:00:00Z" }, "value Patient.birthDate"],
    ["a month 13", { birthDate: "2023-13" }, "value Patient.birthDate"],
    ["two types of a choice", { deceasedDateTime: "2026-01-01" }, "structure Patient.deceased", CHOICE],
    [
      "a dateTime without a zone",
      { deceasedBoolean: undefined, deceasedDateTime: "2026-01-01T10:00:00" },
      "value Patient.deceased",
      FORM,
    ],
    [
      "a choice of a type it does not have",
      { deceasedBoolean: undefined, deceasedString: "no" },
      "structure Patient.deceasedString",
    ],
    ["an id with a blank", { id: "a b" }, "value Patient.id", FORM],
    ["an id that is too long", { id: "a".repeat(65) }, "value Patient.id", FORM],
    ["a URI with a blank", { identifier: [{ system: "a b", value: "1" }] }, "value Patient.identifier[0].system"],
    ["an instant without seconds", { meta: { lastUpdated: "2026-07-01T09:30Z" } }, "value Patient.meta.lastUpdated"],
    [
      "a code with two blanks",
      { telecom: [{ system: "phone", value: "1", use: "a  b" }] },
      "code-invalid Patient.telecom[0].use",
    ],
    [
      "a fraction for a whole number",
      { telecom: [{ system: "phone", value: "1", rank: 1.5 }] },
      "value Patient.telecom[0].rank",
    ],
    [
      "zero for a positive number",
      { telecom: [{ system: "phone", value: "1", rank: 0 }] },
      "value Patient.telecom[0].rank",
    ],
    ["base64 that is none", { photo: [{ contentType: "image/png", data: "a*b" }] }, "value Patient.photo[0].data"],
    ["a required element that is missing inside", { link: [{ type: "seealso" }] }, "required Patient.link[0].other"],
    ["a companion without content", { _birthDate: {} }, "structure Patient.birthDate", EMPTINESS],
    ["a companion that is no object", { _gender: "x" }, "structure Patient.gender"],
    ["a companion of a complex element", { _name: [{ id: "a" }] }, "structure Patient._name", COMPANION],
    [
      "companions that are too many",
      { name: [{ given: ["A"], _given: [null, { id: "b" }] }] },
      "structure Patient.name[0].given",
      COMPANION,
    ],
    ["an extension without url", { extension: [{ valueString: "x" }] }, "required Patient.extension[0].url"],
    [
      "an extension with value and extensions",
      { extension: [{ url: "https://example.org/a", valueString: "x", extension: [{ url: "b", valueString: "y" }] }] },
      "invariant Patient.extension[0]",
    ],
    ["an extension with neither", { extension: [{ url: "https://example.org/a" }] }, "invariant Patient.extension[0]"],
    [
      "an extension with two values",
      { extension: [{ url: "https://example.org/a", valueString: "x", valueCode: "y" }] },
      "structure Patient.extension[0].value",
      CHOICE,
    ],
    ["a contact without details", { contact: [{ gender: "female" }] }, "invariant Patient.contact[0]"],
    [
      "a telecom value without a system",
      { telecom: [{ value: "0113" }] },
      "invariant Patient.telecom[0].value",
      INVARIANT,
    ],
    [
      "a period that ends before it starts",
      { name: [{ family: "X", period: { start: "2026-02-01", end: "2026-01-01" } }] },
      "invariant Patient.name[0].period",
      INVARIANT,
    ],
    [
      "an attachment without a content type",
      { photo: [{ data: "AAAA" }] },
      "invariant Patient.photo[0].data",
      INVARIANT,
    ],
    ["a script in the narrative", narrative("<script>x</script>"), "invariant Patient.text.div", INVARIANT],
    ["an event handler in the narrative", narrative('<b onclick="x()">y</b>'), "invariant Patient.text.div", INVARIANT],
    [
      "a script behind a reference",
      narrative('<a href="&#106;avascript:x()">y</a>'),
      "invariant Patient.text.div",
      INVARIANT,
    ],
    [
      "a script behind a line end",
      narrative('<a href="java&#10;script:x()">y</a>'),
      "invariant Patient.text.div",
      INVARIANT,
    ],
    ["an entity that XHTML has not", narrative("&foo;"), "invariant Patient.text.div", INVARIANT],
    ["a character that XML has not", narrative("y &#0;"), "invariant Patient.text.div", INVARIANT],
    [
      "a narrative of no namespace",
      { text: { status: "generated", div: "<div>y</div>" } },
      "value Patient.text.div",
      INVARIANT,
    ],
    ["a narrative that says nothing", narrative(" <p/>"), "invariant Patient.text.div", INVARIANT],
    ["a narrative that is not well formed", narrative("<b>y"), "invariant Patient.text.div", INVARIANT],
    ["a narrative without a status", { text: { div: "<div>y</div>" } }, "required Patient.text.status"],
    [
      "a reference to what is not contained",
      { managingOrganization: { reference: "#practice" } },
      "invariant Patient.managingOrganization.reference",
      INVARIANT,
    ],
    [
      "a contained resource that nothing refers to",
      { contained: [{ resourceType: "Organization", id: "practice", name: "X" }] },
      "invariant Patient.contained[0]",
      INVARIANT,
    ],
    [
      "a contained resource with a version",
      {
        contained: [{ resourceType: "Organization", id: "practice", name: "X", meta: { versionId: "1" } }],
        managingOrganization: { reference: "#practice" },
      },
      "invariant Patient.contained[0].meta.versionId",
    ],
    [
      "a contained resource with a label",
      {
        contained: [{ resourceType: "Organization", id: "practice", name: "X", meta: { security: [{ code: "R" }] } }],
        managingOrganization: { reference: "#practice" },
      },
      "invariant Patient.contained[0].meta.security",
    ],
    [
      "a contained resource that contains",
      {
        contained: [
          {
            resourceType: "Organization",
            id: "practice",
            name: "X",
            contained: [{ resourceType: "Organization", id: "b", name: "Y" }],
          },
        ],
        managingOrganization: { reference: "#practice" },
      },
      "invariant Patient.contained[0].contained",
    ],
    [
      "a contained resource that is wrong",
      {
        contained: [{ resourceType: "Organization", id: "practice", nom: "X" }],
        managingOrganization: { reference: "#practice" },
      },
      "structure Patient.contained[0].nom",
    ],
    [
      "a contained resource of no type",
      { contained: [{ id: "practice" }], managingOrganization: { reference: "#practice" } },
      "required Patient.contained[0].resourceType",
      CONTAINED,
    ],
    [
      "a contained resource of an invented type",
      { contained: [{ resourceType: "School", id: "practice" }], managingOrganization: { reference: "#practice" } },
      "structure Patient.contained[0].resourceType",
    ],
  ],
  "finding-2": [
    ["no status", { status: undefined }, "required Observation.status"],
    ["no code", { code: undefined }, "required Observation.code"],
    ["an invented status", { status: "done" }, "code-invalid Observation.status", BINDINGS],
    ["a value and a reason for its absence", { dataAbsentReason: coded }, "invariant Observation.dataAbsentReason"],
    [
      "a component of the same code as the whole",
      { code: coded, component: [{ code: coded }] },
      "invariant Observation",
      INVARIANT,
    ],
    ["two values", { valueString: "x" }, "structure Observation.value", CHOICE],
    ["two effective times", { effectivePeriod: { start: "2026-01-01" } }, "structure Observation.effective", CHOICE],
    [
      "a quantity with a code and no system",
      { valueCodeableConcept: undefined, valueQuantity: { value: 1, code: "kg" } },
      "invariant Observation.value.code",
      INVARIANT,
    ],
    [
      "a quantity as text",
      { valueCodeableConcept: undefined, valueQuantity: { value: "1" } },
      "value Observation.value.value",
    ],
    [
      "a range upside down",
      {
        referenceRange: [{ low: { value: 2 }, high: { value: 1 } }],
        valueCodeableConcept: undefined,
        valueRange: { low: { value: 2 }, high: { value: 1 } },
      },
      "invariant Observation.value",
      INVARIANT,
    ],
    ["an empty reference range", { referenceRange: [{ type: coded }] }, "invariant Observation.referenceRange[0]"],
    [
      "a ratio with half of it",
      { valueCodeableConcept: undefined, valueRatio: { numerator: { value: 1 } } },
      "invariant Observation.value",
      INVARIANT,
    ],
    ["a component without a code", { component: [{ valueString: "x" }] }, "required Observation.component[0].code"],
    ["a subject that is text", { subject: "Patient/1" }, "structure Observation.subject"],
    [
      "a duration without its unit",
      { effectiveDateTime: undefined, effectiveTiming: { repeat: { duration: 1 } } },
      "invariant Observation.effective.repeat.duration",
    ],
  ],
  "consent-1": [
    ["no policy", { policyRule: undefined }, "invariant Consent"],
    ["no category", { category: undefined }, "required Consent.category"],
    ["no scope", { scope: undefined }, "required Consent.scope"],
    [
      "a nested provision of no known type",
      { provision: { provision: [{ type: "forbid" }] } },
      "code-invalid Consent.provision.provision[0].type",
      BINDINGS,
    ],
    [
      "an unknown element in a nested provision",
      { provision: { provision: [{ kind: "deny" }] } },
      "structure Consent.provision.provision[0].kind",
    ],
    [
      "an actor without a role",
      { provision: { actor: [{ reference: { reference: "Organization/1" } }] } },
      "required Consent.provision.actor[0].role",
    ],
  ],
  "school-1": [
    ["neither identifier nor name", { identifier: undefined, name: undefined }, "invariant Organization", INVARIANT],
    ["an address at home", { address: [{ use: "home", city: "Leeds" }] }, "invariant Organization.address"],
    [
      "a telecom at home",
      { telecom: [{ use: "home", system: "phone", value: "1" }] },
      "invariant Organization.telecom",
    ],
  ],
  "gp-1": [["an unknown gender", { gender: "m" }, "code-invalid Practitioner.gender", BINDINGS]],
  "role-1": [
    [
      "a day of no week",
      { availableTime: [{ daysOfWeek: ["monday"] }] },
      "code-invalid PractitionerRole.availableTime[0].daysOfWeek[0]",
      BINDINGS,
    ],
    [
      "a time with hour 25",
      { availableTime: [{ availableStartTime: "25:00:00" }] },
      "value PractitionerRole.availableTime[0].availableStartTime",
    ],
  ],
  "provenance-1": [
    ["no target", { target: undefined }, "required Provenance.target"],
    ["an agent that is nobody", { agent: [{ type: coded }] }, "required Provenance.agent[0].who"],
    ["no time of recording", { recorded: undefined }, "required Provenance.recorded"],
  ],
  "audit-1": [
    ["no source", { source: undefined }, "required AuditEvent.source"],
    ["an outcome of no list", { outcome: "2" }, "code-invalid AuditEvent.outcome", BINDINGS],
    [
      "an entity with name and query",
      { entity: [{ name: "a", query: "AAAA" }] },
      "invariant AuditEvent.entity[0].query",
    ],
  ],
};

export const MUTATIONS: readonly Mutation[] = Object.entries(ROWS).flatMap(([of, rows]) =>
  rows.map(([what, set, issue, allowedByOracle]) => ({
    of,
    what,
    set,
    issue,
    ...(allowedByOracle === undefined ? {} : { allowedByOracle }),
  })),
);
