import type { Consent } from "@medplum/fhirtypes";
import { LOINC } from "#profiles/systems.ts";
import type { Requester } from "../access/requester.ts";
import type { DisclosureDecision } from "../disclosure/disclosure-decision.ts";
import type { Labels } from "../disclosure/labels/label.ts";
import {
  AS_PERSON,
  askedBy,
  BROKEN_GLASS,
  confidentiality,
  consent,
  DETRIMENTAL,
  DUTY,
  dataClass,
  decided,
  labelled,
  objection,
  reason,
  recipient,
  sensitivity,
} from "./decision-cases.ts";

/** What is put to the engine; what is left out is that of a practice which asks for an ordinary finding of its own child. */
export interface Reading {
  /** The element or rule that is read. */
  readonly element: string;
  /** What is said, in words. */
  readonly said: string;
  readonly consents?: readonly Consent[];
  readonly decisions?: readonly DisclosureDecision[];
  readonly requester?: Requester;
  /** `unlabelled`: no list knows it. */
  readonly labels?: Labels | "unlabelled";
  /** Further elements of the finding. */
  readonly finding?: object;
  readonly isUnrelated?: true;
}

const WEIGHT = { system: LOINC, code: "29463-7" };
const NEEDS_CONSENT = askedBy({ implicitPolicy: { "health-visiting": "deny" } });
const UP_TO_V = askedBy({ confidentiality: "V", sensitivities: ["HIV", "MH"] });
const RESTRICTED = labelled(confidentiality("R"));
const VERY_RESTRICTED = labelled(confidentiality("V"));
const SENSITIVE = labelled(confidentiality("R"), sensitivity("HIV"), sensitivity("MH"));
const OF_FEBRUARY = { effectiveDateTime: "2026-02" };
const MARCH = { dataPeriod: { start: "2026-03-01", end: "2026-03-31" } };

