import type { Organization, Reference } from "@medplum/fhirtypes";
import { EARLY_YEARS_URN, LAESTAB, OFSTED_URN, SCHOOL_URN } from "#profiles/systems.ts";
import type { KnownOrganization } from "../datatypes/organization.ts";
import { toOrganizationReference } from "../datatypes/reference.ts";
import type { MapContext, Relationship } from "../mapper.ts";

/** A school or nursery. */
export type Setting = KnownOrganization;

/** The numbers a source gives for a setting; each already in its shape. */
export interface SettingNumbers {
  readonly localAuthority?: string | undefined;
  readonly establishment?: string | undefined;
  readonly schoolUrn?: string | undefined;
  readonly earlyYearsUrn?: string | undefined;
  readonly ofstedUrn?: string | undefined;
  readonly name?: string | undefined;
}

/**
 * A setting from its numbers, or `undefined` when none names one. The establishment number comes first because every
 * file of a school has it, and one school must not become two Organizations by which file came first.
 */
export function toSetting(numbers: SettingNumbers): Setting | undefined {
  const { localAuthority, establishment, schoolUrn, earlyYearsUrn, ofstedUrn, name } = numbers;
  const [first, ...others] = [
    localAuthority === undefined || establishment === undefined
      ? undefined
      : { system: LAESTAB, value: `${localAuthority}/${establishment}` },
    schoolUrn === undefined ? undefined : { system: SCHOOL_URN, value: schoolUrn },
    earlyYearsUrn === undefined ? undefined : { system: EARLY_YEARS_URN, value: earlyYearsUrn },
    ofstedUrn === undefined ? undefined : { system: OFSTED_URN, value: ofstedUrn },
  ].filter((identifier) => identifier !== undefined);
  if (first === undefined) return undefined;
  return { identifiers: [first, ...others], ...(name === undefined ? {} : { name }) };
}

export function toSettingReference(setting: Setting, context: MapContext): Reference<Organization> {
  return toOrganizationReference(context.organizationId(setting.identifiers[0]), setting.name);
}

/** The child on the roll of a setting: one relationship for each number by which an agreement may know the setting. */
export function toRoll(setting: Setting, period: { readonly start?: string; readonly end?: string }): Relationship[] {
  return setting.identifiers.map((organization) => ({ kind: "roll", organization, ...period }));
}
