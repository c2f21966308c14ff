import type { Mutation } from "./mutations.cases.ts";

const NO_TARGETS = "it does not look at where a reference leads";
const NO_INVARIANT = "it does not hold this invariant";
const NO_BINDING = "it does not check codes of required bindings";

const narrative = (attributes: string, inside: string) => ({
  text: { status: "generated", div: `<div ${attributes}>${inside}</div>` },
});
const NAMESPACE = 'xmlns="http://www.w3.org/1999/xhtml"';

/** Changes to references, narratives, media types and simple quantities. */
export const REFERENCE_MUTATIONS: readonly Mutation[] = [
  {
    of: "finding-2",
    what: "a subject of a type that has no findings",
    set: { subject: { reference: "Organization/1" } },
    issue: "structure Observation.subject.reference",
    allowedByOracle: NO_TARGETS,
  },
  {
    of: "finding-2",
    what: "a subject whose type says another",
    set: { subject: { type: "Practitioner", identifier: { value: "1" } } },
    issue: "structure Observation.subject.type",
    allowedByOracle: NO_TARGETS,
  },
  {
    of: "finding-2",
    what: "a reference without a type",
    set: { subject: { reference: "12345" } },
    issue: "value Observation.subject.reference",
    allowedByOracle: NO_TARGETS,
  },
  {
    of: "finding-2",
    what: "a reference to an id that is none",
    set: { subject: { reference: "Patient/a_b" } },
    issue: "value Observation.subject.reference",
    allowedByOracle: NO_TARGETS,
  },
  {
    of: "child-2",
    what: "two contained resources of one id",
    set: {
      contained: [
        { resourceType: "Organization", id: "practice", name: "X" },
        { resourceType: "Organization", id: "practice", name: "Y" },
      ],
      managingOrganization: { reference: "#practice" },
    },
    issue: "structure Patient.contained[1].id",
    allowedByOracle: NO_INVARIANT,
  },
  {
    of: "child-2",
    what: "a contained resource of a type that the reference does not allow",
    set: {
      contained: [{ resourceType: "Location", id: "place", name: "X" }],
      managingOrganization: { reference: "#place" },
    },
    issue: "structure Patient.managingOrganization.reference",
    allowedByOracle: NO_TARGETS,
  },
  {
    of: "child-2",
    what: "a contained resource that refers to another of a type that is not allowed",
    set: {
      contained: [
        { resourceType: "Organization", id: "practice", name: "X", partOf: { reference: "#doctor" } },
        { resourceType: "Practitioner", id: "doctor" },
      ],
      managingOrganization: { reference: "#practice" },
    },
    issue: "structure Patient.contained[0].partOf.reference",
    allowedByOracle: NO_TARGETS,
  },
  {
    of: "finding-2",
    what: "a comparator in a simple quantity",
    set: { referenceRange: [{ low: { value: 1, comparator: "<" } }] },
    issue: "invariant Observation.referenceRange[0].low.comparator",
    allowedByOracle: NO_INVARIANT,
  },
  {
    of: "child-2",
    what: "a media type without a subtype",
    set: { photo: [{ contentType: "png" }] },
    issue: "value Patient.photo[0].contentType",
    allowedByOracle: NO_BINDING,
  },
  {
    of: "child-2",
    what: "base64 in no groups of four",
    set: { photo: [{ contentType: "image/png", data: "AAA" }] },
    issue: "value Patient.photo[0].data",
  },
  {
    of: "child-2",
    what: "a narrative of another namespace",
    set: narrative('xmlns="http://example.org"', "x"),
    issue: "invariant Patient.text.div",
    allowedByOracle: NO_INVARIANT,
  },
  {
    of: "child-2",
    what: "a bare ampersand in the narrative",
    set: narrative(NAMESPACE, "Robin & family"),
    issue: "invariant Patient.text.div",
    allowedByOracle: NO_INVARIANT,
  },
  {
    of: "child-2",
    what: "a link that runs a script",
    set: narrative(NAMESPACE, '<a href=" javascript:x()">y</a>'),
    issue: "invariant Patient.text.div",
    allowedByOracle: NO_INVARIANT,
  },
  {
    of: "child-2",
    what: "a form in the narrative",
    set: narrative(NAMESPACE, "<form>y</form>"),
    issue: "invariant Patient.text.div",
    allowedByOracle: NO_INVARIANT,
  },
];
