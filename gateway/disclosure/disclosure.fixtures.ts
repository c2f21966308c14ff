import type { Coding, Consent, ConsentProvision, Observation, Resource } from "@medplum/fhirtypes";
import { ACT_CODE, ACT_REASON, CONFIDENTIALITY, DATA_CLASS, NHS_NUMBER, ODS_ORGANIZATION } from "#profiles/systems.ts";
import type { Agreement, Requester } from "../access/requester.ts";
import { type ConsentRules, toConsentRules } from "./consent-rules.ts";
import type { Asker } from "./consent-vote.ts";
import type { Label, Labels } from "./labels/label.ts";
import { type ResourceFacts, toResourceFacts } from "./resource-facts.ts";
import type { RecordFacts } from "./visibility.ts";

/** What tests of disclosure stand on: one practice that may see both kinds of record of a child on its list. */
export const TODAY = "2026-09-15";
export const NOW_ms = Date.parse("2026-09-15T11:00:00Z");
export const AT = { now_ms: NOW_ms, today: TODAY };
export const PRACTICE = `${ODS_ORGANIZATION}|Z1`;

export const AGREEMENT: Agreement = {
  id: "gp",
  version: 1,
  dataClasses: ["health-visiting", "education"],
  purposes: ["TREAT"],
  legalBasis: { article6: "6(1)(e)", article9: "9(2)(h)", confidence: "implied-direct-care" },
  relationship: "gp-registration",
  authorities: ["leeds"],
  matchingScope: "none",
  identifierSystems: [NHS_NUMBER],
  statutoryGateways: { "leeds-eyfsp": "a statute" },
  audit: false,
  idSpace: "",
  coverageNotice: true,
  until: "2030-01-01",
};

export function requester(agreement: Partial<Agreement> = {}, change: Partial<Requester> = {}): Requester {
  return {
    client: "gp-demo",
    organization: { system: ODS_ORGANIZATION, value: "Z1", authority: "leeds" },
    agreement: { ...AGREEMENT, ...agreement },
    purpose: "TREAT",
    scopes: [],
    tokenId: "t",
    ...change,
  };
}

export const REGISTRATION = {
  kind: "gp-registration",
  organization: { system: ODS_ORGANIZATION, value: "Z1" },
  start: "2024-01-01",
} as const;

export const FACTS: RecordFacts = {
  relationships: [REGISTRATION],
  sources: [
    { source: "leeds-csds", authority: "leeds", dataClass: "health-visiting" },
    { source: "leeds-eyfsp", authority: "leeds", dataClass: "education" },
    { source: "leeds-sharing", authority: "leeds", dataClass: "sharing" },
  ],
  consents: [],
  decisions: [],
};

export const ASKER: Asker = {
  names: new Set([PRACTICE]),
  ancestors: [`${ODS_ORGANIZATION}|T1`],
  purpose: `${ACT_REASON}|TREAT`,
  now_ms: NOW_ms,
};

export function consent(provision: ConsentProvision | undefined, change: Partial<Consent> = {}): Consent {
  return {
    resourceType: "Consent",
    id: "c",
    status: "active",
    scope: { text: "privacy" },
    category: [{ text: "sharing" }],
    ...(provision && { provision }),
    ...change,
  };
}

/** Throws where the Consent is not active. */
export function rules(provision: ConsentProvision | undefined, change: Partial<Consent> = {}): ConsentRules {
  const read = toConsentRules(consent(provision, change));
  if (read === undefined) throw new Error("not an active Consent");
  return read;
}

/** As the register of decisions has it: all is permitted but what is denied. */
export function objection(...denials: readonly ConsentProvision[]): ConsentProvision {
  return { type: "permit", provision: denials.map((denial) => ({ type: "deny", ...denial })) };
}

export const coding = (system: string) => (code: string) => ({ system, code });
export const actReason = coding(ACT_REASON);
export const confidentiality = coding(CONFIDENTIALITY);
export const sensitivity = coding(ACT_CODE);
export const dataClass = coding(DATA_CLASS);

export function actor(value: string, role?: string): NonNullable<ConsentProvision["actor"]>[number] {
  const system = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType";
  const concept = role === undefined ? { text: "recipient" } : { coding: [{ system, code: role }] };
  return { role: concept, reference: { identifier: { system: ODS_ORGANIZATION, value } } };
}

export const policy = (code: string) => ({ policyRule: { coding: [sensitivity(code)] } });

export function labels(...codes: readonly Coding[]): Labels {
  return codes.map(({ system = "", code = "" }): Label => ({ system, code }));
}

const NORMAL = labels(confidentiality("N"));

const OBSERVATION: Observation = {
  resourceType: "Observation",
  id: "o1",
  status: "final",
  code: { coding: [{ system: "urn:codes", code: "weight" }] },
};

export function facts(
  change: object = {},
  told: Partial<Pick<ResourceFacts, "dataClass" | "labels">> = {},
): ResourceFacts {
  const resource: Resource = { ...OBSERVATION, ...change };
  return toResourceFacts(resource, { dataClass: "health-visiting", labels: NORMAL, ...told });
}

/** A resource of a source, as the decision looks at it. */
export function weighed(source: string, told: Partial<Pick<ResourceFacts, "dataClass" | "labels">> = {}, change = {}) {
  const read = facts(change, told);
  return { source, labels: () => read.labels, facts: () => read };
}
