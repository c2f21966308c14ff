import type { Identifier } from "@medplum/fhirtypes";
import { isNhsNumber, normaliseNhsNumber } from "#mappers/datatypes/nhs-number.ts";
import { isUpn, normaliseUpn } from "#mappers/datatypes/upn.ts";
import { NHS_NUMBER, UPN } from "#profiles/systems.ts";
import type { StoredContribution } from "../../store/store.ts";
import type { TouchedIdentifier } from "./ports.ts";

/** All identifiers that a source tells of a child, served or not. */
export function identifiersOf({ body }: Pick<StoredContribution, "body">): readonly TouchedIdentifier[] {
  const told: { readonly identifier?: readonly Identifier[] } = JSON.parse(body);
  return (told.identifier ?? []).flatMap(({ system, value }) =>
    system === undefined || value === undefined ? [] : [{ system, value }],
  );
}

/** The identity key of a number by which children are linked; `undefined` for any other identifier. */
export function toIdentityKey({ system, value }: TouchedIdentifier): string | undefined {
  if (system === NHS_NUMBER) {
    const number = normaliseNhsNumber(value);
    return isNhsNumber(number) ? `nhs-number|${number}` : undefined;
  }
  if (system !== UPN) return undefined;
  const upn = normaliseUpn(value);
  return isUpn(upn) ? `upn|${upn}` : undefined;
}
