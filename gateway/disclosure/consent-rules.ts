import type { Consent, ConsentProvision } from "@medplum/fhirtypes";
import type { DataClass } from "#mappers/mapper.ts";
import { ACT_REASON, DATA_CLASS } from "#profiles/systems.ts";

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
  /** YYYY-MM-DD, inclusive. */
  readonly from?: string;
  readonly until?: string;
}

/**
 * What an active Consent withholds. Denials are nested provisions of type deny; a nested rule inherits what its parent
 * says of actor, purpose and period and it does not say itself. A root that denies with no nested rule denies all that
 * it names. https://hl7.org/fhir/R4/consent-definitions.html#Consent.provision
 */
export function toDenials(consent: Consent): readonly Denial[] {
  if (consent.status !== "active" || !consent.provision) return [];
  const name = `Consent/${consent.id ?? ""}`;
  const root = consent.provision;
  const nested = (root.provision ?? []).filter((rule) => rule.type === "deny");
  const denials = nested.map((rule) => toDenial(name, rule, root));
  return root.type === "deny" && nested.length === 0 ? [toDenial(name, root, {})] : denials;
}

function toDenial(consent: string, rule: ConsentProvision, parent: ConsentProvision): Denial {
  const actors = rule.actor ?? parent.actor ?? [];
  const purposes = rule.purpose ?? parent.purpose ?? [];
  const period = rule.period ?? parent.period;
  return {
    consent,
    dataClasses: (rule.class ?? []).flatMap(({ system, code }) =>
      system === DATA_CLASS && isDataClass(code) ? [code] : [],
    ),
    resourceIds: (rule.data ?? []).flatMap(({ reference }) => reference.reference?.split("/").at(-1) ?? []),
    actors: actors.flatMap(({ reference }) => {
      const { system, value } = reference.identifier ?? {};
      return system && value ? [`${system}|${value}`] : [];
    }),
    purposes: purposes.flatMap(({ system, code }) => (system === ACT_REASON && code ? [code] : [])),
    ...(period?.start && { from: period.start.slice(0, 10) }),
    ...(period?.end && { until: period.end.slice(0, 10) }),
  };
}

function isDataClass(code: string | undefined): code is DataClass {
  return code === "health-visiting" || code === "education" || code === "sharing";
}
