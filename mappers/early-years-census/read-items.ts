import { displayOf } from "#profiles/generated/codes.ts";
import { SEN_PROVISION } from "#profiles/systems.ts";
import { isDecimal } from "../datatypes/decimal.ts";
import { toFieldWarning } from "../datatypes/field-issue.ts";
import type { CsvRow, FieldIssue } from "../mapper.ts";
import { ITEMS, type ItemValue } from "./items.ts";

export interface ItemsRead {
  readonly items: readonly ItemValue[];
  readonly issues: readonly FieldIssue[];
  /** Fields whose value was not taken. */
  readonly notTaken: readonly string[];
}

type Item = (typeof ITEMS)[number];

const MOST = { hours: 168, weeks: 53 } as const;

const ANSWERS: ReadonlyMap<string, boolean> = new Map([
  ["Y", true],
  ["N", false],
  ["1", true],
  ["0", false],
  ["TRUE", true],
  ["FALSE", false],
]);

/** Hours, weeks, funds and provision of a row. */
export function readItems(row: CsvRow): ItemsRead {
  const items: ItemValue[] = [];
  const issues: FieldIssue[] = [];
  const notTaken: string[] = [];
  for (const item of ITEMS) {
    const text = row[item.field];
    if (text === undefined) continue;
    const read = readItem(item, text);
    if (!("severity" in read)) {
      items.push(read);
      continue;
    }
    issues.push(read);
    if (read.severity === "warning") notTaken.push(item.field);
  }
  return { items, issues, notTaken };
}

function readItem({ field, kind }: Item, text: string): ItemValue | FieldIssue {
  if (kind === "hours" || kind === "weeks") {
    const isIn = isDecimal(text) && Number(text) <= MOST[kind];
    return isIn ? { field, kind, number: Number(text) } : { severity: "error", field, message: numberExpected(kind) };
  }
  if (kind === "flag") {
    const answer = ANSWERS.get(text.toUpperCase());
    if (answer !== undefined) return { field, kind, answer };
    return { severity: "error", field, message: "expected Y or N, 1 or 0, true or false" };
  }
  const code = text.toUpperCase();
  if (displayOf(SEN_PROVISION, code) !== undefined) return { field, kind, code };
  return {
    ...toFieldWarning(field, "not a code of provision; expected N, K or E; not taken"),
    ...(/^[A-Z]{1,3}$/.test(code) ? { unmapped: { list: field, code } } : {}),
  };
}

function numberExpected(kind: "hours" | "weeks"): string {
  const unit = kind === "hours" ? "hours a week" : "weeks a year";
  return `expected ${unit} as a plain number from 0 to ${MOST[kind]}, as 22.5, without sign, unit or exponent`;
}
