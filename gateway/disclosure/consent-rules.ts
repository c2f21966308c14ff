import type {
  Coding,
  Consent,
  ConsentProvision,
  ConsentProvisionActor,
  ConsentProvisionData,
} from "@medplum/fhirtypes";
import type { DataClass } from "#mappers/mapper.ts";
import {
  ACT_CODE,
  ACT_REASON,
  CONFIDENTIALITY,
  DATA_CLASS,
  HANDLING_LABEL,
  ODS_ORGANIZATION,
  ODS_SITE,
} from "#profiles/systems.ts";
import { toDateRange } from "../search/date-range.ts";
import { ambiguityOf, isObjection, isRecipient, policyOf, type RuleType, stateOf } from "./consent-policy.ts";
import { CONFIDENTIALITY_ORDER } from "./labels/label-list.ts";
import { rankOf } from "./labels/rank.ts";

/** An active Consent, read once: what it says of whom, for what, when, and of which data. */
export interface ConsentRules {
  /** `Consent/<id>/<version>`, for the audit record. */
  readonly name: string;
  /** Logical id. */
  readonly id: string;
  /** Its own mark, of an objection alone; an officer's decision that is recorded beside it weighs more. */
  readonly state: string | undefined;
  readonly root: ConsentRule;
  /** Instants at which a period of it begins or ends, in milliseconds since 1970. */
  readonly instants_ms: readonly number[];
}

/**
 * One rule. A condition that is absent narrows nothing. What narrows a denial and is not understood narrows nothing
 * either; what narrows a permission and is not understood leaves nothing of it.
 */
export interface ConsentRule {
  /** Absent of a root of which nobody says whether it permits or denies, and of an objection's: it does neither. */
  readonly type: RuleType | undefined;
  /** Milliseconds since 1970, the end exclusive. */
  readonly from_ms: number;
  readonly until_ms: number;
  /** Whether it is about reading at all. */
  readonly isOfAccess: boolean;
  /** `system|value` of whom it is about. */
  readonly actors: ReadonlySet<string> | undefined;
  /** `system|code`. */
  readonly purposes: ReadonlySet<string> | undefined;
  readonly classes: ClassTerms | undefined;
  readonly labels: LabelTerms | undefined;
  /** `system|code`, of which a resource has one. */
  readonly codes: ReadonlySet<string> | undefined;
  readonly data: readonly DataTerm[] | undefined;
  /** Of the data, not of the rule. Milliseconds since 1970, the end exclusive. */
  readonly dataPeriod: { readonly low_ms: number; readonly high_ms: number } | undefined;
  readonly nested: readonly ConsentRule[];
}

export interface ClassTerms {
  readonly dataClasses: ReadonlySet<string>;
  readonly types: ReadonlySet<string>;
  /** Canonical addresses of profiles. */
  readonly profiles: ReadonlySet<string>;
}

export interface LabelTerms {
  /** Highest rank that a permission reaches, lowest that a denial does; absent where no confidentiality is named. */
  readonly rank: number | undefined;
  /** `system|code` of all other labels. */
  readonly codes: ReadonlySet<string>;
}

interface DataTerm {
  readonly meaning: "instance" | "related" | "authoredby";
  /** `Type/id`, or of an author `system|value`. */
  readonly name: string;
}

/** Levels of nested rules below the root that may permit; what denies counts at every depth. */
const NESTED_LEVELS_MAX = 2;

/**
 * Reads a Consent; `undefined` where it is not active. An objection that its source refused is read too, since whoever
 * decides on it here may uphold it; by its mark alone it counts for nothing. One that cannot be read denies everything.
 * https://hl7.org/fhir/R4/consent-definitions.html#Consent.provision
 */
export function toConsentRules(consent: Consent): ConsentRules | undefined {
  if (consent.status !== "active" && !isRefusedObjection(consent)) return undefined;
  const id = consent.id ?? "";
  const version = consent.meta?.versionId;
  const named = { id, name: `Consent/${id}${version === undefined ? "" : `/${version}`}` };
  try {
    const root = toRoot(consent);
    return { ...named, state: stateOf(consent), root, instants_ms: instantsOf(root) };
  } catch {
    return { ...named, state: undefined, root: toRule({}, "deny", 0), instants_ms: [] };
  }
}

/** What is refused now may have been stored before: of two readings the one counts that withholds more. */
function toRoot(consent: Consent): ConsentRule {
  const { provision = {}, modifierExtension } = consent;
  const policy = policyOf(consent);
  const type = policy === "deny" ? policy : (typeOf(provision) ?? policy);
  if (modifierExtension !== undefined && type !== "deny") throw new Error("what modifies it is not understood");
  const isAmbiguous = provision.type === undefined && ambiguityOf(consent, provision, policy) !== undefined;
  if (!isAmbiguous) return toRule(provision, type === "permit" && isObjection(consent) ? undefined : type, 0);
  return toRule(policy === "permit" ? provision : {}, "deny", 0);
}

