import type { Consent, ConsentProvision } from "@medplum/fhirtypes";
import { ukOffset_minutes } from "#mappers/datatypes/uk-time.ts";
import type { DataClass } from "#mappers/mapper.ts";
import { isRecordType } from "#profiles/interactions.ts";
import { ACT_CODE, ACT_REASON, DATA_CLASS } from "#profiles/systems.ts";

/** One thing that a Consent withholds. Empty lists mean "all"; nothing here ever permits more than an agreement does. */
export interface Denial {
  /** `Consent/<id>`, for the audit record. */
  readonly consent: string;
  readonly dataClasses: readonly DataClass[];
  /** Logical ids of single resources. */
  readonly resourceIds: readonly string[];
  /** `system|value` of the organisations that are denied. */
  readonly actors: readonly string[];
  readonly purposes: readonly string[];
  /** YYYY-MM-DD, inclusive; `from` may be no more than a year or a month. */
  readonly from?: string;
  readonly until?: string;
}

/**
 * What an active Consent withholds: every rule of type deny at whatever depth, and its root where that denies or opts
 * out. A nested rule inherits what its parent says of actor, purpose and period and it does not say itself. Whatever
 * narrows a denial and is not understood here narrows nothing: the denial is then about all. What a Consent permits
 * takes nothing from a denial. https://hl7.org/fhir/R4/consent-definitions.html#Consent.provision
 */
export function toDenials(consent: Consent): readonly Denial[] {
  if (consent.status !== "active") return [];
  const name = `Consent/${consent.id ?? ""}`;
  const root = consent.provision ?? {};
  return [...(deniesAtRoot(consent) ? [toDenial(name, root)] : []), ...nestedDenials(name, root)];
}

/** Policies by which nothing is shared but what a nested rule permits. */
const OPT_OUTS: ReadonlySet<string | undefined> = new Set(["OPTOUT", "OPTOUTE"]);

function deniesAtRoot({ policyRule, provision }: Consent): boolean {
  return (
    provision?.type === "deny" ||
    (policyRule?.coding ?? []).some(({ system, code }) => system === ACT_CODE && OPT_OUTS.has(code))
  );
}

function nestedDenials(consent: string, parent: ConsentProvision): readonly Denial[] {
  return (parent.provision ?? []).flatMap((told) => {
    const { actor, purpose, period } = parent;
    const rule = { ...(actor && { actor }), ...(purpose && { purpose }), ...(period && { period }), ...told };
    return [...(rule.type === "deny" ? [toDenial(consent, rule)] : []), ...nestedDenials(consent, rule)];
  });
}

function toDenial(consent: string, rule: ConsentProvision): Denial {
  const { start, end } = rule.period ?? {};
  return {
    consent,
    dataClasses: allOrNone(rule.class, ({ system, code }) =>
      system === DATA_CLASS && isDataClass(code) ? code : undefined,
    ),
    resourceIds: allOrNone(rule.data, ({ meaning, reference }) =>
      meaning === "authoredby" ? undefined : resourceIdOf(reference.reference),
    ),
    actors: allOrNone(rule.actor, ({ reference }) => {
      const { system, value } = reference.identifier ?? {};
      return system && value ? `${system}|${value}` : undefined;
    }),
    purposes: allOrNone(rule.purpose, ({ system, code }) =>
      system === ACT_REASON && !EVERY_PURPOSE.has(code) ? code : undefined,
    ),
    ...(start && { from: dayOf(start, (a, b) => a < b) }),
    ...(end && { until: dayOf(`${end}${"-12-31".slice(end.length - 4)}`, (a, b) => a > b) }),
  };
}

/** What each names; nothing, which means all, where one of them is not understood. */
function allOrNone<T, R>(told: readonly T[] = [], read: (one: T) => R | undefined): readonly R[] {
  const understood = told.flatMap((one) => read(one) ?? []);
  return understood.length === told.length ? understood : [];
}

/** Above all purposes in v3 ActReason. */
const EVERY_PURPOSE: ReadonlySet<string | undefined> = new Set([
  undefined,
  "PurposeOfUse",
  "ActHealthInformationPurposeOfUseReason",
  "_ActHealthInformationPurposeOfUseReason",
]);

const RESOURCE = /(?:^|\/)([A-Z][A-Za-z]+)\/([A-Za-z0-9\-.]{1,64})(?:\/_history\/[A-Za-z0-9\-.]{1,64})?$/;

/** A rule about the child itself is about all there is of it, and so is one about what is not held. */
function resourceIdOf(reference = ""): string | undefined {
  const [, type = "", id] = RESOURCE.exec(reference) ?? [];
  return type !== "Patient" && isRecordType(type) ? id : undefined;
}

/** The day as it is written or, of an instant, as it is in the UK, whichever makes the denial longer. */
function dayOf(told: string, isLonger: (a: string, b: string) => boolean): string {
  const written = told.slice(0, 10);
  const instant_ms = told.length > 10 ? Date.parse(told) : Number.NaN;
  if (Number.isNaN(instant_ms)) return written;
  const inUk = new Date(instant_ms + ukOffset_minutes(instant_ms) * 60_000).toISOString().slice(0, 10);
  return isLonger(inUk, written) ? inUk : written;
}

function isDataClass(code: string | undefined): code is DataClass {
  return code === "health-visiting" || code === "education" || code === "sharing";
}
