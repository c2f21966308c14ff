import type { Quantity } from "@medplum/fhirtypes";
import { UCUM } from "#profiles/systems.ts";

/** A measured value: `unit` for people, `code` its UCUM code, as `toQuantity(12.4, "kg", "kg")`. */
export function toQuantity(value: number, unit: string, code: string): Quantity {
  return { value, unit, system: UCUM, code };
}