/** A rule that says neither, or what there is not, was meant to change something: to be safe it denies. */
function typeOf({ type }: ConsentProvision): RuleType | undefined {
  return type === undefined || type === "permit" ? type : "deny";
}

function isRefusedObjection(consent: Consent): boolean {
  return consent.status === "rejected" && stateOf(consent) === "refused";
}

function toRule(told: ConsentProvision, type: RuleType | undefined, level: number): ConsentRule {
  const denies = type === "deny";
  if (told.modifierExtension !== undefined && !denies) throw new Error("what modifies it is not understood");
  const { low_ms: from_ms, high_ms: until_ms } = toSpan(told.period, denies);
  return {
    type: level > NESTED_LEVELS_MAX && !denies ? undefined : type,
    from_ms,
    until_ms,
    isOfAccess: isOfAccess(told, denies),
    actors: toActors(told.actor, denies),
    purposes: toPurposes(told.purpose, denies),
    classes: toClasses(told.class, denies),
    labels: toLabels(told.securityLabel, denies),
    codes: toCodes(told.code, denies),
    data: toData(told.data, denies),
    dataPeriod: told.dataPeriod && toSpan(told.dataPeriod, denies),
    nested: (told.provision ?? []).map((nested) =>
      toRule(inheriting(nested, told), typeOf(nested) ?? "deny", level + 1),
    ),
  };
}

function inheriting(nested: ConsentProvision, { actor, purpose, action, period }: ConsentProvision): ConsentProvision {
  return {
    ...(actor && { actor }),
    ...(purpose && { purpose }),
    ...(action && { action }),
    ...(period && { period }),
    ...nested,
  };
}

const ALWAYS = { low_ms: Number.NEGATIVE_INFINITY, high_ms: Number.POSITIVE_INFINITY };
const NEVER = { low_ms: Number.POSITIVE_INFINITY, high_ms: Number.NEGATIVE_INFINITY };

/**
 * Both ends are inclusive, each as long as it is written: a day through its last instant, a second through its last
 * fraction. A date, or a time without a zone, is of the United Kingdom.
 */
function toSpan(period: ConsentProvision["period"], denies: boolean): typeof ALWAYS {
  if (period === undefined) return ALWAYS;
  const start = period.start === undefined ? ALWAYS : toDateRange(period.start);
  const end = period.end === undefined ? ALWAYS : toDateRange(period.end);
  if (!denies && (start === undefined || end === undefined)) return NEVER;
  return { low_ms: (start ?? ALWAYS).low_ms, high_ms: (end ?? ALWAYS).high_ms };
}

export const CONSENT_ACTION = "http://terminology.hl7.org/CodeSystem/consentaction";
const WRITING: ReadonlySet<string | undefined> = new Set(["collect", "correct"]);

/** A permission must name access; a denial is about it unless it is about writing alone. */
function isOfAccess({ action = [] }: ConsentProvision, denies: boolean): boolean {
  if (action.length === 0) return true;
  const codings = action.map(({ coding = [] }) => coding);
  if (!denies) return codings.flat().some(({ system, code }) => system === CONSENT_ACTION && code === "access");
  return !codings.every((coding) => coding.some(({ system, code }) => system === CONSENT_ACTION && WRITING.has(code)));
}

function toActors(actors: readonly ConsentProvisionActor[] = [], denies: boolean): ConsentRule["actors"] {
  if (actors.length === 0) return undefined;
  const named = actors.map((actor) => ({ name: nameOf(actor), isRecipient: isRecipient(actor) }));
  const names = new Set(named.flatMap(({ name }) => name ?? []));
  if (!denies) return names;
  const recipients = named.filter((one) => one.isRecipient);
  const isTold = recipients.length > 0 && recipients.every(({ name }) => name !== undefined);
  return isTold ? names : undefined;
}

function nameOf({ reference }: ConsentProvisionActor): string | undefined {
  const { system, value } = reference?.identifier ?? {};
  if (!system || !value) return undefined;
  return `${system}|${ODS.has(system) ? value.trim().toUpperCase() : value.trim()}`;
}

/** Codes are given in capitals there, and a slip of the hand must not undo a denial. */
const ODS: ReadonlySet<string> = new Set([ODS_ORGANIZATION, ODS_SITE]);

/** Above all purposes in v3 ActReason. */
export const EVERY_PURPOSE: ReadonlySet<string> = new Set([
  "PurposeOfUse",
  "ActHealthInformationPurposeOfUseReason",
  "_ActHealthInformationPurposeOfUseReason",
]);

