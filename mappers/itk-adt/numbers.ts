import { isPersonalNumber, toLocalId } from "../datatypes/local-id.ts";
import { isNhsNumber, normaliseNhsNumber } from "../datatypes/nhs-number.ts";
import { type Reading, type Repetition, textOf } from "./message.ts";

/** A number that an organisation gave the child for its own use. */
export interface LocalNumber {
  /** What the source calls the child: `<assigner>/<number>`, or the number alone where nobody says who gave it. */
  readonly name: string;
  /** As it may be shown; absent where it is in truth a number of the person. */
  readonly shown?: string;
  readonly assigner?: string;
  /** Of HL7 table 0203. */
  readonly type?: string;
}

export type PersonNumber =
  | { readonly kind: "nhs"; readonly value: string; readonly isRight: boolean }
  | { readonly kind: "local"; readonly number: LocalNumber }
  | { readonly kind: "other" };

/** Types under which a number of an organisation's own comes: medical record, internal, external, person number. */
const LOCAL_TYPES: ReadonlySet<string> = new Set(["MR", "PI", "PT", "PN"]);
const NHS_TYPES: ReadonlySet<string> = new Set(["NH", "NHS"]);

/**
 * One number of PID-3 or MRG-1 (HL7 v2.4, CX). `assigner` is who gave it where the number itself does not say; a number
 * without a type is a local one.
 */
export function readNumber(
  reading: Reading,
  repetition: Repetition,
  { field, assigner: assumed }: { readonly field: "PID-3" | "MRG-1"; readonly assigner?: string | undefined },
): PersonNumber | undefined {
  const text = (component: number): string | undefined => {
    const named = field === "PID-3" ? `${field}.${component}` : field;
    return textOf(reading, repetition, { field: named, component });
  };
  const value = text(1);
  if (value === undefined) return undefined;
  const type = text(5)?.toUpperCase();
  const authority = text(4)?.toUpperCase();
  if (NHS_TYPES.has(type ?? authority ?? "") || authority === "NHS") {
    return { kind: "nhs", value: normaliseNhsNumber(value), isRight: isNhsNumber(value) };
  }
  if (type !== undefined && !LOCAL_TYPES.has(type)) return { kind: "other" };
  const assigner = authority ?? assumed;
  return { kind: "local", number: toLocalNumber(value, { assigner, type }) };
}

function toLocalNumber(
  value: string,
  { assigner, type }: { readonly assigner: string | undefined; readonly type: string | undefined },
): LocalNumber {
  const isPersonal = isPersonalNumber(value);
  const own = isPersonal ? toLocalId([value]) : value;
  return {
    name: assigner === undefined ? own : `${assigner}/${own}`,
    ...(isPersonal ? {} : { shown: value }),
    ...(assigner === undefined ? {} : { assigner }),
    ...(type === undefined ? {} : { type }),
  };
}