/** One row a reading: Consents first, then what stands around them. */
export const READINGS: readonly Reading[] = [
  { element: "no Consent", said: "nobody says anything; direct care by the agreement" },
  { element: "no Consent", said: "the agreement asks for a Consent to the class", requester: NEEDS_CONSENT },
  { element: "status", said: "active objection to everything", consents: [objection("c", {})] },
  { element: "status", said: "the same, inactive", consents: [{ ...objection("c", {}), status: "inactive" }] },
  {
    element: "status",
    said: "the same, entered in error",
    consents: [{ ...objection("c", {}), status: "entered-in-error" }],
  },
  {
    element: "scope",
    said: "a Consent to research",
    consents: [
      {
        ...objection("c", {}),
        scope: { coding: [{ system: "http://terminology.hl7.org/CodeSystem/consentscope", code: "research" }] },
      },
    ],
  },
  {
    element: "policyRule and root type",
    said: "OPTIN with a root that denies",
    consents: [consent("c", { type: "deny" }, { policyRule: { coding: [sensitivity("OPTIN")] } })],
  },
  {
    element: "policyRule and root type",
    said: "OPTOUT and a root that denies agree",
    consents: [consent("c", { type: "deny" })],
  },
  {
    element: "root without a type",
    said: "an actor in a root without a type",
    consents: [consent("c", { actor: [recipient("Z991")] })],
  },
  {
    element: "provision.period",
    said: "an objection whose period is over",
    consents: [objection("c", { period: { start: "2025-01-01", end: "2026-01-01" } })],
  },
  {
    element: "provision.period",
    said: "an objection whose last day is today",
    consents: [objection("c", { period: { start: "2025-01-01", end: "2026-09-15" } })],
  },
  {
    element: "dataPeriod",
    said: "data of March denied, the finding is of February",
    consents: [objection("c", MARCH)],
    finding: OF_FEBRUARY,
  },
  {
    element: "dataPeriod",
    said: "data of March denied, the finding has no date",
    consents: [objection("c", MARCH)],
  },
  {
    element: "dataPeriod",
    said: "data of March permitted where a Consent is needed, the finding has no date",
    consents: [consent("c", { type: "deny", provision: [{ type: "permit", ...MARCH }] })],
    requester: NEEDS_CONSENT,
  },
  { element: "actor", said: "denied to this practice", consents: [objection("c", { actor: [recipient("Z991")] })] },
  { element: "actor", said: "denied to another", consents: [objection("c", { actor: [recipient("Z992")] })] },
  {
    element: "actor",
    said: "denied to what the practice is part of",
    consents: [objection("c", { actor: [recipient("Z99T")] })],
  },
  {
    element: "actor",
    said: "permitted to what the practice is part of, where a Consent is needed",
    consents: [consent("c", { type: "deny", provision: [{ type: "permit", actor: [recipient("Z99T")] }] })],
    requester: NEEDS_CONSENT,
  },
  {
    element: "action",
    said: "denies collecting, not access",
    consents: [
      objection("c", {
        action: [{ coding: [{ system: "http://terminology.hl7.org/CodeSystem/consentaction", code: "collect" }] }],
      }),
    ],
  },
  {
    element: "securityLabel",
    said: "R denied, the finding is V",
    consents: [objection("c", { securityLabel: [confidentiality("R")] })],
    requester: UP_TO_V,
    labels: VERY_RESTRICTED,
  },
  {
    element: "securityLabel",
    said: "R denied, the finding is N",
    consents: [objection("c", { securityLabel: [confidentiality("R")] })],
    requester: UP_TO_V,
  },
  {
    element: "securityLabel",
    said: "up to R permitted where a Consent is needed, the finding is N",
    consents: [consent("c", { type: "deny", provision: [{ type: "permit", securityLabel: [confidentiality("R")] }] })],
    requester: NEEDS_CONSENT,
  },
  {
    element: "securityLabel",
    said: "one sensitivity of two denied",
    consents: [objection("c", { securityLabel: [sensitivity("HIV")] })],
    requester: UP_TO_V,
    labels: SENSITIVE,
  },
  {
    element: "securityLabel",
    said: "one sensitivity of two permitted where a Consent is needed",
    consents: [consent("c", { type: "deny", provision: [{ type: "permit", securityLabel: [sensitivity("HIV")] }] })],
    requester: askedBy({
      implicitPolicy: { "health-visiting": "deny" },
      confidentiality: "V",
      sensitivities: ["HIV", "MH"],
    }),
    labels: SENSITIVE,
  },
  { element: "unlabelled", said: "no list knows the code", labels: "unlabelled" },
  { element: "unlabelled", said: "the same for an agreement up to V", labels: "unlabelled", requester: UP_TO_V },
  { element: "ceiling", said: "the finding is R, the agreement goes to N", labels: RESTRICTED },
  {
    element: "ceiling",
    said: "a sensitivity that the agreement does not name",
    labels: SENSITIVE,
    requester: askedBy({ confidentiality: "V" }),
  },
  {
    element: "label system",
    said: "a label of a system that is not known",
    consents: [objection("c", { securityLabel: [{ system: "http://loinc.org/", code: "R" }] })],
  },
  {
    element: "purpose",
    said: "research denied, treatment asked for",
    consents: [objection("c", { purpose: [reason("HRESCH")] })],
  },
  { element: "purpose", said: "treatment denied", consents: [objection("c", { purpose: [reason("TREAT")] })] },
  {
    element: "class",
    said: "the class denied",
    consents: [objection("c", { class: [dataClass("health-visiting")] })],
  },
  {
    element: "class",
    said: "another class denied",
    consents: [objection("c", { class: [dataClass("education")] })],
  },
  {
    element: "class and code",
    said: "both must hold: the class and another code",
    consents: [
      objection("c", {
        class: [dataClass("health-visiting")],
        code: [{ coding: [{ system: WEIGHT.system, code: "8302-2" }] }],
      }),
    ],
  },
  { element: "code", said: "the code denied", consents: [objection("c", { code: [{ coding: [WEIGHT] }] })] },
  {
    element: "data.meaning",
    said: "this one finding denied",
    consents: [objection("c", { data: [{ meaning: "instance", reference: { reference: "Observation/o1" } }] })],
  },
  {
    element: "data.meaning",
    said: "what belongs to an encounter denied, the finding belongs to it",
    consents: [objection("c", { data: [{ meaning: "related", reference: { reference: "Encounter/e1" } }] })],
    finding: { encounter: { reference: "Encounter/e1" } },
  },
  {
    element: "data.meaning",
    said: "what somebody else wrote denied",
    consents: [objection("c", { data: [{ meaning: "authoredby", reference: { reference: "Practitioner/p1" } }] })],
    finding: { performer: [{ reference: "Practitioner/p2" }] },
  },
  {
    element: "data.meaning",
    said: "dependents",
    consents: [objection("c", { data: [{ meaning: "dependents", reference: { reference: "Observation/o1" } }] })],
  },
  {
    element: "nested provision",
    said: "denied to all, permitted to this practice, where a Consent is needed",
    consents: [consent("c", { type: "deny", provision: [{ type: "permit", actor: [recipient("Z991")] }] })],
    requester: NEEDS_CONSENT,
  },
  {
    element: "nested provision",
    said: "siblings: one permits, one denies",
    consents: [
      consent("c", {
        type: "permit",
        provision: [
          { type: "permit", purpose: [reason("TREAT")] },
          { type: "deny", purpose: [reason("TREAT")] },
        ],
      }),
    ],
  },
  {
    element: "nested provision",
    said: "break-glass below a root that denies treatment, asked for in an emergency",
    consents: [
      consent("c", {
        type: "deny",
        purpose: [reason("TREAT")],
        provision: [{ type: "permit", purpose: [reason("BTG")] }],
      }),
    ],
    requester: askedBy({ implicitPolicy: { "health-visiting": "deny" }, purposes: ["BTG"] }, AS_PERSON),
  },
  {
    element: "several Consents",
    said: "a newer one permits, an older one denies",
    consents: [
      { ...consent("c", { type: "deny" }), dateTime: "2025-01-01" },
      { ...consent("d", { type: "permit" }), dateTime: "2026-01-01" },
    ],
  },
  {
    element: "error",
    said: "a Consent of another form than R4 gives it",
    consents: [consent("c", JSON.parse('{"type":"permit","actor":"somebody"}'))],
  },
  {
    element: "objection decided",
    said: "an officer refused the objection",
    consents: [objection("c", {})],
    decisions: [decided("c", "refused")],
  },
  {
    element: "objection decided",
    said: "an officer upheld the objection",
    consents: [objection("c", {})],
    decisions: [decided("c", "upheld")],
  },
  {
    element: "duty to share",
    said: "a recorded duty outweighs the objection",
    consents: [objection("c", {})],
    decisions: [DUTY],
  },
  {
    element: "duty to share",
    said: "disclosing was judged more detrimental",
    consents: [objection("c", {})],
    decisions: [DETRIMENTAL],
  },
  {
    element: "break-glass",
    said: "the glass is broken for this child and person, no relationship",
    decisions: [BROKEN_GLASS],
    requester: askedBy({ purposes: ["BTG"] }, AS_PERSON),
    isUnrelated: true,
  },
  {
    element: "break-glass",
    said: "the glass does not lift a label",
    decisions: [BROKEN_GLASS],
    requester: askedBy({ purposes: ["BTG"] }, AS_PERSON),
    labels: RESTRICTED,
  },
  { element: "relationship", said: "the child is not on the list", isUnrelated: true },
  { element: "agreement", said: "it has ended", requester: askedBy({ until: "2026-09-14" }) },
  { element: "agreement", said: "it does not name the class", requester: askedBy({ dataClasses: ["education"] }) },
  { element: "agreement", said: "it does not reach the authority", requester: askedBy({ authorities: ["other"] }) },
];