function toPurposes(purposes: readonly Coding[] = [], denies: boolean): ConsentRule["purposes"] {
  if (purposes.length === 0) return undefined;
  const isEvery = ({ system, code }: Coding) => system === ACT_REASON && EVERY_PURPOSE.has(code ?? "");
  if (purposes.some(isEvery)) return undefined;
  return namesOf(purposes, denies);
}

/** Nothing, which means all, where a denial names one that cannot be told. */
function namesOf(codings: readonly Coding[], denies: boolean): ReadonlySet<string> | undefined {
  const names = codings.flatMap(({ system, code }) => (system && code ? [`${system}|${code}`] : []));
  return denies && names.length < codings.length ? undefined : new Set(names);
}

export const RESOURCE_TYPES = "http://hl7.org/fhir/resource-types";
/** Of a class that is named by the address of a profile. */
export const URIS = "urn:ietf:rfc:3986";

function toClasses(classes: readonly Coding[] = [], denies: boolean): ConsentRule["classes"] {
  if (classes.length === 0) return undefined;
  const terms = { dataClasses: new Set<string>(), types: new Set<string>(), profiles: new Set<string>() };
  for (const { system, code } of classes) {
    // A child whose Patient is withheld is one of whom nothing is told.
    if (denies && system === RESOURCE_TYPES && code === "Patient") return undefined;
    if (code && system === DATA_CLASS && isDataClass(code)) terms.dataClasses.add(code);
    else if (code && system === RESOURCE_TYPES) terms.types.add(code);
    else if (code && system === URIS) terms.profiles.add(code);
    else if (denies) return undefined;
  }
  return terms;
}

export function isDataClass(code: string | undefined): code is DataClass {
  return code === "health-visiting" || code === "education" || code === "sharing";
}

const BELOW_ALL = -1;
/** Beside confidentiality. */
const LABELS: ReadonlySet<string> = new Set([ACT_CODE, HANDLING_LABEL]);

function toLabels(labels: readonly Coding[] = [], denies: boolean): ConsentRule["labels"] {
  if (labels.length === 0) return undefined;
  const ranks: number[] = [];
  const codes = new Set<string>();
  for (const { system, code } of labels) {
    if (system === CONFIDENTIALITY && CONFIDENTIALITY_ORDER.some((known) => known === code))
      ranks.push(rankOf(code ?? ""));
    else if (system && code && LABELS.has(system)) codes.add(`${system}|${code}`);
    else if (denies) return undefined;
  }
  if (ranks.length > 0) return { rank: denies ? Math.min(...ranks) : Math.max(...ranks), codes };
  // A permission for labels that nobody knows reaches nothing.
  return { rank: codes.size === 0 ? BELOW_ALL : undefined, codes };
}

function toCodes(concepts: ConsentProvision["code"] = [], denies: boolean): ConsentRule["codes"] {
  if (concepts.length === 0) return undefined;
  if (denies && concepts.some(({ coding = [] }) => coding.length === 0)) return undefined;
  return namesOf(
    concepts.flatMap(({ coding = [] }) => coding),
    denies,
  );
}

function toData(data: readonly ConsentProvisionData[] = [], denies: boolean): ConsentRule["data"] {
  if (data.length === 0) return undefined;
  const terms = data.map((one) => toTerm(one, denies));
  // A denial about the child itself, or about what cannot be told, is about all there is.
  if (denies && terms.some((term) => term === undefined)) return undefined;
  return terms.filter((term) => term !== undefined);
}

const RESOURCE = /(?:^|\/)([A-Z][A-Za-z]+\/[A-Za-z0-9\-.]{1,64})(?:\/_history\/[A-Za-z0-9\-.]{1,64})?$/;

function toTerm({ meaning, reference }: ConsentProvisionData, denies: boolean): DataTerm | undefined {
  if (meaning !== "instance" && meaning !== "related" && meaning !== "authoredby") return undefined;
  const { system, value } = reference.identifier ?? {};
  const [whole = "", name] = RESOURCE.exec(reference.reference ?? "") ?? [];
  // What another server calls by the same id is no reason to release anything.
  const isOurs = denies || whole === reference.reference;
  const isChild = denies && meaning !== "authoredby" && name?.startsWith("Patient/");
  if (name !== undefined && isOurs) return isChild ? undefined : { meaning, name };
  return meaning === "authoredby" && system && value ? { meaning, name: `${system}|${value}` } : undefined;
}

function instantsOf({ from_ms, until_ms, nested }: ConsentRule): readonly number[] {
  return [from_ms, until_ms].filter(Number.isFinite).concat(nested.flatMap(instantsOf));
}
