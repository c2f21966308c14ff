import { toFieldWarning } from "../datatypes/field-issue.ts";
import type { FieldIssue } from "../mapper.ts";

/** The most hours a week that an authority may fund for a child. */
export interface Entitlement {
  /** First census year (calendar year of the reference date) in which it holds; a new rule is one more row. */
  readonly from: number;
  readonly fundedHours: number;
  readonly extendedHours: number;
  readonly expandedHours: number;
  /** Funded and expanded hours together: a two-year-old may have both. */
  readonly fundedAndExpandedHours: number;
}

/**
 * Source: Department for Education and local census guidance for January 2025 and January 2026: the working entitlement
 * of nine months to three years went from 15 to 30 hours in September 2025; a two-year-old with the disadvantaged 15 hours as well has both within that
 * number.
 */
export const ENTITLEMENTS: readonly [Entitlement, ...Entitlement[]] = [
  { from: 2025, fundedHours: 15, extendedHours: 15, expandedHours: 15, fundedAndExpandedHours: 15 },
  { from: 2026, fundedHours: 15, extendedHours: 15, expandedHours: 30, fundedAndExpandedHours: 30 },
];

/** The rules of a census year; of a year before the first or after the last known, those nearest. */
export function entitlementOf(year: number): Entitlement {
  return ENTITLEMENTS.findLast(({ from }) => from <= year) ?? ENTITLEMENTS[0];
}

/** Hours a week by the field they stand in. */
export interface Hours {
  readonly HoursAtSetting?: number | undefined;
  readonly FundedHours?: number | undefined;
  readonly ExtendedHours?: number | undefined;
  readonly ExpandedHours?: number | undefined;
}

/** Warnings alone: what an authority funded is what it funded, and the rules change from year to year. */
export function checkEntitlement(hours: Hours, year: number): FieldIssue[] {
  const rules = entitlementOf(year);
  const { HoursAtSetting, FundedHours = 0, ExtendedHours = 0, ExpandedHours = 0 } = hours;
  const warnings: FieldIssue[] = [];
  const above = (field: string, most: number): void => {
    warnings.push(toFieldWarning(field, `more than the ${most} hours a week to which a child was entitled in ${year}`));
  };
  if (FundedHours > rules.fundedHours) above("FundedHours", rules.fundedHours);
  if (ExtendedHours > rules.extendedHours) above("ExtendedHours", rules.extendedHours);
  if (ExpandedHours > rules.expandedHours) above("ExpandedHours", rules.expandedHours);
  else if (ExpandedHours > 0 && FundedHours + ExpandedHours > rules.fundedAndExpandedHours) {
    const message = `with FundedHours more than the ${rules.fundedAndExpandedHours} hours a week to which a child was entitled in ${year}`;
    warnings.push(toFieldWarning("ExpandedHours", message));
  }
  // Stretched over more weeks than term, or shared with another setting, hours here may be fewer, never more.
  if (HoursAtSetting !== undefined && FundedHours + ExtendedHours + ExpandedHours > HoursAtSetting) {
    warnings.push(toFieldWarning("HoursAtSetting", "fewer than the funded, extended and expanded hours together"));
  }
  return warnings;
}
