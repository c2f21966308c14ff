/** One thing that the census says of a child, and the Observation it makes. */
export interface Item {
  readonly field: string;
  /** Code of the CodeSystem `early-years-census-item`; the slot of the Observation behind the census. */
  readonly slot: string;
  readonly kind: "hours" | "weeks" | "flag" | "provision";
  readonly why?: string;
}

const WEEKS = "; its XML name is not published, so the column is a name of this gateway";

export const ITEMS = [
  { field: "HoursAtSetting", slot: "hours-at-setting", kind: "hours", why: "hours a week, 0 to 168" },
  {
    field: "FundedHours",
    slot: "funded-hours",
    kind: "hours",
    why: "hours a week, universal and for disadvantaged two-year-olds; more than the year's entitlement is a warning",
  },
  {
    field: "ExtendedHours",
    slot: "extended-hours",
    kind: "hours",
    why: "hours a week, three and four years old, working parents; more than the year's entitlement is a warning",
  },
  {
    field: "ExpandedHours",
    slot: "expanded-hours",
    kind: "hours",
    why: "CBDS N00787; hours a week, nine months to three years, working parents; more than the year's entitlement is a warning",
  },
  { field: "FundedWeeks", slot: "funded-weeks", kind: "weeks", why: `CBDS N00791; weeks a year, 0 to 53${WEEKS}` },
  { field: "ExtendedWeeks", slot: "extended-weeks", kind: "weeks", why: `CBDS N00792; weeks a year, 0 to 53${WEEKS}` },
  { field: "ExpandedWeeks", slot: "expanded-weeks", kind: "weeks", why: `CBDS N00793; weeks a year, 0 to 53${WEEKS}` },
  {
    field: "DAFIndicator",
    slot: "disability-access-fund",
    kind: "flag",
    why: "CBDS N00203; Y, N, 1, 0, true or false; sensitive, see above",
  },
  {
    field: "EYPPR",
    slot: "early-years-pupil-premium",
    kind: "flag",
    why: "CBDS N00639; Y, N, 1, 0, true or false; sensitive, see above",
  },
  {
    field: "SENprovision",
    slot: "sen-provision",
    kind: "provision",
    why: "N, K or E; an unknown code is a warning; sensitive, see above",
  },
] as const satisfies readonly Item[];

export type ItemField = (typeof ITEMS)[number]["field"];

/** What the census says of a child, by the field it stands in. */
export type ItemValue =
  | { readonly field: ItemField; readonly kind: "hours" | "weeks"; readonly number: number }
  | { readonly field: ItemField; readonly kind: "flag"; readonly answer: boolean }
  | { readonly field: ItemField; readonly kind: "provision"; readonly code: string };

/** Slot of the Observation that a field makes. */
export function slotOf(field: ItemField): string {
  return ITEMS.find((item) => item.field === field)?.slot ?? field;
}
