import type { Coding, Consent, ConsentProvision } from "@medplum/fhirtypes";
import {
  ACT_CODE,
  ACT_REASON,
  CONFIDENTIALITY,
  CONSENT_SCOPE,
  DATA_CLASS,
  ODS_ORGANIZATION,
} from "#profiles/systems.ts";
import type { Agreement, Requester } from "../access/requester.ts";
import type { DisclosureDecision } from "../disclosure/disclosure-decision.ts";
import type { Label, Labels } from "../disclosure/labels/label.ts";
import type { RecordFacts } from "../disclosure/visibility.ts";

/** An invented practice asks for one invented finding of a child on its list. */

export const NOW_ms = Date.parse("2026-09-15T11:00:00Z");
export const TODAY = "2026-09-15";

const SOURCE = { source: "area-csds", authority: "area", dataClass: "health-visiting" } as const;
const PRACTICE = { system: ODS_ORGANIZATION, value: "Z991" };
const TRUST = `${ODS_ORGANIZATION}|Z99T`;
const PERSON = "https://issuer.example|7";

const AGREEMENT: Agreement = {
  id: "practice",
  version: 1,
  dataClasses: ["health-visiting"],
  purposes: ["TREAT"],
  legalBasis: { article6: "6(1)(e)", article9: "9(2)(h)", confidence: "implied-direct-care" },
  relationship: "gp-registration",
  authorities: ["area"],
  matchingScope: "none",
  identifierSystems: [],
  statutoryGateways: {},
  audit: false,
  idSpace: "",
  coverageNotice: true,
  until: "2030-01-01",
  duties: ["CA2004-16LA"],
  breakGlass: true,
};

export function askedBy(agreement: Partial<Agreement> = {}, change: Partial<Requester> = {}): Requester {
  return {
    client: "practice-client",
    organization: { ...PRACTICE, authority: "area", ancestors: [TRUST] },
    agreement: { ...AGREEMENT, ...agreement },
    purpose: "TREAT",
    scopes: [],
    tokenId: "evidence",
    ...change,
  };
}

export const AS_PERSON: Partial<Requester> = { purpose: "BTG", user: { id: PERSON, role: "R", group: "gp" } };

export const FACTS: RecordFacts = {
  relationships: [{ kind: "gp-registration", organization: PRACTICE, start: "2024-01-01" }],
  sources: [SOURCE],
  consents: [],
  decisions: [],
};

const coding = (system: string) => (code: string) => ({ system, code });
export const reason = coding(ACT_REASON);
export const confidentiality = coding(CONFIDENTIALITY);
export const sensitivity = coding(ACT_CODE);
export const dataClass = coding(DATA_CLASS);

export function labelled(...codes: readonly Coding[]): Labels {
  return codes.map(({ system = "", code = "" }): Label => ({ system, code }));
}

/** As a family's decision is written: a policy, and rules that agree with it. */
export function consent(id: string, provision: ConsentProvision, change: Partial<Consent> = {}): Consent {
  const policy = provision.type === "deny" ? "OPTOUT" : "OPTIN";
  return {
    resourceType: "Consent",
    id,
    status: "active",
    scope: { coding: [{ system: CONSENT_SCOPE, code: "patient-privacy" }] },
    category: [{ text: "sharing" }],
    policyRule: { coding: [sensitivity(policy)] },
    provision,
    ...change,
  };
}

/** All is permitted but what is denied. */
export function objection(id: string, ...denials: readonly ConsentProvision[]): Consent {
  return consent(id, { type: "permit", provision: denials.map((denial) => ({ ...denial, type: "deny" })) });
}

export function recipient(value: string): NonNullable<ConsentProvision["actor"]>[number] {
  const system = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType";
  return {
    role: { coding: [{ system, code: "IRCP" }] },
    reference: { identifier: { system: ODS_ORGANIZATION, value } },
  };
}

const DECIDED = { id: 1, author: "officer", reason: "a reason", decidedAt_ms: NOW_ms - 1 };

export const DUTY = toDuty(false);
/** A decision not to share. */
export const DETRIMENTAL = toDuty(true);

function toDuty(isDetrimental: boolean): DisclosureDecision {
  return {
    ...DECIDED,
    kind: "duty",
    duty: "CA2004-16LA",
    recipient: `${PRACTICE.system}|${PRACTICE.value}`,
    dataClasses: ["health-visiting"],
    isDetrimental,
    family: "told",
  };
}

export const BROKEN_GLASS: DisclosureDecision = {
  ...DECIDED,
  kind: "break-glass",
  client: "practice-client",
  user: PERSON,
  until_ms: NOW_ms + 60_000,
};

export function decided(consentId: string, state: "upheld" | "refused"): DisclosureDecision {
  return { ...DECIDED, kind: "objection", consent: consentId, state };
}
