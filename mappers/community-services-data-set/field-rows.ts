import type { FieldRow } from "../mapper.ts";

/** A field with its target; `why` says what decides how it is read, `slots` which Observations it speaks of. */
type Target = readonly [
  field: string,
  to: string,
  more?: { readonly why?: string; readonly slots?: readonly string[] },
];
type Reason = readonly [field: string, why: string];

/** The rows of one table: what is mapped, what goes nowhere, what is dropped at the door. */
export function table(
  name: string,
  {
    mapped = [],
    unmapped = [],
    dropped = [],
  }: {
    readonly mapped?: readonly Target[];
    readonly unmapped?: readonly Reason[];
    readonly dropped?: readonly Reason[];
  },
): FieldRow[] {
  return [
    ...mapped.map(([field, to, more]) => ({ field: `${name}.${field}`, to, ...more })),
    ...unmapped.map(([field, why]) => ({ field: `${name}.${field}`, why })),
    ...dropped.map(([field, why]) => ({ field: `${name}.${field}`, why, droppedAtDoor: true })),
  ];
}

export const KEY = "joins the tables";

/** Why a field goes nowhere. */
export const ADMINISTRATIVE = "administration of the service, not the child's record";
export const SAFEGUARDING = "safeguarding; never taken in";
export const ENCOUNTER = "describes the appointment, which would be an Encounter; none is made";
