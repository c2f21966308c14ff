import type { FieldRow } from "../mapper.ts";

export const mapped = (field: string, to: string, why?: string): FieldRow => ({
  field,
  to,
  ...(why === undefined ? {} : { why }),
});

export const unmapped = (field: string, why: string): FieldRow => ({ field, why });

/** Elements that have the same name in the target. */
export const fieldsOf = (from: string, to: string, elements: readonly string[]): FieldRow[] =>
  elements.map((element) => mapped(`${from}.${element}`, `${to}.${element}`));
