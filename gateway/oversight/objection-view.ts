import { createHash } from "node:crypto";
import type { Consent, ConsentProvision } from "@medplum/fhirtypes";
import { ACT_CODE, DATA_CLASS, OBJECTION_STATE_EXTENSION } from "#profiles/systems.ts";
import type { StoredDisclosureDecision } from "../store/store.ts";
import type { DecisionView } from "./decision-view.ts";

export type ObjectionState = "received" | "upheld" | "refused";

/** An objection as the API tells it. */
export interface ObjectionView {
  /** Logical id of the Consent. */
  readonly consent: string;
  readonly child: string;
  readonly source: string;
  readonly authority: string;
  readonly state: ObjectionState;
  /** Classes that it names, wherever in it. Without a class and without a resource it is about data of every class. */
  readonly dataClasses: readonly string[];
  /** `Type/id` of single resources that it names. */
  readonly resources: readonly string[];
  /** As the Consent says it. */
  readonly recordedOn?: string;
  /** What a decision must name in `If-Match`. */
  readonly version: string;
  /** What was decided on it here, oldest first; what the source itself had decided stands in the Consent. */
  readonly decisions: readonly DecisionView[];
}

/** Whether a Consent takes anything out of what is shared, or did until that was refused. */
export function isObjection({ status, policyRule, provision, extension }: Consent): boolean {
  if (status !== "active" && status !== "rejected") return false;
  const optsOut = (policyRule?.coding ?? []).some(
    ({ system, code }) => system === ACT_CODE && (code === "OPTOUT" || code === "OPTOUTE"),
  );
  return optsOut || denies(provision) || (extension ?? []).some(({ url }) => url === OBJECTION_STATE_EXTENSION);
}

function denies(provision: ConsentProvision | undefined): boolean {
  return provision?.type === "deny" || (provision?.provision ?? []).some(denies);
}

/** What was decided here or, where nothing was, what the Consent says of itself. */
export function stateOf(consent: Consent, decisions: readonly StoredDisclosureDecision[]): ObjectionState {
  const standing = decisions.find(({ endedAt_ms }) => endedAt_ms === undefined);
  if (standing?.kind === "objection") return standing.state;
  const told = (consent.extension ?? []).find(({ url }) => url === OBJECTION_STATE_EXTENSION)?.valueCoding?.code;
  if (told === "upheld" || told === "refused") return told;
  return consent.status === "rejected" ? "refused" : "received";
}

export function classesOf({ provision }: Consent): readonly string[] {
  const codes = provisionsOf(provision).flatMap((rule) =>
    rule.type === "deny" ? (rule.class ?? []).filter(({ system }) => system === DATA_CLASS) : [],
  );
  return [...new Set(codes.flatMap(({ code }) => code ?? []))];
}

export function resourcesOf({ provision }: Consent): readonly string[] {
  const data = provisionsOf(provision).flatMap((rule) => (rule.type === "deny" ? (rule.data ?? []) : []));
  return [...new Set(data.flatMap(({ reference }) => reference.reference ?? []))];
}

function provisionsOf(provision: ConsentProvision | undefined): readonly ConsentProvision[] {
  return provision === undefined ? [] : [provision, ...(provision.provision ?? []).flatMap(provisionsOf)];
}

/** Of what is decided on: another once the Consent says something else, or anybody has decided. */
export function versionOf(consentVersion: number, decisions: readonly StoredDisclosureDecision[]): string {
  const told = decisions.map(({ id, endedAt_ms }) => [id, endedAt_ms ?? null]);
  return createHash("sha256")
    .update(JSON.stringify([consentVersion, told]))
    .digest("base64url")
    .slice(0, 22);
}
